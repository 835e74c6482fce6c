"""A follow-up question and the conversation before it -> a question that stands alone.

What it leaves out is taken from the turn before it: that question as it was typed, and the names that this one was
understood to be about. Whether it leans on the conversation at all, or begins a new subject, is decided by whether
the conversation knows the names and the words in it; the weights come from benchmarks/followups.py.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.analysis import terms
from index.concepts import Concept
from qa.followup_weights import load_followup_weights
from qa.question import MAX_CHARACTERS, parse_question, question_kind
from qa.records import Answer, Citation, Question, Refusal, Turn

CONTEXT_SIGNALS = ("strange_names", "names", "opens", "points", "known_words", "words")
"""What tells a new subject from a follow-up, in the order of `context_signals`."""

_OPENING = re.compile(
    r"(?:(?:en|maar|and|but|so|dus|oké|ok|okay)\b[,\s]*)*"
    r"(?:(?:hoe zit het met|what about|how about|wat betreft)\b\s*)?",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:hij|hem|zijn|zij|ze|haar|hun|hen|het|dat|dit|die|deze|"
    r"(?:er|daar|hier)(?:aan|achter|bij|boven|door|heen|in|langs|mee|na|naar|naast|om|onder|op|over|tegen|toe|tussen|uit|van|"
    r"vandaan|voor)?|"
    r"he|him|his|she|her|hers|it|its|they|them|their|that|this|those|these|there|one|ones)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:what|wat|welke?|which|how|hoe)\b", re.IGNORECASE)
_RECENT = 3
"""Turns that count as the conversation, as many as the weights were fitted with: after twenty turns about twenty things
nothing would be a new subject."""
_MANY = 8
"""Content words from which on a question is simply long."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that leans on the conversation.

    `text` is what it would be without it, `own` what was typed; `kind` is what it asks for (what the turn before asked
    for, where it does not say); `latest` and `cited` are the best citation of the turn before and all earlier ones,
    `nearest` is the article that was shown first there, as an answer or, by a refusal, as the nearest thing to one.
    """

    text: str
    own: Question
    kind: str
    latest: Citation | None
    cited: tuple[Citation, ...]
    nearest: str | None

    def as_meant(self, question: Question) -> Question:
        """The question understood from `text`: what was typed says what it asks for, and of which time, if it does."""
        times = self.own if self.own.period else question
        return replace(question, kind=self.kind, period=times.period, reported=times.reported, latest=times.latest)


def find_follow_up(question: str, history: Sequence[Turn]) -> FollowUp | None:
    """How a question leans on the conversation before it; None where it stands alone.

    Args:
        question: as typed.
        history: earlier turns, oldest first.
    """
    earlier = [turn for turn in history if turn.reply.reason != "small_talk"][-_RECENT:]
    own = parse_question(question)
    if not earlier or begins_subject(own, [turn.reply for turn in earlier]):
        return None
    return lean_on(own, earlier)


def lean_on(own: Question, earlier: Sequence[Turn]) -> FollowUp:
    """A question as a follow-up of these turns (at least one, none of them small talk)."""
    last = earlier[-1]
    citations, shown = last.reply.citations, last.reply.passages
    return FollowUp(
        text=_standalone(own, last),
        own=own,
        kind=question_kind(_body(own)) if _asks(own) else last.reply.question.kind,
        latest=citations[0] if citations else None,
        cited=tuple(citation for turn in earlier for citation in turn.reply.citations),
        nearest=shown[0].article.id if shown else None,
    )


def begins_subject(own: Question, replies: Sequence[Answer | Refusal]) -> bool:
    """Whether a question has nothing to do with the conversation before it.

    "And Microsoft?" asks nothing by itself, so it never does.
    """
    body, names = _body(own), _names(own)
    left = [concept for concept in own.concepts if concept.word in body.casefold()]
    if body != own.text and not _asks(own) and all(concept in names for concept in left):
        return False
    weights = load_followup_weights().subject
    values = [*context_signals(own, replies), 1.0]
    return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) > 0


def stands_alone(own: Question) -> bool:
    """Whether a question may make sense without the conversation too: it asks for something, and has a name."""
    return bool(_asks(own) and _names(own))


def context_signals(own: Question, replies: Sequence[Answer | Refusal]) -> list[float]:
    """What tells a new subject from a follow-up, in the order of CONTEXT_SIGNALS."""
    known = _known_terms(replies)
    strange = [not _is_known(name, known) for name in _names(own)]
    return [
        sum(strange) / len(strange) if strange else 0.0,
        float(bool(strange)),
        float(_body(own) != own.text),
        float(bool(_POINTING.search(own.text))),
        sum(_is_known(concept, known) for concept in own.concepts) / max(len(own.concepts), 1),
        min(len(own.concepts), _MANY) / _MANY,
    ]


def _standalone(own: Question, last: Turn) -> str:
    """The question, and behind it the one before with the names that this one was about."""
    said = {word.casefold() for word in re.findall(r"\w+", f"{own.text} {last.question}")}
    typed = {word.casefold(): word for word in re.findall(r"\w+", last.reply.question.text)}
    names = [typed.get(name.word.casefold(), name.word) for name in _names(last.reply.question)]
    carried = " ".join([*last.question.split(), *(name for name in names if name.casefold() not in said)])
    return in_front_of(own.text, carried)


def in_front_of(own: str, carried: str) -> str:
    """A follow-up with what it leans on behind it, as much as a question may have; what training/ teaches the model."""
    room = MAX_CHARACTERS - len(own) - len(" ()")
    return f"{own} ({carried[:room]})" if room > 0 else own


def _body(question: Question) -> str:
    """What was typed without "and", "what about" in front."""
    return _OPENING.sub("", question.text, count=1)


def _asks(question: Question) -> bool:
    body = _body(question)
    return question_kind(body) != "what" or bool(_ASKS.search(body))


def _names(question: Question) -> list[Concept]:
    return [concept for concept in question.concepts if concept.is_name and not _POINTING.fullmatch(concept.word)]


def _is_known(concept: Concept, known: dict[str, frozenset[str]]) -> bool:
    return any(term in known.get(language, ()) for language, found in concept.variants.items() for term in found)


def _known_terms(replies: Sequence[Answer | Refusal]) -> dict[str, frozenset[str]]:
    """Language -> the terms of the earlier questions and of the articles that were cited."""
    known: dict[str, frozenset[str]] = {}
    for reply in replies:
        cited = {citation.article_id for citation in reply.citations}
        articles = {hit.article.id: hit.article for hit in reply.passages if hit.article.id in cited}
        texts = [(reply.question.text, reply.question.language)]
        for text, language in [*texts, *((article.text, article.language) for article in articles.values())]:
            known[language] = known.get(language, frozenset()) | _terms(text, language)
    return known


@lru_cache(maxsize=1000)
def _terms(text: str, language: str) -> frozenset[str]:
    """A conversation comes back to the same articles."""
    return frozenset(terms(text, language))
