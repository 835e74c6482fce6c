"""What the amounts and dates in sentences come to, so that two of them can be compared."""

import re

from qa.marks import find_marks
from qa.news_time import day_numbers

DATE = "date"
"""What dates measure."""

_MAGNITUDES = {
    "duizend": 1e3, "thousand": 1e3, "miljoen": 1e6, "mln": 1e6, "million": 1e6, "m": 1e6, "miljard": 1e9, "mld": 1e9,
    "billion": 1e9, "bn": 1e9, "biljoen": 1e12, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_MAGNITUDE = re.compile(rf"(?<![a-z])(?:{'|'.join(_MAGNITUDES)})(?![a-z])")
_UNITS = {
    "share": r"%|procent\w*|per ?cent\w*",
    "time": r"(?:jaar|years?|maand(?:en)?|months?|we[e]?k(?:en|s)?|dag(?:en)?|days?)\b",
    "length": r"(?:kilometer|km|meter|metres?)\b",
    "area": r"hectares?\b",
    "power": r"(?:giga|mega)\w+",
    "money": r"[€$£]|euro|dollar|pond\b|pounds?\b|kronen|yen\b",
}
_UNIT = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _UNITS.items()}
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def comparable(mark: str, kind: str) -> tuple[str, str] | None:
    """What a mark (qa.marks) measures and what it comes to; None where that is not known, as for number words.

    Two marks speak of the same where the first of these is equal, and differ where the second is not. A date without a
    year is not compared: it is of the year of its article, and so another one is of something else.

    Args:
        mark: "5,8 miljard dollar", "12 percent", "5 maart 2025".
        kind: of the question, how_much or when.
    """
    if kind == "when":
        days = day_numbers(mark)
        return (DATE, days) if days[:1].isdigit() else None
    if _YEAR.fullmatch(mark):
        return None
    unit = next((name for name, pattern in _UNIT.items() if pattern.search(mark)), "count")
    number = _NUMBER.search(mark)
    if not number:
        return None
    digits = number.group()
    plain = re.sub("[.,]", "", digits) if _THOUSANDS.fullmatch(digits) else digits.replace(",", ".")
    if plain.count(".") > 1:
        return None
    magnitude = _MAGNITUDE.search(mark.casefold())
    return unit, f"{float(plain) * (_MAGNITUDES[magnitude.group()] if magnitude else 1):g}"


def without_marks(sentence: str, kind: str) -> str:
    """The sentence with blanks for its marks; offsets stay as they are."""
    for mark in find_marks(sentence, kind, ""):
        sentence = sentence[: mark.start] + " " * (mark.end - mark.start) + sentence[mark.end :]
    return sentence
