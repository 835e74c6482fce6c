"""Times that a text tells from today on: "last month", "the past three years", "two weeks ago", "gisteren"."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.date_words import SEASON, month_start, season_month

_NUMBERS = {
    name: number
    for number, names in enumerate(
        (
            "een één a an one", "twee two", "drie three", "vier four", "vijf five", "zes six", "zeven seven",
            "acht eight", "negen nine", "tien ten", "elf eleven", "twaalf twelve",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_UNITS = {
    name: unit
    for unit, names in {
        "day": "dag dagen day days",
        "week": "week weken weeks",
        "month": "maand maanden month months",
        "quarter": "kwartaal kwartalen quarter quarters",
        "year": "jaar jaren year years",
    }.items()
    for name in names.split()
}
_ONE = "week|maand|month|kwartaal|quarter|jaar|year"
"""Units without a number before them: "the last day" and "past years" tell no time."""
_WEEKDAYS = (
    "maandag monday", "dinsdag tuesday", "woensdag wednesday", "donderdag thursday", "vrijdag friday",
    "zaterdag saturday", "zondag sunday",
)  # fmt: skip
_WEEKDAY = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
WEEKDAY = "|".join(_WEEKDAY)
"""A pattern of the names of the days of the week."""
_DAY_WORDS = {
    word: shift
    for shift, words in {
        -2: "eergisteren|the day before yesterday",
        -1: "gisteren|gisterochtend|gistermiddag|gisteravond|yesterday|last night",
        0: "vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|today|tonight|this morning|this afternoon",
        1: "morgen|tomorrow",
        2: "overmorgen|the day after tomorrow",
    }.items()
    for word in words.split("|")
}
_DIRECTIONS = {
    word: direction
    for direction, words in {
        -1: "afgelopen|voorbije|past|the last|de laatste|het laatste|last|vorige|vorig|previous",
        0: "deze|dit|this",
        1: "komende|komend|coming|next|volgende|volgend",
    }.items()
    for word in words.split("|")
}
_ROLLING = {"afgelopen", "voorbije", "past", "the last", "de laatste", "het laatste", "komende", "komend", "coming"}
"""Up to today or from it on, where the others speak of a unit of the calendar: the past year, last year."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12}

_UNIT = "|".join(_UNITS)
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_RELATIVE = re.compile(
    rf"\b(?:(?P<word>{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})"
    rf"|(?P<direction>{'|'.join(_DIRECTIONS)})\s"
    rf"(?:(?P<one>{_ONE}|{WEEKDAY}|{SEASON})|(?P<number>{_NUMBER})\s(?P<unit>{_UNIT})(?!\s(?:geleden|ago)\b))"
    rf"|(?P<ago_number>{_NUMBER})\s(?P<ago_unit>{_UNIT})\s(?:geleden|ago))\b",
    re.IGNORECASE,
)
_PART_OF = {"last": " of ", "past": " of ", "laatste": " van "}
"""Behind such a word and its unit: the end of something else than today ("the last year of the war")."""


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """A time told from today, from `start` to `end` in its text.

    `shift` counts units, back where it is negative; `rolling` is all the time between that and today, not only
    the unit of the calendar that it leads to.
    """

    start: int
    end: int
    unit: str
    shift: int
    rolling: bool = False

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last day."""
        if self.rolling:
            first, last = sorted((today, _moved(today, self.unit, self.shift)))
        elif self.unit in _WEEKDAY:
            first = last = _weekday(_WEEKDAY[self.unit], self.shift, today)
        elif self.unit in _UNITS:
            first, last = _calendar_unit(self.unit, _moved(today, self.unit, self.shift))
        else:
            first, last = _season(season_month(self.unit), self.shift, today)
        return first, last


def find_relative(text: str) -> Iterator[RelativeTime]:
    """The times in a text that are told from today, in order."""
    for match in _RELATIVE.finditer(text):
        start, end = match.span()
        if match["word"]:
            yield RelativeTime(start, end, "day", _DAY_WORDS[match["word"].lower()])
        elif match["ago_unit"]:
            yield RelativeTime(start, end, _UNITS[match["ago_unit"].lower()], -_count(match["ago_number"]))
        elif time := _directed(match, text):
            yield time


def _directed(match: re.Match[str], text: str) -> RelativeTime | None:
    direction, name = match["direction"].lower(), (match["one"] or match["unit"]).lower()
    if (part_of := _PART_OF.get(direction.split()[-1])) and text.startswith(part_of, match.end()):
        return None
    shift = _DIRECTIONS[direction] * (_count(match["number"]) if match["number"] else 1)
    rolling = shift != 0 and name in _UNITS and (direction in _ROLLING or bool(match["number"]))
    return RelativeTime(match.start(), match.end(), _UNITS.get(name, name), shift, rolling)


def _count(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS[number.lower()]


def _moved(day: dt.date, unit: str, shift: int) -> dt.date:
    """The same day some units later; the last day of a month that is too short for it."""
    if unit in _MONTHS:
        month = month_start(day.year, day.month + shift * _MONTHS[unit])
        return month.replace(day=min(day.day, calendar.monthrange(month.year, month.month)[1]))
    return day + dt.timedelta(days=shift * (7 if unit == "week" else 1))


def _calendar_unit(unit: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """The day, week, month, quarter or year in which a day is."""
    if unit in _MONTHS:
        size = _MONTHS[unit]
        month = (day.month - 1) // size * size + 1
        return month_start(day.year, month), month_start(day.year, month + size) - dt.timedelta(days=1)
    first = day - dt.timedelta(days=day.weekday() if unit == "week" else 0)
    return first, first + dt.timedelta(days=6 if unit == "week" else 0)


def _weekday(weekday: int, shift: int, today: dt.date) -> dt.date:
    """The latest such day before today, the first one after it, or that of this week."""
    if shift < 0:
        return today - dt.timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    if shift > 0:
        return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today + dt.timedelta(days=weekday - today.weekday())


def _season(month: int, shift: int, today: dt.date) -> tuple[dt.date, dt.date]:
    """The latest such season that is over, the first one to come, or that of this year."""
    seasons = [
        (month_start(year, month), month_start(year, month + 3) - dt.timedelta(days=1))
        for year in range(today.year - 2, today.year + 2)
    ]
    if shift < 0:
        return [season for season in seasons if season[1] < today][-1]
    if shift > 0:
        return next(season for season in seasons if season[0] > today)
    now = (season for season in seasons if season[0] <= today <= season[1])
    return next(now, None) or next(season for season in seasons if season[0].year == today.year)
