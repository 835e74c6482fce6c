"""The words that stand behind a number: what it is multiplied by, and what it counts."""

import re

from index.analysis import words

_DUTCH = {
    "honderd": 1e2, "duizend": 1e3, "duizenden": 1e3, "miljoen": 1e6, "miljoenen": 1e6, "mln": 1e6, "miljard": 1e9,
    "miljarden": 1e9, "mld": 1e9, "mrd": 1e9, "biljoen": 1e12,
}  # fmt: skip
_ENGLISH = {
    "hundred": 1e2, "thousand": 1e3, "thousands": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "m": 1e6,
    "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
MAGNITUDES = _DUTCH | _ENGLISH
DECIMAL_SIGNS = dict.fromkeys(_DUTCH, ",") | dict.fromkeys(_ENGLISH, ".")
"""How the language of a magnitude writes decimals: "$1.375 billion", "1,375 miljard"."""

SYMBOLS = {"%": "percent", "€": "euro", "$": "dollar", "£": "pound"}
UNITS = {
    "percentage point": r"procentpunt(?:en)?|percentage points?",
    "percent": r"procent|per ?cent",
    "euro": r"EUR|euro'?s?",
    "dollar": r"USD|dollars?",
    "pound": r"GBP|pond|pounds?",
    "krone": r"kronen|kroner|kronor",
    "yen": r"yen",
    "square metre": r"vierkante meter|square metres?|m2",
    "square kilometre": r"vierkante kilometer|square kilometres?|km2",
    "cubic metre": r"kubieke meter|kuub|cubic metres?|m3",
    "hectare": r"hectare[ns]?",
    "kilometre": r"kilometers?|kilometres?|km",
    "metre": r"meters?|metres?",
    "tonne": r"ton(?:nes|s)?",
    "kilo": r"kilo(?:gram|grammes?|grams|s)?|kg",
    "litre": r"liters?|litres?",
    "gigawatt": r"gigawatt|GW",
    "megawatt": r"megawatt|MW",
    "gigajoule": r"gigajoule",
    "year": r"jaar|jaren|years?",
    "month": r"maand(?:en)?|months?",
    "week": r"week|weken|weeks",
    "day": r"dag(?:en)?|days?",
    "hour": r"uur|uren|hours?",
    "minute": r"minuut|minuten|minutes?",
}
"""What a number counts -> how both languages write it; each currency and each unit of time is one of its own."""

_LETTERS = ("k", "m", "b")
MAGNITUDE = "|".join(sorted(MAGNITUDES.keys() - set(_LETTERS), key=len, reverse=True))
UNIT = "|".join([MAGNITUDE, *UNITS.values()])
"""Patterns of a magnitude, and of a magnitude or a unit, in words."""

_COUNTS = re.compile(rf"\s?%|[-\s](?:{UNIT})\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s(?P<word>[a-zà-ÿ]+)\b")
_PLURAL = re.compile(r".+(?:s|en)|people|man")


def counts(text: str, end: int) -> bool:
    """Whether the number that ends here is followed by a unit or by something that there are many of ("5 people")."""
    follows = text[end : end + 40]
    word = _NEXT_WORD.match(follows)
    return has_unit(text, end) or bool(word and _PLURAL.fullmatch(word["word"]) and is_content(word["word"]))


def has_unit(text: str, end: int) -> bool:
    """Whether the number that ends here is followed by a magnitude or a unit ("5 million", "5%")."""
    return bool(_COUNTS.match(text[end : end + 40]))


def is_content(word: str) -> bool:
    """Whether a word is a stop word in neither language."""
    return bool(words(word, "nl") and words(word, "en"))
