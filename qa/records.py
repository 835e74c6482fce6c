"""Questions, and what comes back."""

import datetime as dt
from dataclasses import dataclass, field

from index.concepts import Concept
from index.dates import DateRange, PublicationDate
from index.limits import EVERYTHING, Limits
from index.records import Article, Chunk, Span


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood.

    `kind` is what it asks for: why, how_much, who, when, where, which, how or what; `concepts` are its content
    words with their translations. `limits` are what the search is limited to, `period` the publication dates
    that the question speaks of, `reported` those in which what it asks for can have been told; `latest` says
    whether it asks how things stand now.
    """

    text: str
    language: str
    kind: str
    concepts: tuple[Concept, ...]
    limits: Limits = EVERYTHING
    period: DateRange = DateRange()
    reported: DateRange = DateRange()
    latest: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with the score it is ranked by (higher is better).

    `also_in` are the ids of other articles that have this passage in the same words.
    """

    article: Article
    chunk: Chunk
    score: float
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of an article that an answer rests on: `article.text[start:end] == text`.

    `n` is its number in the answer, `score` the probability (0 to 1) that it answers the question. `context`
    is the sentence before it (it may end an earlier paragraph) where it leans on that; `marks` are the parts (of the
    article's text) that are of the kind asked for: the amount, the date, the name, the reason; `also_in` the ids of
    other articles that have this sentence.
    """

    n: int
    article_id: str
    title: str
    date: PublicationDate | None
    start: int
    end: int
    text: str
    score: float
    passage: Span
    context: Span | None = None
    marks: tuple[Span, ...] = ()
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What an amount or a date that was asked for was at some time: as citation `n` says (`mark`, in its article)."""

    date: PublicationDate
    text: str
    n: int
    mark: Span


@dataclass(frozen=True, slots=True)
class Answer:
    """Cited sentences that answer the question, best first. `passages` are what was considered.

    `development` has what articles of different dates say of an amount or a date, which may or may not be the same
    thing: two or three steps, the oldest first; or it is empty.
    """

    question: Question
    text: str
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    notices: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    development: tuple[Step, ...] = ()

    refused = False
    reason = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, and why. `passages` are the nearest ones; they do not answer the question."""

    question: Question
    reason: str
    text: str
    passages: tuple[Hit, ...] = ()
    notices: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)

    refused = True
    citations: tuple[Citation, ...] = ()
    development: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked, and what came back; a conversation is a list of these."""

    question: str
    reply: Answer | Refusal
    asked: dt.datetime | None = None
