"""The dates that a text names: one notion of them for questions and for articles."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.unit_words import counts, has_unit

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february feb", "maart march mrt mar", "april apr", "mei may",
            "juni june jun", "juli july jul", "augustus august aug", "september sept sep", "oktober october okt oct",
            "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_SEASONS = {
    name: first
    for first, names in {3: "lente voorjaar spring", 6: "zomer summer", 9: "herfst najaar autumn", 12: "winter"}.items()
    for name in names.split()
}
_ORDINALS = {
    name: number
    for number, names in enumerate(
        ("eerste first 1e 1st", "tweede second 2e 2nd", "derde third 3e 3rd", "vierde fourth 4e 4th"), start=1
    )
    for name in names.split()
}

_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_NTH = r"(?:st|nd|rd|th|ste|de|e)?"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
TO = r"\s?(?:[-–]|\b(?:en|and|of|or|tot(?: en met)?|t/m|to|through|until|till)\b)\s?"
"""A pattern of what is between the two ends of a period."""
SEASON = "|".join(_SEASONS)
"""A pattern of the seasons' names."""
_DATE = re.compile(
    rf"(?<![\w€$£])(?<!\d[.,/-])(?:"
    rf"(?P<iso_year>{_YEAR})-(?P<iso_month>\d\d)-(?P<iso_day>{_DAY})"
    rf"|(?P<number_day>{_DAY})(?P<sign>[-/.])(?P<number_month>\d\d?)(?P=sign)(?P<number_year>{_YEAR})"
    rf"|(?:(?:(?P<from_day>{_DAY}){_NTH}{TO})?(?P<day>{_DAY}){_NTH}\s(?:of\s)?)?(?P<month>{_MONTH})\b"
    rf"(?:\.?\s(?:the\s)?(?P<after_day>{_DAY}){_NTH}(?:{TO}(?P<to_day>{_DAY}){_NTH})?(?![.,:]?\d|\w))?"
    rf"(?:\.?,?\s(?:of\s|van\s)?(?P<month_year>{_YEAR}))?"
    rf"|(?:(?P<season>{SEASON})|Q(?P<quarter>[1-4])"
    rf"|(?P<nth>{'|'.join(_ORDINALS)})\s(?P<part>kwartaal|quarter|helft|half))"
    rf"(?:\s(?:(?:of|van)\s(?:het\sjaar\s)?)?(?P<part_year>{_YEAR}))?"
    rf"|(?P<year>{_YEAR})(?:[/–-](?P<last_year>\d\d|{_YEAR}))?"
    rf")(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_TIME_BEFORE = re.compile(
    rf"\b(?:in|since|sinds|during|until|by|anno|begin|start|eind|end of|medio|early|mid|late|jaar|year|{SEASON})[\s-]$",
    re.IGNORECASE,
)
_AMOUNT_BEFORE = re.compile(r"(?:[€$£]|\b(?:EUR|USD|GBP|euro))\s$")
_COUNTED_BEFORE = re.compile(r"\b(?:ruim|bijna|zo['’]n|circa|ongeveer|nearly|almost|some)\s$", re.IGNORECASE)
_COUNTED_TO = re.compile(rf"(?:\s(?:en|and|to|tot|naar|or|of)\s|[-–])(?!{_YEAR}\b)\d")

_IN = r"in|begin|eind|early|mid|late"
_FROM = r"sinds|since|vanaf|from|after|na|voor|before|until|till|tot|by|of|van|between|tussen|last|next"
_OR = rf"(?:{_MONTH})\s(?:and|to|or|en|tot|of)"
_OTHER_WORDS = {"may": rf"{_IN}|{_FROM}|{_OR}", "march": rf"{_IN}|{_FROM}|{_OR}", "mar": _IN, "jan": _IN}
_TELLS = {name: re.compile(rf"\b(?:{before})[\s-]$", re.IGNORECASE) for name, before in _OTHER_WORDS.items()}
"""Months that are also a verb or a name, and what before them tells that they are meant, where no day or year does."""


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date as far as a text names it, from `start` to `end` in that text.

    `months` are how many it takes, from `month` on (None: from the year's first): three in a quarter, twelve in a
    year, one for a month or days in it, from `day` to `last_day`.
    """

    start: int
    end: int
    year: int | None
    month: int | None = None
    day: int | None = None
    last_day: int | None = None
    months: int = 1

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last day; without a year, of the latest such month that has begun."""
        month = self.month or 1
        first = month_start(self.year or today.year - (month > today.month), month)
        last = month_start(first.year, month + self.months) - dt.timedelta(days=1)
        if self.day and self.last_day:
            return first.replace(day=min(self.day, last.day)), first.replace(day=min(self.last_day, last.day))
        return first, last


def month_start(year: int, month: int) -> dt.date:
    """The first day of a month; the thirteenth is the first of the next year."""
    return dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def season_month(name: str) -> int:
    """The first of the three months of a season, in lower case."""
    return _SEASONS[name]


def find_dates(text: str) -> Iterator[NamedDate]:
    """The dates in a text, in order; those that are told from today ("last year") are not among them."""
    for match in _DATE.finditer(text):
        if match["month"]:
            date = _by_month(match, text)
        elif match["year"]:
            date = _by_year(match, text)
        elif match["iso_year"] or match["number_year"]:
            date = _by_numbers(match)
        else:
            date = _by_part(match)
        if date:
            yield date


def _by_month(match: re.Match[str], text: str) -> NamedDate | None:
    name, year, end = match["month"], _number(match["month_year"]), match.end()
    days = [int(day) for day in match.group("from_day", "day", "after_day", "to_day") if day]
    if match["after_day"] and not year and counts(text, end):  # "in March 15 million was paid"
        days, end = [], match.end("month")
    tells = _TELLS.get(name.lower())
    if tells and not (days or year or name == "March" or tells.search(text, 0, match.start())):
        return None
    first, last = (min(days), max(days)) if days else (None, None)
    return NamedDate(match.start(), end, year, _MONTHS[name.lower()], first, last)


def _by_year(match: re.Match[str], text: str) -> NamedDate | None:
    """A year, the years of "2023/24", or the month of "2024-05"."""
    if not _is_year(match, text):
        return None
    year, behind = int(match["year"]), match["last_year"] or ""
    last = int(match["year"][: 4 - len(behind)] + behind)
    if last < year and 1 <= int(behind) <= 12:
        return NamedDate(match.start(), match.end(), year, int(behind))
    return NamedDate(match.start(), match.end(), year, months=12 * (max(last, year) - year + 1))


def _is_year(match: re.Match[str], text: str) -> bool:
    """Whether a bare number is a year: no amount of something, and where it could be a count, by what is before it."""
    before = text[: match.start()]
    if _AMOUNT_BEFORE.search(before) or has_unit(text, match.end()):
        return False
    counted = counts(text, match.end()) or _COUNTED_TO.match(text, match.end()) or _COUNTED_BEFORE.search(before)
    return not counted or bool(_TIME_BEFORE.search(before))


def _by_numbers(match: re.Match[str]) -> NamedDate | None:
    kind = "iso" if match["iso_year"] else "number"
    year, month, day = (int(match[f"{kind}_{part}"]) for part in ("year", "month", "day"))
    if month > 12 >= day:  # as Americans write it
        month, day = day, month
    return NamedDate(match.start(), match.end(), year, month, day, day) if 1 <= month <= 12 else None


def _by_part(match: re.Match[str]) -> NamedDate | None:
    """A season or half of a year where the year is named too; a quarter without it as well."""
    year = _number(match["part_year"])
    if match["season"]:
        month, months = _SEASONS[match["season"].lower()], 3
    else:
        months = 6 if (match["part"] or "").lower() in ("helft", "half") else 3
        month = 1 + months * (int(match["quarter"] or _ORDINALS[match["nth"].lower()]) - 1)
    named = year or not (match["season"] or months == 6)
    return NamedDate(match.start(), match.end(), year, month, months=months) if named and month <= 12 else None


def _number(text: str | None) -> int | None:
    return int(text) if text else None
