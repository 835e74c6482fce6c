"""A question, understood: its language, what kind of thing it asks for, its content words."""

import datetime as dt
import re

from index.concepts import question_concepts
from index.errors import QuestionError
from index.language import detect_language
from index.limits import EVERYTHING, Limits
from qa.news_time import asked_period, reported_since, wants_latest
from qa.records import Question

MAX_CHARACTERS = 2000
"""Longest question: some 300 words."""

_WORDS = {
    "why": r"waarom|waardoor|hoezo|hoe komt|hoe kwam|vanwaar|om welke reden|why|how come|what caused|reason",
    "how_much": (
        r"hoeveel|hoelang|hoe (?:groot|hoog|lang|ver|vaak|oud|duur|zwaar|veel|breed|diep)|"
        r"(?:welke?|which) (?:(?:geld)?bedrag|percentage|aantal|waardering|prijs(?! (?:won|wint|kreeg|krijgt))|"
        r"amount|sum|valuation)|"
        r"wat kost\w*|wat (?:gaat|zal|zou|heeft)\b.*\b(?:kosten|gekost)(?=\W*$)|"
        r"how (?:much|many|big|large|high|deep|long|far|often|old|expensive|heavy)|"
        r"what (?:amount|percentage|sum|price)|what (?:do|does|did|will|would)\b.*\bcost|"
        r"price|prijs|waard|waardering|worth|valuation|valued"
    ),
    "when": (
        r"wanneer|hoe laat|(?:welke?|which|what) (?:jaar|maand|dag|datum|year|month|day|date)|when|what time|how soon"
    ),
    "who": r"wie|wiens|who|whose|whom",
    "where": r"waar|waarheen|waarvandaan|in welke (?:stad|plaats|gemeente)|where|which (?:city|town|place)",
    "which": r"welke?|which",
    "how": r"hoe|how",
}
_KINDS = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}
_OPENING = (
    r"\W*(?:(?:en|and|maar|but|so|dus)\b\W*)*"
    r"(?:(?:in|op|om|van|vanaf|sinds|tot|voor|na|naar|door|met|aan|bij|on|at|by|of|to|for|with|from|since|until|after)\s)?"
)
_OPENS = {kind: re.compile(rf"{_OPENING}(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}


def parse_question(text: str, limits: Limits = EVERYTHING) -> Question:
    """Understand a question.

    Args:
        text: as it was typed.
        limits: on the articles to search.

    Raises:
        QuestionError: it is empty or longer than `MAX_CHARACTERS`.
    """
    text = " ".join(text.split())
    if not any(character.isalnum() for character in text):
        raise QuestionError("the question is empty; ask something")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(text):,} characters; {MAX_CHARACTERS:,} is the most")
    language = detect_language(text)
    return Question(
        text=text,
        language=language,
        kind=question_kind(text),
        concepts=tuple(question_concepts(text, language)),
        limits=limits,
        period=asked_period(text, dt.date.today()),
        reported=reported_since(text, dt.date.today()),
        latest=wants_latest(text),
    )


def question_kind(text: str) -> str:
    """What a question asks for: by the question word that it begins with ("when did the price rise?"), the longest
    reading of it; else by the first that it has, in a fixed order; "what" where none is known."""
    opens = {kind: match.end() for kind, pattern in _OPENS.items() if (match := pattern.match(text))}
    kind = max(opens, key=lambda kind: opens[kind], default="")
    if kind and not (kind == "how" and _KINDS["how_much"].search(text)):  # "how did the price change?"
        return kind
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "what")
