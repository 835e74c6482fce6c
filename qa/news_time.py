"""Dates in a question: which days of publication it is about, and whether it wants the newest."""

import datetime as dt
import re
from dataclasses import replace

from index.dates import DateRange, PublicationDate
from qa.date_words import SEASON, TO, NamedDate, find_dates
from qa.relative_time import RelativeTime, find_relative

_Time = NamedDate | RelativeTime

_SINCE = ("sinds", "since")
_FROM = ("vanaf", "from", "as of")
_AFTER = ("na", "after")
_BEFORE = ("voor", "vóór", "before", "tot", "until", "till")
_UP_TO = ("tot en met", "t/m", "through")
_PART = rf"(?:the|de|het|begin|beginning|start|eind|einde|end|medio|early|mid|late|of|van|in|{SEASON})"
_BOUND = re.compile(
    rf"\b(?P<bound>{'|'.join((*_SINCE, *_FROM, *_AFTER, *_UP_TO, *_BEFORE))})\s(?:{_PART}[\s-])*$", re.IGNORECASE
)
"""Before a date: the end of a period that it is ("since the beginning of")."""
_TO = re.compile(rf"{TO}(?:{_PART}[\s-])*", re.IGNORECASE)
"""Between two dates: the second is the other end."""

_OF = re.compile(r"\s(?:(?:of|van|in)\s)?")
"""Between a month and the year that is told from today: "in May of last year"."""

_LATEST = re.compile(
    r"\b(?:nu|inmiddels|momenteel|tegenwoordig|laatste|nieuwste|recentste?|meest recente|intussen|ondertussen|"
    r"uiteindelijk|huidige?|actuele|actueel|op dit moment|vandaag|thans|nog steeds|tot nu toe|"
    r"now|currently|current|by now|latest|newest|most recent|nowadays|at present|at the moment|these days|eventually|"
    r"in the end|still|so far|to date|today)\b",
    re.IGNORECASE,
)


def asked_period(question: str, today: dt.date) -> DateRange:
    """The days of publication that a question is about; an open range where it names none.

    A month without a year is the latest one that has begun. A year in a question may also be part of what is
    asked ("the forecast for 2028"), so the period favours articles and does not exclude any.
    """
    times = _times(question, today)
    if not times:
        return DateRange()
    first, last = times[0].days(today)
    if len(times) > 1 and _TO.fullmatch(question, times[0].end, times[1].start):
        return _between(times[0], times[1], today)
    bound = _bound(question, times[0])
    if bound in _SINCE or bound in _FROM:
        return DateRange(first, None)
    if bound in _AFTER:
        return DateRange(last + dt.timedelta(days=1), None)
    if bound in _BEFORE:
        return DateRange(None, first - dt.timedelta(days=1))
    return DateRange(None, last) if bound in _UP_TO else DateRange(first, last)


def reported_since(question: str, today: dt.date) -> DateRange:
    """The days in which an article must have appeared to tell what is asked; an open range where that is not known.

    What happened last month, or since May, is told by no article from before; articles from after may tell it, and
    do ("last year's profit"). A plain year, a month, or "from 2027 on" says nothing of the kind: it may be announced
    long before.
    """
    for time in _times(question, today):
        first, _ = time.days(today)
        bound = _bound(question, time)
        past = isinstance(time, RelativeTime) and time.shift < 0 and bound not in (*_BEFORE, *_UP_TO)
        if (past or bound in _SINCE) and first <= today:
            return DateRange(first, None)
    return DateRange()


def dated_near(sentence: str, place: int, published: PublicationDate) -> PublicationDate:
    """When something in a sentence was so: the past date named nearest to it, or else when the article appeared.

    Args:
        sentence: of the article.
        place: character offset of the thing.
        published: the article's date, which months without a year come before.
    """
    dates = [time for time in _times(sentence, published.last) if isinstance(time, NamedDate)]
    past = [date for date in dates if date.days(published.last)[0] <= published.last]
    if not past:
        return published
    nearest = min(past, key=lambda date: abs(date.start - place))
    form = "%Y-%m-%d" if nearest.day else "%Y-%m" if nearest.months == 1 else "%Y"
    return PublicationDate.parse(nearest.days(published.last)[0].strftime(form))


def wants_latest(question: str) -> bool:
    """Whether a question asks for how things stand now."""
    return bool(_LATEST.search(question))


def _times(text: str, today: dt.date) -> list[_Time]:
    """The times in a text, in order; a month has the year that is told behind it ("May last year")."""
    dates = list(find_dates(text))
    relative = [
        time for time in find_relative(text) if all(time.end <= date.start or date.end <= time.start for date in dates)
    ]
    years = {time.start: time for time in relative if time.unit == "year" and not time.rolling}
    for place, date in enumerate(dates):
        behind = _OF.match(text, date.end)
        if behind and not date.year and (told := years.get(behind.end())):
            dates[place] = replace(date, year=told.days(today)[0].year, end=told.end)
    return sorted([*dates, *relative], key=lambda time: time.start)


def _bound(text: str, time: _Time) -> str:
    """The word that makes a time one end of a period, in lower case; the Dutch "voor 2026" is for that year."""
    match = _BOUND.search(text, 0, time.start)
    bound = match["bound"].lower() if match else ""
    is_day = time.day if isinstance(time, NamedDate) else time.unit == "day"
    return "" if bound == "voor" and not is_day else bound


def _between(one: _Time, other: _Time, today: dt.date) -> DateRange:
    """From the one time through the other; the year that only one names is that of both."""
    if isinstance(one, NamedDate) and isinstance(other, NamedDate) and one.year and not other.year:
        other = replace(other, year=one.year + ((one.month or 1) > (other.month or 1)))
    first, last = other.days(today)
    since, until = one.days(first if isinstance(one, NamedDate) else today)
    return DateRange(min(since, first), max(until, last))
