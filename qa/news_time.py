"""Dates in a question: which days of publication it is about, and whether it wants the newest."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator

from index.dates import DateRange, PublicationDate

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february feb", "maart march mrt", "april apr", "mei may", "juni june jun",
            "juli july jul", "augustus august aug", "september sept sep", "oktober october okt oct",
            "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
DAY_ENDS = r"(?=[,;:?!)]|\.(?!\d)|$)"
"""Behind a number after a month, where that is a day ("March 15, 2024") and no amount ("March 15 million")."""

_DATE = re.compile(
    rf"\b(?:(?P<bound>sinds|since|vanaf|from|after|na|voor|before|until|tot)\s+)?(?:(?P<part>in|begin|eind|early|late)\s+)?"
    rf"(?:(?:(?P<day>\d{{1,2}})\s+)?(?P<month>{_MONTH})\b(?:\s+(?P<day_after>\d{{1,2}}){DAY_ENDS},?)?"
    rf"(?:\s+(?P<month_year>(?:19|20)\d\d))?"
    rf"|(?P<year>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:(?P<last>vorige?|afgelopen|last|past)|(?P<this>dit|deze|this))\s+(?P<unit>jaar|year|maand|month|week)\b"
    r"|\b(?P<yesterday>gisteren|yesterday)\b|\b(?P<today>vandaag|today)\b",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:nu|inmiddels|momenteel|tegenwoordig|laatste|nieuwste|recentste?|meest recente|intussen|ondertussen|"
    r"uiteindelijk|now|currently|by now|latest|newest|most recent|nowadays|at present|these days|eventually|in the end|"
    r"today)\b",
    re.IGNORECASE,
)
_SINCE = {"sinds", "since", "vanaf", "from", "after", "na"}
_REPORTED = {"sinds", "since"}
_OTHER_WORDS = {"may": ("part", "bound"), "jan": ("part",)}
"""Months that are also a verb or a name, and what else than a day or a year tells that they are meant."""
_BESIDE = ("day", "day_after", "month_year")


def asked_period(question: str, today: dt.date) -> DateRange:
    """The days of publication that a question is about; an open range where it names none.

    A month without a year is the latest one that has begun. A year in a question may also be part of what is
    asked ("the forecast for 2028"), so the period favours articles and does not exclude any.
    """
    if match := _RELATIVE.search(question):
        return _relative(match, today)
    for match in _dates(question):
        first, last = _named(match, today)
        bound = (match["bound"] or "").lower()
        if bound in _SINCE:
            return DateRange(first, None)
        return DateRange(None, first - dt.timedelta(days=1)) if bound else DateRange(first, last)
    return DateRange()


def reported_since(question: str, today: dt.date) -> DateRange:
    """The days in which an article must have appeared to tell what is asked; an open range where that is not known.

    What happened last month, or since May, is told by no article from before; articles from after may tell it, and
    do ("last year's profit"). A plain year, a month, or "from 2027 on" says nothing of the kind: it may be announced
    long before.
    """
    if match := _RELATIVE.search(question):
        past = match["last"] or match["yesterday"]
        return DateRange(_relative(match, today).since, None) if past else DateRange()
    for match in _dates(question):
        first, _ = _named(match, today)
        if (match["bound"] or "").lower() in _REPORTED and first <= today:
            return DateRange(first, None)
    return DateRange()


def dated_near(sentence: str, place: int, published: PublicationDate) -> PublicationDate:
    """When something in a sentence was so: the past date named nearest to it, or else when the article appeared.

    Args:
        sentence: of the article.
        place: character offset of the thing.
        published: the article's date, which months without a year come before.
    """
    past = [match for match in _dates(sentence) if _named(match, published.last)[0] <= published.last]
    if not past:
        return published
    nearest = min(past, key=lambda match: abs(match.start() - place))
    first, last = _named(nearest, published.last)
    forms = {0: "%Y-%m-%d", 27: "%Y-%m", 28: "%Y-%m", 29: "%Y-%m", 30: "%Y-%m"}
    return PublicationDate.parse(first.strftime(forms.get((last - first).days, "%Y")))


def day_numbers(text: str) -> str:
    """The first date in a text as year, month and day, as far as it names them; empty where it names none."""
    match = next(_dates(text), None)
    if match is None:
        return ""
    month = _MONTHS.get((match["month"] or "").lower(), "")
    return f"{match['year'] or match['month_year'] or ''}-{month}-{match['day'] or match['day_after'] or ''}"


def wants_latest(question: str) -> bool:
    """Whether a question asks for how things stand now."""
    return bool(_LATEST.search(question))


def _dates(text: str) -> Iterator[re.Match[str]]:
    """The dates in a text; "may" and "Jan" are some only where something beside them says so."""
    for match in _DATE.finditer(text):
        tells = _OTHER_WORDS.get((match["month"] or "").lower())
        if tells is None or any(match[name] for name in (*_BESIDE, *tells)):
            yield match


def _relative(match: re.Match[str], today: dt.date) -> DateRange:
    if match["today"]:
        return DateRange(today, today)
    if match["yesterday"]:
        return DateRange(today - dt.timedelta(days=1), today - dt.timedelta(days=1))
    unit = match["unit"].lower()
    if unit in ("jaar", "year"):
        year = today.year - bool(match["last"])
        return DateRange(dt.date(year, 1, 1), dt.date(year, 12, 31))
    if unit == "week":
        monday = today - dt.timedelta(days=today.weekday() + 7 * bool(match["last"]))
        return DateRange(monday, monday + dt.timedelta(days=6))
    month = today.replace(day=1)
    if match["last"]:
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return DateRange(*_month(month.year, month.month))


def _named(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    if match["year"]:
        year = int(match["year"])
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    month = _MONTHS[match["month"].lower()]
    year = int(match["month_year"] or today.year - (month > today.month))
    first, last = _month(year, month)
    day = int(match["day"] or match["day_after"] or 0)
    if 1 <= day <= last.day:
        return dt.date(year, month, day), dt.date(year, month, day)
    return first, last


def _month(year: int, month: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
