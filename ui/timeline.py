"""A picture of when the passages of a reply appeared: a line with a dot for each article."""

from typing import TYPE_CHECKING

from ui.escaping import safe
from ui.render import one_line
from ui.texts import say

if TYPE_CHECKING:
    from index.dates import PublicationDate
    from index.records import Article
    from qa.records import Answer, Refusal

WIDTH, HEIGHT, MARGIN = 400, 44, 12


def timeline(reply: "Answer | Refusal", turn: int, language: str) -> str:
    """The picture as SVG, or nothing where fewer than two dates are known.

    Cited articles are filled dots that link to their cards; what was only looked at is an open dot.
    """
    articles = {hit.article.id: hit.article for hit in reply.passages}
    dated = sorted(
        ((article.date, article) for article in articles.values() if article.date), key=lambda pair: pair[0].first
    )
    if len({date.text for date, _ in dated}) < 2:
        return ""
    first, last = dated[0][0], dated[-1][0]
    cited = {citation.article_id: citation.n for citation in reversed(reply.citations)}
    days = max((last.first - first.first).days, 1)
    dots = [
        _dot(date, article, (date.first - first.first).days / days, cited.get(article.id), turn)
        for date, article in sorted(dated, key=lambda pair: pair[1].id in cited)
    ]
    label = say(language, "timeline", n=len(dated), first=first.text, last=last.text)
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{safe(label)}">'
        f'<line x1="{MARGIN}" y1="16" x2="{WIDTH - MARGIN}" y2="16" />{"".join(dots)}'
        f'<text x="{MARGIN}" y="38">{safe(first.text)}</text>'
        f'<text x="{WIDTH - MARGIN}" y="38" text-anchor="end">{safe(last.text)}</text></svg>'
    )


def _dot(date: "PublicationDate", article: "Article", share: float, n: int | None, turn: int) -> str:
    x = MARGIN + share * (WIDTH - 2 * MARGIN)
    title = safe(f"{date.text} · {one_line(article.title, 80)}")
    circle = f'<circle cx="{x:.1f}" cy="16" r="{7 if n else 5}"><title>{title}</title></circle>'
    if n is None:
        return circle
    return f'<a class="cite" href="#s{turn}-{n}" aria-label="[{n}] {title}">{circle}</a>'
