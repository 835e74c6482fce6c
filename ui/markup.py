"""Replies and articles as HTML. Everything that is not ours goes through `safe`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from ui.escaping import safe
from ui.filters import link
from ui.languages import cited_languages, lang
from ui.render import Piece, also_in, answer_pieces, articles_of, is_small_talk, one_line, passage_pieces
from ui.texts import say
from ui.timeline import timeline

if TYPE_CHECKING:
    from index.archive import Archive
    from index.records import Article, Span
    from qa.records import Answer, Citation, Hit, Refusal, Step, Turn

NEAREST = 3
"""Passages that a refusal shows."""

_BLANK = re.compile(r"\s+")

_ARTICLE_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="article.css">
</head>
<body>
<main>
<p lang="{interface}"><a href="./">{back}</a></p>
<h1>{title}</h1>
<p class="about" lang="{interface}">{about}</p>
{body}
</main>
</body>
</html>
"""


def message(reply: "Answer | Refusal", turn: int, asked: str, language: str) -> list[str]:
    """A reply as a chat message that grows: the HTML after each sentence, the last one being the whole.

    Args:
        reply: what came back.
        turn: the number of the question in the conversation; the citations link to its sources.
        asked: the question as it was typed.
        language: of the interface.
    """
    said = f"<p{lang(reply.question.language)}>{safe(reply.text)}</p>"
    if is_small_talk(reply):
        return [f'<div class="reply">{said}</div>']
    before = _searched(reply, asked, language)
    if reply.refused:
        return [f'<div class="reply refusal">{before}{said}{_notices(reply)}</div>']
    dates = {citation.n: citation.date for citation in reply.citations}
    spoken = cited_languages(reply)
    differ = f'<p class="notice">{say(language, "dates_differ")}</p>' if len(set(dates.values())) > 1 else ""
    grown = []
    paragraphs = ""
    for sentence in _sentences(answer_pieces(reply)):
        numbers = [piece.n for piece in sentence if piece.n]
        quoted = "".join(_piece(piece, turn) for piece in sentence if not piece.n)
        cited = "".join(_piece(piece, turn) for piece in sentence if piece.n)
        when = _whens([_date(dates[n], language) for n in numbers])
        paragraphs += f"<p><span{lang(spoken.get(numbers[0]) if numbers else None)}>{quoted}</span>{cited}{when}</p>"
        grown.append(f'<div class="reply answer">{before}{paragraphs}</div>')
    after = f"{_development(reply.development, turn, language, spoken)}{differ}{_notices(reply)}"
    whole = f'<div class="reply answer">{before}{paragraphs}{after}</div>'
    return [*grown[:-1], whole]


def header(language: str) -> str:
    """The head of the page, which tells its language."""
    return f"<div{lang(language)}><h1>{say(language, 'title')}</h1><p>{say(language, 'subtitle')}</p></div>"


def status(archive: "Archive", language: str) -> str:
    """A line on what the archive holds."""
    store = archive.store
    articles = store.counts()["articles"]
    key = {0: "status_none", 1: "status_one"}.get(articles, "status")
    languages = ", ".join(f"{name} {count}" for name, count in store.languages().items())
    dates = " – ".join(store.date_range() or (say(language, "no_date"),))
    return say(language, key, articles=articles, languages=languages, dates=dates)


def sources(turns: "Sequence[Turn]", language: str, names: Mapping[str, Sequence[str]]) -> str:
    """The sources of a conversation, those of the newest turn first and open.

    Args:
        turns: of the conversation.
        language: of the interface.
        names: of the archive's sources, for the links that ask again.
    """
    replies = [(n, turn.reply) for n, turn in enumerate(turns, start=1) if not is_small_talk(turn.reply)]
    if not replies:
        return f'<p class="none">{say(language, "no_sources")}</p>'
    newest = replies[-1][0]
    return "".join(_turn(n, reply, n == newest, language, names) for n, reply in reversed(replies))


def article_page(article: "Article", cited: "Span | None", language: str) -> str:
    """A page with the whole article; the cited characters are marked, and carry the id `cited`."""
    start, end = (cited.start, cited.end) if cited else (0, 0)
    body, at = [], 0
    for paragraph in article.text.split("\n\n"):
        first, last = max(start - at, 0), min(end - at, len(paragraph))
        text = safe(paragraph)
        if first < last:
            anchor = ' id="cited"' if at <= start else ""
            marked = f"<mark{anchor}>{safe(paragraph[first:last])}</mark>"
            text = safe(paragraph[:first]) + marked + safe(paragraph[last:])
        body.append(f"<p>{text}</p>" if paragraph.strip() else "")
        at += len(paragraph) + 2
    about = f"{_date(article.date, language)} · {safe(one_line(article.id))}"
    return _ARTICLE_PAGE.format(
        language=article.language,
        interface=language,
        title=safe(one_line(article.title)),
        back=say(language, "back"),
        about=about,
        body="\n".join(filter(None, body)),
    )


def article_link(article_id: str, start: int, end: int) -> str:
    """Where the article's page is, at these characters."""
    return f"article?id={quote(article_id, safe='')}&amp;start={start}&amp;end={end}#cited"


def _searched(reply: "Answer | Refusal", asked: str, language: str) -> str:
    """What was searched for, where that is not as it was typed and no notice ends with it."""
    searched = reply.question.text
    if searched == " ".join(asked.split()) or any(notice.endswith(searched) for notice in reply.notices):
        return ""
    return f'<p class="searched">{say(language, "searched")}: {safe(searched)}</p>'


def _sentences(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces in groups that each end with their numbers."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        after_number = bool(groups[-1]) and groups[-1][-1].n is not None
        if not piece.text.strip() and (after_number or not groups[-1]):
            continue
        if after_number and piece.n is None:
            groups.append([])
        groups[-1].append(piece)
    return [group for group in groups if group]


def _piece(piece: Piece, turn: int) -> str:
    text = safe(_BLANK.sub(" ", piece.text))  # a blank line would end the HTML, and Markdown would begin
    if piece.n is not None:
        return f'<a class="cite" href="#s{turn}-{piece.n}">{text}</a>'
    return f"<strong>{text}</strong>" if piece.asked else text


def _whens(dates: list[str]) -> str:
    return f' <span class="when">{", ".join(dict.fromkeys(dates))}</span>' if dates else ""


def _development(steps: "Sequence[Step]", turn: int, language: str, spoken: Mapping[int, str]) -> str:
    """What articles of other dates say, each step with its date and the card that it comes from."""
    items = "".join(
        f"<li{lang(spoken.get(step.n))}><time>{_date(step.date, language)}</time> "
        f'<a class="cite" href="#s{turn}-{step.n}">{safe(one_line(step.text))}</a></li>'
        for step in steps
    )
    label = say(language, "development")
    return f'<div class="development"><p>{label}</p><ol>{items}</ol></div>' if items else ""


def _notices(reply: "Answer | Refusal") -> str:
    spoken = lang(reply.question.language)
    return "".join(f'<p class="notice"{spoken}>{safe(notice)}</p>' for notice in reply.notices)


def _turn(turn: int, reply: "Answer | Refusal", newest: bool, language: str, names: Mapping[str, Sequence[str]]) -> str:
    found = articles_of(reply)
    if reply.refused:
        cards = [_nearest(turn, n, hit, language) for n, hit in enumerate(reply.passages[:NEAREST], start=1)]
        heading = f'<p class="nearest">{say(language, "nearest")}</p>' if cards else ""
    else:
        cards = [_card(turn, citation, found.get(citation.article_id), language) for citation in reply.citations]
        heading = timeline(reply, turn, language)
    opened = " open" if newest else ""
    question = f"<summary{lang(reply.question.language)}>{safe(one_line(reply.question.text, 120))}</summary>"
    permalink = f'<a class="permalink" href="{safe(link(reply.question, names))}">{say(language, "permalink")}</a>'
    return (
        f'<details class="turn" id="s{turn}"{opened}>{question}<p>{permalink}</p>'
        f"{heading}<ol>{''.join(cards)}</ol></details>"
    )


def _card(turn: int, citation: "Citation", article: "Article | None", language: str) -> str:
    pieces = passage_pieces(article, citation) if article else [(citation.text, frozenset({"cited"}))]
    spoken = lang(article.language if article else None)
    passage = f"<blockquote{spoken}>{_passage(pieces)}</blockquote>"
    head = _head(f"[{citation.n}] ", citation.date, citation.title, citation.article_id, language, spoken)
    link = article_link(citation.article_id, citation.start, citation.end)
    copies = f'<p class="about">{safe(also_in(citation.also_in, language))}</p>' if citation.also_in else ""
    return (
        f'<li class="card" id="s{turn}-{citation.n}" tabindex="-1">{head}{passage}{copies}'
        f'<p><a class="read" target="_blank" rel="noopener" href="{link}">{say(language, "read")}</a></p></li>'
    )


def _nearest(turn: int, n: int, hit: "Hit", language: str) -> str:
    spoken = lang(hit.article.language)
    head = _head("", hit.article.date, hit.article.title, hit.article.id, language, spoken)
    link = article_link(hit.article.id, hit.chunk.start, hit.chunk.end)
    return (
        f'<li class="card near" id="s{turn}-{n}" tabindex="-1">{head}'
        f"<blockquote{spoken}>{_lines(hit.chunk.text)}</blockquote>"
        f'<p><a class="read" target="_blank" rel="noopener" href="{link}">{say(language, "read")}</a></p></li>'
    )


def _head(number: str, date: object, title: str, article_id: str, language: str, spoken: str) -> str:
    return (
        f'<h2{spoken}>{number}{safe(one_line(title))}</h2><p class="about"><time>{_date(date, language)}</time> · '
        f'<span class="file">{safe(one_line(article_id))}</span></p>'
    )


def _passage(pieces: Iterable[tuple[str, frozenset[str]]]) -> str:
    html = ""
    for cited, group in groupby(pieces, key=lambda piece: "cited" in piece[1]):
        inner = "".join(
            f"<strong>{_lines(text)}</strong>" if "asked" in names else _lines(text) for text, names in group
        )
        html += f"<mark>{inner}</mark>" if cited else inner
    return html


def _lines(text: str) -> str:
    return safe(text).replace("\n", "<br>")


def _date(date: object, language: str) -> str:
    return safe(str(date)) if date else say(language, "no_date")
