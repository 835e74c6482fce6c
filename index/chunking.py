"""Article -> passages. A passage is a paragraph with its sub-heading, cut where it is too long."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from index.records import Article, Chunk, Span
from index.sentences import sentence_spans
from index.vectors import content_digest

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*", re.MULTILINE)
_HEADING_CHARACTERS = 90
_HEADING_END = re.compile(r"[.!?:;,\"'”’)\]]$")


def chunk_article(article: Article, limit: int) -> list[Chunk]:
    """Cut an article into passages of at most `limit` characters, in order.

    Returns:
        Chunks with `article.text[chunk.start:chunk.end] == chunk.text`.
    """
    return [
        Chunk(article.id, span.start, span.end, article.text[span.start : span.end], sentences)
        for span, sentences in _passages(article, limit)
    ]


def lead_sentence(article: Article) -> str:
    """The article's first sentence: what it is about, in its own words."""
    paragraph = next(_paragraphs(article.text))
    first = sentence_spans(article.text[paragraph.start : paragraph.end], article.language)[0]
    return article.text[paragraph.start + first.start : paragraph.start + first.end]


def contextual_text(article: Article, chunk: Chunk, lead: str) -> str:
    """The text that is indexed for a chunk: what the article is about stands in front.

    A paragraph deep in an article says "the company"; with the title, or failing one the lead sentence,
    before it, it can be found by the company's name.
    """
    context = lead if lead.startswith(article.title.rstrip("…")) else f"{article.title}. {lead}"
    return chunk.text if chunk.start == 0 and context == lead else f"{context} {chunk.text}"


def content_of(chunk: Chunk, text: str) -> bytes:
    """The digest under which the vectors of a chunk's contextual text are kept."""
    return content_digest(text, sentences_in_context(chunk, text))


def sentences_in_context(chunk: Chunk, text: str) -> tuple[Span, ...]:
    """The chunk's sentences as spans of its contextual text, which ends with the chunk's own."""
    offset = len(text) - chunk.end
    return tuple(Span(span.start + offset, span.end + offset) for span in chunk.sentences)


def _passages(article: Article, limit: int) -> Iterator[tuple[Span, tuple[Span, ...]]]:
    heading: Span | None = None
    for paragraph in _paragraphs(article.text):
        if heading is None and _is_heading(article.text, paragraph):
            heading = paragraph
            continue
        for piece in _pieces(article.text, paragraph, limit):
            sentences = sentence_spans(article.text[piece.start : piece.end], article.language, piece.start)
            yield Span(heading.start if heading else piece.start, piece.end), sentences
            heading = None
    if heading:  # nothing followed it, so it was no heading
        yield heading, (heading,)


def _paragraphs(text: str) -> Iterator[Span]:
    for match in _PARAGRAPH.finditer(text):
        yield Span(match.start(), match.start() + len(match.group().rstrip()))


def _is_heading(text: str, paragraph: Span) -> bool:
    heading = text[paragraph.start : paragraph.end]
    return (
        paragraph.start > 0
        and len(heading) <= _HEADING_CHARACTERS
        and "\n" not in heading
        and not _HEADING_END.search(heading)
    )


def _pieces(text: str, paragraph: Span, limit: int) -> Iterator[Span]:
    """The paragraph, or parts of it that fit; offsets are looked up again, never trusted."""
    position = paragraph.start
    for piece in _splitter(limit).split_text(text[paragraph.start : paragraph.end]):
        start = text.index(piece, position, paragraph.end)
        position = start + len(piece)
        yield Span(start, position)


@cache
def _splitter(limit: int) -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", r"(?<=[.!?])\s", r"(?<=[;,:])\s", " ", ""],
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=limit,
        chunk_overlap=0,
    )
