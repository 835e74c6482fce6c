"""Replies as data for programs, and as text for terminals and files. Pure functions.

Articles and questions are not to be trusted: what goes to a terminal or a page passes through `plain`
(no control characters, nothing that turns the direction of reading around) here, and is escaped in ui/markup.py.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.changes import development_json, development_line
from ui.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    from rich.text import Text

    from index.records import Article, Span
    from index.status import Status
    from qa.records import Answer, Citation, Hit, Refusal

_NUMBER = re.compile(r"\[(\d+)\]")
_UNSAFE = {"Cc", "Cf", "Co", "Cs"}
_KEPT = "\n\t\u200c\u200d"

SHOWN_PASSAGE = 300
"""Characters shown of a passage where it is only listed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an answer's text. `asked` marks what the question asks for; `n` is set where it is a [n]."""

    text: str
    asked: bool = False
    n: int | None = None


def plain(text: str) -> str:
    """The text without control, direction and other invisible characters; line ends stay.

    A terminal would obey some of them, and a reader would be misled by others.
    """
    if text.isprintable():
        return text
    return "".join(c for c in text if c.isprintable() or c in _KEPT or unicodedata.category(c) not in _UNSAFE)


def one_line(text: str, characters: int | None = None) -> str:
    """`plain` on a single line, shortened at a word with an ellipsis where it is longer than `characters`."""
    line = " ".join(plain(text).split())
    if characters is None or len(line) <= characters:
        return line
    return line[:characters].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def cut(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, frozenset[str]]]:
    """The text in pieces, each with the names of the (start, end, name) spans that cover it."""
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end) if 0 < edge < len(text))})
    for start, end in zip(edges, edges[1:], strict=False):
        yield text[start:end], frozenset(name for first, last, name in spans if first <= start and end <= last)


def answer_pieces(reply: "Answer | Refusal") -> list[Piece]:
    """A reply's text with the parts asked for, and the numbers that refer to its citations, told apart."""
    quoted: list[tuple[int, int]] = []
    spans: list[tuple[int, int, str]] = []
    for citation in reply.citations:
        at = reply.text.find(citation.text)
        if at >= 0:
            quoted.append((at, at + len(citation.text)))
            spans += [(at + mark.start - citation.start, at + mark.end - citation.start, "asked")
                      for mark in _marks(citation)]  # fmt: skip
    known = {citation.n for citation in reply.citations}
    for match in _NUMBER.finditer(reply.text):
        inside = any(start <= match.start() < end for start, end in quoted)
        if int(match.group(1)) in known and not inside:
            spans.append((match.start(), match.end(), match.group(1)))
    return [_piece(text, names) for text, names in cut(reply.text, spans)]


def passage_pieces(article: "Article", citation: "Citation") -> Iterator[tuple[str, frozenset[str]]]:
    """The passage of a citation, cut where its sentence ("cited") and the part asked for ("asked") begin and end."""
    start = citation.passage.start
    spans = [(citation.start, citation.end, "cited"), *((mark.start, mark.end, "asked") for mark in _marks(citation))]
    moved = [(first - start, last - start, name) for first, last, name in spans]
    return cut(article.text[start : citation.passage.end], moved)


def is_small_talk(reply: "Answer | Refusal") -> bool:
    """Whether a reply meets a greeting or the like, so that it is neither an answer nor a refusal."""
    return reply.reason == "small_talk"


def also_in(names: Sequence[str], language: str) -> str:
    """The other articles that carry the same story, on one line."""
    return say(language, "also_in", names=", ".join(one_line(name) for name in names))


def articles_of(reply: "Answer | Refusal") -> "dict[str, Article]":
    """The articles of a reply's passages, by id."""
    return {hit.article.id: hit.article for hit in reply.passages}


# -- for programs


def reply_json(reply: "Answer | Refusal", k: int | None = None) -> dict[str, Any]:
    """A reply as `ask --json` prints it, with at most k passages."""
    return {
        "question": reply.question.text,
        "language": reply.question.language,
        "refused": reply.refused,
        "reason": reply.reason,
        "text": reply.text,
        "citations": [_citation_json(citation) for citation in reply.citations],
        "development": development_json(reply),
        "passages": [hit_json(hit) for hit in reply.passages[:k]],
        "notices": list(reply.notices),
        "timings_ms": dict(reply.timings_ms),
    }


def hit_json(hit: "Hit") -> dict[str, Any]:
    """A passage as `search --json` prints it."""
    return {
        "article": hit.article.id,
        "title": hit.article.title,
        "date": hit.article.date and str(hit.article.date),
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "text": hit.chunk.text,
        "score": hit.score,
        "also_in": list(hit.also_in),
    }


def status_json(folder: "Path", status: "Status") -> dict[str, Any]:
    """What an index holds, as `status --json` prints it."""
    return {
        "index": str(folder),
        **status.counts,
        "languages": status.languages,
        "dates": list(status.dates or ()),
        "undated": status.undated,
        "sources": list(status.sources),
        "bytes": status.bytes,
        "model": status.config.model,
        "updated": status.updated,
    }


# -- for terminals


def reply_text(reply: "Answer | Refusal", k: int) -> "Text":
    """A reply for the terminal: the answer and its sources, or a refusal and the k nearest passages."""
    from rich.text import Text

    language = reply.question.language
    text = Text()
    if is_small_talk(reply):
        return text.append(plain(reply.text) + "\n")
    if reply.refused:
        text.append("✗ ", "bold yellow").append(plain(reply.text), "yellow").append("\n")
    else:
        for piece in answer_pieces(reply):
            text.append(plain(piece.text), "cyan" if piece.n else "bold green" if piece.asked else "")
        text.append(f"\n\n{one_line(line)}" if (line := development_line(reply)) else "", "bold")
        text.append(f"\n\n{say(language, 'sources')}\n", "bold")
        for citation in reply.citations:
            text.append(f"[{citation.n}] ", "cyan")
            text.append(source_line(citation.date, citation.title, citation.article_id, language) + "\n")
            text.append(f"    {also_in(citation.also_in, language)}\n" if citation.also_in else "", "dim")
    for notice in reply.notices:
        text.append(f"! {one_line(notice)}\n", "yellow")
    if reply.refused and reply.passages[:k]:
        text.append(f"\n{say(language, 'nearest')}\n", "bold").append(hits_text(reply.passages[:k], language))
    return text


def hits_text(hits: "Iterable[Hit]", language: str) -> "Text":
    """Passages for the terminal, with their scores."""
    from rich.text import Text

    text = Text()
    for n, hit in enumerate(hits, start=1):
        line = source_line(hit.article.date, hit.article.title, hit.article.id, language)
        text.append(f"{n}. {hit.score:.3f}  ", "dim").append(line + "\n")
        text.append(f"   {one_line(hit.chunk.text, SHOWN_PASSAGE)}\n", "dim")
    return text


def status_text(figures: dict[str, Any]) -> str:
    """`status_json` for the terminal."""
    languages = ", ".join(f"{name} {count}" for name, count in figures["languages"].items())
    lines = {
        "index": figures["index"],
        "articles": f"{figures['articles']} ({languages or 'none'})",
        "passages": figures["chunks"],
        "dates": " to ".join(figures["dates"]) or "none known",
        "undated": figures["undated"],
        "sources": ", ".join(figures["sources"]) or "none",
        "size": f"{sum(figures['bytes'].values()) / 1e6:.1f} MB",
        "model": figures["model"],
        "updated": figures["updated"] or "never",
    }
    return "".join(f"{name:<10}{one_line(str(value))}\n" for name, value in lines.items())


def feedback_text(records: Sequence[dict[str, Any]]) -> str:
    """What readers thought, for the terminal: a line for each verdict."""
    lines = []
    for record in records:
        remark = f"  ({one_line(record['remark'])})" if record["remark"] else ""
        refused = " [refused]" if record["refused"] else ""
        sign = "+" if record["good"] else "-"
        lines.append(f"{sign} {one_line(record['time'])}  {one_line(record['question'])}{refused}{remark}\n")
    good = sum(bool(record["good"]) for record in records)
    return "".join(lines) + f"{good} good, {len(records) - good} bad\n"


def source_line(date: object, title: str, article_id: str, language: str) -> str:
    """date · title · file, on one line."""
    return " · ".join((str(date or say(language, "no_date")), one_line(title), one_line(article_id)))


def _citation_json(citation: "Citation") -> dict[str, Any]:
    return {
        "n": citation.n,
        "article": citation.article_id,
        "title": citation.title,
        "date": citation.date and str(citation.date),
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "score": citation.score,
    }


def _marks(citation: "Citation") -> "list[Span]":
    return [mark for mark in citation.marks if citation.start <= mark.start < mark.end <= citation.end]


def _piece(text: str, names: frozenset[str]) -> Piece:
    numbers = [int(name) for name in names if name.isdecimal()]
    return Piece(text, "asked" in names, numbers[0] if numbers else None)
