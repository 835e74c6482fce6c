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

_KINDS = [
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("why", r"waarom|waardoor|hoezo|hoe komt|hoe kwam|vanwaar|om welke reden|why|how come|what caused|reason"),
        (
            "how_much",
            r"hoeveel|hoe (?:groot|hoog|lang|ver|vaak|oud|duur|zwaar|veel|breed|diep)|"
            r"welk (?:bedrag|percentage|aantal)|"
            r"wat kost\w*|how (?:much|many|big|large|high|long|far|often|old|expensive|heavy)|"
            r"what (?:amount|percentage|sum|price)|"
            r"price|prijs|waard|waardering|worth|valuation|valued",
        ),
        (
            "when",
            r"wanneer|hoe laat|in welk jaar|op welke (?:dag|datum)|welke (?:dag|maand)|"
            r"when|what (?:year|day|date|month|time)|how soon",
        ),
        ("who", r"wie|wiens|door wie|who|whose|whom"),
        ("where", r"waar|waarheen|waarvandaan|in welke (?:stad|plaats|gemeente)|where|which (?:city|town|place)"),
        ("which", r"welke?|which"),
        ("how", r"hoe|how"),
    )
]


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
    """What a question asks for, by the first of its question words in a fixed order; "what" where none is known."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "what")
