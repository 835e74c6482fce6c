"""What the amounts and dates in sentences come to, so that two of them can be compared."""

import datetime as dt
import re

from qa.date_words import find_dates
from qa.marks import find_marks
from qa.unit_words import DECIMAL_SIGNS, MAGNITUDES, SYMBOLS, UNITS

DATE = "date"
"""What dates measure."""

_MAGNITUDE = re.compile(rf"(?<![a-z])(?:{'|'.join(MAGNITUDES)})(?![a-z\d])")
_UNIT = re.compile(
    "|".join(rf"(?P<u{place}>(?<![a-z])(?:{pattern})(?!\w))" for place, pattern in enumerate(UNITS.values()))
    + rf"|(?P<symbol>[{''.join(SYMBOLS)}])",
    re.IGNORECASE,
)
_UNIT_NAMES = list(UNITS)
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def comparable(mark: str, kind: str) -> tuple[str, str] | None:
    """What a mark (qa.marks) measures and what it comes to; None where that is not known, as for number words.

    Two marks speak of the same where the first of these is equal, and then `differ` tells whether they say something
    else of it. A date without a year is not compared: it is of the year of its article, and so another one is of
    something else.

    Args:
        mark: "5,8 miljard dollar", "12 percent", "5 maart 2025".
        kind: of the question, how_much or when.
    """
    if kind == "when":
        date = next(find_dates(mark), None)
        return (DATE, "/".join(map(str, date.days(dt.date.max)))) if date and date.year else None
    number = _NUMBER.search(mark)
    magnitude = _MAGNITUDE.search(mark.casefold())
    value = _value(number.group(), DECIMAL_SIGNS.get(magnitude.group()) if magnitude else None) if number else None
    if value is None:
        return None
    return _unit(mark), f"{value * (MAGNITUDES[magnitude.group()] if magnitude else 1):.12g}"


def differ(unit: str, one: str, other: str) -> bool:
    """Whether two values of a unit, as `comparable` gives them, are not the same; a day is the same as its month."""
    if unit != DATE:
        return one != other
    (first, last), (other_first, other_last) = one.split("/"), other.split("/")
    return last < other_first or other_last < first


def without_marks(sentence: str, kind: str) -> str:
    """The sentence with blanks for its marks; offsets stay as they are."""
    for mark in find_marks(sentence, kind, ""):
        sentence = sentence[: mark.start] + " " * (mark.end - mark.start) + sentence[mark.end :]
    return sentence


def _unit(mark: str) -> str:
    match = _UNIT.search(mark)
    if not match:
        return "count"
    return SYMBOLS.get(match.group()) or _UNIT_NAMES[int((match.lastgroup or "")[1:])]


def _value(digits: str, decimal_sign: str | None) -> float | None:
    """A number as either language writes it: its last sign is for decimals where it is the only one with fewer or
    more than three digits behind it, where it is not the only kind of sign, or where the magnitude says so."""
    last = max(".,", key=digits.rfind)
    if last == decimal_sign or "." in digits and "," in digits or not _THOUSANDS.fullmatch(digits):
        whole, _, decimals = digits.rpartition(last) if last in digits else (digits, "", "")
        return None if last in whole else float(f"{re.sub('[.,]', '', whole)}.{decimals}")
    return float(re.sub("[.,]", "", digits))
