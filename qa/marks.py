"""The parts of a sentence that are of the kind a question asks for: an amount, a date, a name, a reason, a place."""

import re
from collections.abc import Iterator
from functools import lru_cache

from index.language import detect_language
from index.records import Span
from qa.date_words import SEASON, find_dates
from qa.relative_time import WEEKDAY, find_relative
from qa.unit_words import MAGNITUDE, UNIT, is_content

_TENS = r"twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig"
_NUMBER_WORDS = (
    r"een (?:half|halve|derde|kwart)|de helft|(?:drie|twee) ?(?:kwart|derde)|anderhalf|één|"
    r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|(?:der|veer|vijf|zes|zeven|acht|negen)tien|"
    rf"(?:[a-z]{{3,10}}en)?(?:{_TENS})|[a-z]*honderd(?:duizend)?|[a-z]*duizend|"
    rf"(?:half a|an?|een|enkele|several)(?=\s(?:{MAGNITUDE})\b)|"
    r"half|(?:a|one|two|three)[- ](?:half|third|thirds|quarter|quarters)|two|three|four|five|six|seven|eight|nine|"
    r"ten(?! (?:opzichte|aanzien|minste|slotte|koste|gevolge|gunste|laste|tijde|behoeve|dele|eerste|tweede|derde|"
    r"noorden|oosten|zuiden|westen)\b)|"
    r"eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?|"
    r"(?:[a-z]+ )?hundred|(?:[a-z]+ )?thousand|dozens?|hundreds|thousands|millions|billions|tientallen|"
    r"(?:tien|honderd)?duizenden|honderden|miljoenen|miljarden|dubbele?|double|twice|"
    r"(?<!no )(?<!any )(?<!the )(?<!this )(?<!that )(?<!each )(?<!every )one(?=\s(?P<noun>[a-z]+))"
)
_NAME = r"[A-ZÀ-Þ][\w'’&-]*"
_PLACE = rf"(?:['’][st][- ])?{_NAME}(?:\s{_NAME})*"

_AMOUNT = re.compile(
    rf"(?P<money>[€$£]\s?|\b(?-i:EUR|USD|GBP)\s)?(?<![\w.,])(?<![^\W\d]-)\d(?:[\d.,]*\d)?(?:(?(money)(?:bn|[mkb])|m)\b)?"
    rf"(?:[\s-]?(?:{UNIT})\b|\s?%)*(?!\w|[.,]\d)|"
    rf"\b(?:{_NUMBER_WORDS})\b(?:[\s-](?:{UNIT})\b)*",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:(?<=\bom )|(?<=\brond ))(?:half )?(?:\d{1,2}|[a-zé]{2,6}) uur\b|\b\w{1,6} o['’]clock\b|"
    r"\b\d{1,2}(?:[.:]\d\d uur\b|:\d\d(?!\w))|\b\d{1,2}(?:[.:]\d\d)?\s?(?:[ap]m\b|[ap]\.m\.)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b(?:{WEEKDAY})\w*", re.IGNORECASE)
_SEASON = re.compile(rf"\b(?:(?:het|the)\s)?(?:{SEASON})\b", re.IGNORECASE)
_PART_OF = re.compile(r"\b(?:begin|medio|eind|half|early|mid|late|the end of|the start of)[ -]$", re.IGNORECASE)
_WHO = re.compile(rf"\b(?P<name>{_NAME}(?:\s(?:(?:van|de|der|den|ten|ter|von|of|the|el|al)\s){{0,2}}{_NAME})*)")
_WHERE = re.compile(
    r"\b(?:(?i:in|bij|naar|uit|op|tussen|langs|at|near|to|from|between|on)\s(?:het\s|de\s|the\s)?|"
    r"(?i:aan)\s(?:het|de)\s)"
    rf"(?P<name>{_PLACE})"
)
_WHY = {
    "nl": re.compile(
        r"\b(?P<sign>omdat|doordat|vanwege|wegens|dankzij|aangezien|want|zodat|waardoor|daardoor|daarom|"
        r"door(?!\s(?:\d|(?-i:[A-ZÀ-Þ])))|om(?=\s[^.;:]*\bte\b|\s\w+\sreden\b)|"
        r"uit (?:vrees|angst|protest|onvrede)|met het oog op|onder druk van|in de hoop|als gevolg van|"
        r"naar aanleiding van|in reactie op|reden|oorzaak|aanleiding)\b[^.;:]*",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?P<sign>because(?: of)?|due to|owing to|thanks to|so that|in order to|(?:since|after)(?!\s\d)|now that|"
        r"amid|citing|with a view to|under pressure from|in the hope|in response to|in protest|on the back of|"
        r"as a result of|reason|cause|for fear)\b[^.;:]*",
        re.IGNORECASE,
    ),
}

CHECKED = frozenset({"how_much", "when", "who", "where", "why"})
"""The kinds of question whose answers have a recognisable form."""


def find_marks(sentence: str, kind: str, question: str, language: str | None = None) -> tuple[Span, ...]:
    """The parts of a sentence of the kind asked for; what the question itself says is not among them.

    Args:
        sentence: of an article.
        kind: of the question (`Question.kind`).
        question: its text.
        language: of the article; the sentence itself tells it where it is not given.

    Returns:
        Spans of the sentence, in order; empty for kinds that have no form.
    """
    asked = question.casefold()
    spans = _marks(sentence, kind, language if kind == "why" else None)
    return tuple(span for span in spans if not _has_word(asked, sentence[span.start : span.end].casefold()))


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
def _marks(sentence: str, kind: str, language: str | None) -> tuple[Span, ...]:
    """The parts of the kind; questions come back to the same sentences."""
    if kind == "how_much":
        return tuple(_amounts(sentence))
    if kind == "when":
        return tuple(_times(sentence))
    if kind == "why":
        return tuple(_reasons(sentence, language or detect_language(sentence)))
    return tuple(_names(sentence, kind)) if kind in CHECKED else ()


def _amounts(sentence: str) -> Iterator[Span]:
    """The numbers that are no part of a date or a time of day."""
    times = _moments(sentence)
    for match in _AMOUNT.finditer(sentence):
        span = Span(match.start(), match.end())
        if all(span.end <= time.start or time.end <= span.start for time in times) and is_content(match["noun"] or "1"):
            yield span


def _moments(sentence: str) -> list[Span]:
    """The dates and the times of day."""
    dates = [Span(date.start, date.end) for date in find_dates(sentence)]
    return [*dates, *(Span(match.start(), match.end()) for match in _CLOCK.finditer(sentence))]


def _times(sentence: str) -> list[Span]:
    """All that tells when, with the part of it that is meant ("begin 2026"); what overlaps is one."""
    found = [*_moments(sentence), *(Span(time.start, time.end) for time in find_relative(sentence))]
    for pattern in (_WEEKDAY, _SEASON):
        found += [Span(match.start(), match.end()) for match in pattern.finditer(sentence)]
    joined: list[Span] = []
    for span in sorted(found, key=lambda span: span.start):
        part = _PART_OF.search(sentence, 0, span.start)
        start = part.start() if part else span.start
        if joined and start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(Span(start, span.end))
    return joined


def _reasons(sentence: str, language: str) -> Iterator[Span]:
    """From each word that gives a reason to the end of the clause, but where it gives a time."""
    times = {time.start for time in _times(sentence)}
    place = 0
    while match := _WHY[language].search(sentence, place):
        if match.end("sign") + 1 in times:
            place = match.end("sign")
        else:
            place = match.end()
            yield Span(match.start(), place)


def _names(sentence: str, kind: str) -> Iterator[Span]:
    """Names of people, or of places with the word before them; the capital of a first word alone makes no name."""
    dates = list(find_dates(sentence))
    for match in (_WHO if kind == "who" else _WHERE).finditer(sentence):
        name = Span(match.start("name"), match.end("name"))
        dated = any(date.start <= name.start and name.end <= date.end for date in dates)
        opens = not sentence[: match.start()].strip("\"'“‘ ") and " " not in match.group()
        if not (opens or dated or _WEEKDAY.fullmatch(match["name"])):
            yield Span(match.start(), match.end())
