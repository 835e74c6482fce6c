"""The parts of a sentence that are of the kind a question asks for: an amount, a date, a name, a reason, a place."""

import re
from functools import lru_cache

from index.records import Span
from qa.news_time import DAY_ENDS

_NUMBER_WORDS = (
    r"een (?:half|halve|derde|kwart)|de helft|(?:drie|twee) ?(?:kwart|derde)|anderhalf|"
    r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|[a-z]{3,12}tien|"
    r"(?:[a-z]{3,10}en)?(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig)|"
    r"[a-z]*honderd(?:duizend)?|[a-z]*duizend|"
    r"half|(?:a|one|two|three)[- ](?:half|third|thirds|quarter|quarters)|two|three|four|five|six|seven|eight|nine|"
    r"ten(?! (?:opzichte|aanzien|minste|slotte|koste|gevolge|gunste|laste|tijde|behoeve|dele|eerste|tweede|derde|"
    r"noorden|oosten|zuiden|westen)\b)|"
    r"eleven|twelve|[a-z]{3,8}teen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?|"
    r"(?:[a-z]+ )?hundred|(?:[a-z]+ )?thousand|dozens?|tientallen|honderden|duizenden|dubbele?|double|twice"
)
_UNITS = (
    r"procent(?:punt)?|percent|per cent|percentage points?|miljoen|miljard|biljoen|mln|mld|million|billion|trillion|"
    r"bn|tn|duizend|honderd|thousand|hundred|euro'?s?|dollars?|pond|pounds?|kronen|yen|ton(?:nes)?|kilo(?:meter)?|km|"
    r"meter|metres?|hectare[ns]?|liter|gigawatt|megawatt|gigajoule|jaar|years?|maanden|months?|weken|weeks?|dagen|days?"
)
_MONTHS = (
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    r"January|February|(?-i:March|May)|June|July|August|October"
)
_DAYS = (
    r"maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
_PERIODS = (
    r"dit jaar|vorig jaar|volgend jaar|deze maand|vorige maand|volgende maand|deze week|vorige week|volgende week|"
    r"vandaag|morgen|gisteren|this year|last year|next year|this month|last month|next month|this week|last week|"
    r"next week|today|tomorrow|yesterday|(?:het |the )?(?:voorjaar|najaar|zomer|winter|herfst|spring|summer|autumn)"
)
_NAME = r"[A-ZÀ-Þ][\w'’&-]*"

_PATTERNS: dict[str, re.Pattern[str]] = {
    "how_much": re.compile(
        rf"(?:[€$£]\s?)?(?<![\w.,])\d(?:[\d.,]*\d)?(?:m\b)?(?:\s?(?:{_UNITS})\b|\s?%)*(?!\w|[.,]\d|\s(?:{_MONTHS})\b)|"
        rf"\b(?:{_NUMBER_WORDS})\b(?:\s(?:{_UNITS})\b)*",
        re.IGNORECASE,
    ),
    "when": re.compile(
        rf"\b(?:(?:begin|medio|eind|half|early|mid|late|the end of|the start of)[ -])?"
        rf"(?:(?:\d{{1,2}}\s)?(?:{_MONTHS})(?:\s\d{{1,2}}{DAY_ENDS}(?:,(?=\s\d{{4}}\b))?)?(?:\s\d{{4}})?|"
        rf"(?:19|20)\d\d|(?:{_DAYS})\w*|{_PERIODS}|"
        rf"\d{{1,2}}[.:]\d\d uur)\b",
        re.IGNORECASE,
    ),
    "who": re.compile(rf"\b(?P<name>{_NAME}(?:\s(?:(?:van|de|der|den|ten|ter|von|of|the|el|al)\s){{0,2}}{_NAME})*)"),
    "where": re.compile(
        rf"\b(?:in|bij|naar|uit|op|tussen|langs|at|near|to|from|between|on)\s(?:het\s|de\s|the\s)?"
        rf"(?P<name>{_NAME}(?:\s{_NAME})*)"
    ),
    "why": re.compile(
        r"\b(?:omdat|doordat|vanwege|wegens|dankzij|aangezien|want|zodat|waardoor|daardoor|daarom|door|om|"
        r"uit (?:vrees|angst|protest|onvrede)|met het oog op|onder druk van|in de hoop|als gevolg van|"
        r"naar aanleiding van|in reactie op|reden|oorzaak|aanleiding|"
        r"because(?: of)?|due to|owing to|thanks to|so that|in order to|since|after|now that|amid|citing|"
        r"with a view to|under pressure from|in the hope|in response to|in protest|on the back of|"
        r"as a result of|reason|cause|for fear)\b[^.;:]*",
        re.IGNORECASE,
    ),
}
_CALENDAR = re.compile(rf"(?:{_MONTHS}|{_DAYS})", re.IGNORECASE)

CHECKED = frozenset(_PATTERNS)
"""The kinds of question whose answers have a recognisable form."""


def find_marks(sentence: str, kind: str, question: str) -> tuple[Span, ...]:
    """The parts of a sentence of the kind asked for; what the question itself says is not among them.

    Args:
        sentence: of an article.
        kind: of the question (`Question.kind`).
        question: its text.

    Returns:
        Spans of the sentence, in order; empty for kinds that have no form.
    """
    asked = question.casefold()
    return tuple(span for span, text in _marks(sentence, kind) if not _has_word(asked, text))


def _has_word(text: str, word: str) -> bool:
    """Whether a text has this as a word or words of its own (a plural or genitive s behind it does not matter)."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        end += text.startswith("s", end)
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return True
        start = text.find(word, start + 1)
    return False


@lru_cache(maxsize=50_000)
def _marks(sentence: str, kind: str) -> tuple[tuple[Span, str], ...]:
    """The parts of the kind, each with what it says in lower case; questions come back to the same sentences."""
    pattern = _PATTERNS.get(kind)
    return tuple(
        (Span(match.start(), match.end()), match.group().casefold())
        for match in (pattern.finditer(sentence) if pattern else ())
        if not (kind in ("who", "where") and (_opens(match, sentence) or _CALENDAR.fullmatch(match["name"])))
    )


def _opens(match: re.Match[str], sentence: str) -> bool:
    """Whether the capital is only that of the sentence's first word."""
    return not sentence[: match.start()].strip("\"'“‘ ") and " " not in match.group()
