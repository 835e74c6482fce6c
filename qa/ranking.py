"""Sentences in order of how well they answer: first by their features, then the most promising by reading them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from index.chunking import contextual_text, lead_sentence, sentences_in_context
from qa.evidence import FEATURES, Evidence
from qa.retriever import Candidate
from qa.weights import Weights

if TYPE_CHECKING:
    from qa.close_reading import CloseReader, Passage

READING = (*FEATURES, "read")
"""What a sentence that was read closely is ranked by."""

CLOSELY = 8
"""Passages that are read closely; measured in docs/retrieval.md."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Sentences, best first, with the scores they are ranked by."""

    evidence: tuple[Evidence, ...]
    scores: tuple[float, ...]


def rank_by_reading(question: str, first: Ranked, weights: Weights, reader: "CloseReader") -> Ranked:
    """Reads the first `CLOSELY` passages of a ranking and ranks what was read anew, ahead of the rest."""
    items, scores = read_closely(question, first.evidence, reader), np.array(first.scores)
    read = [n for n, item in enumerate(items) if item.read is not None]
    rest = [n for n, item in enumerate(items) if item.read is None]
    if read:
        scores[read] = np.array([reading_features(items[n]) for n in read]) @ weights.reading
    if rest:  # stays in order, behind what was read
        scores[rest] += scores[read].min() - scores[rest].max()
    order = sorted(range(len(items)), key=lambda n: (items[n].read is None, -scores[n]))
    return Ranked(tuple(items[n] for n in order), tuple(float(scores[n]) for n in order))


def rank_by_features(evidence: Sequence[Evidence], weights: Weights) -> Ranked:
    """Ranks by the features alone; equal scores in the order of the archive."""
    scores = [float(np.array(item.features) @ weights.evidence) for item in evidence]
    order = sorted(range(len(evidence)), key=lambda n: (-scores[n], evidence[n].candidate.key, n))
    return Ranked(tuple(evidence[n] for n in order), tuple(scores[n] for n in order))


def read_closely(question: str, evidence: Sequence[Evidence], reader: "CloseReader") -> list[Evidence]:
    """The same sentences; those of the passages that come first with their log-odds of answering."""
    passages: dict[int, Candidate] = {}
    for item in evidence:
        if len(passages) < CLOSELY:
            passages.setdefault(item.candidate.key, item.candidate)
    texts = [_passage(candidate) for candidate in passages.values()]
    odds = {
        (candidate.key, sentence): value
        for candidate, row in zip(passages.values(), reader.read(question, texts), strict=True)
        for sentence, value in zip(candidate.chunk.sentences, row, strict=True)
    }
    return [
        replace(item, read=odds[item.candidate.key, item.sentence]) if item.candidate.key in passages else item
        for item in evidence
    ]


def reading_features(item: Evidence) -> tuple[float, ...]:
    """The features of a sentence that was read, named by READING."""
    if item.read is None:
        raise ValueError("the sentence was not read")
    return (*item.features, item.read)


_lead = lru_cache(maxsize=2_000)(lead_sentence)


def _passage(candidate: Candidate) -> "Passage":
    """A passage as it was embedded: behind what its article is about."""
    text = contextual_text(candidate.article, candidate.chunk, _lead(candidate.article))
    return text, sentences_in_context(candidate.chunk, text)
