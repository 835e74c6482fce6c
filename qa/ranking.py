"""Sentences in order of how well they answer: first by their features, then the most promising by reading them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
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
    items = read_closely(question, first.evidence, reader)
    read = [item for item in items if item.read is not None]
    scores = np.array([reading_features(item) for item in read]).reshape(-1, len(READING)) @ weights.reading
    rest = [(item, score) for item, score in zip(items, first.scores, strict=True) if item.read is None]
    return ahead(read, scores, rest)


def ahead(read: Sequence[Evidence], scores: Sequence[float], rest: Sequence[tuple[Evidence, float]]) -> Ranked:
    """Sentences that were read, ranked by these scores, ahead of the rest, which keeps its order and its distances."""
    order = np.argsort(-np.array(scores), kind="stable")
    lowered = min(scores) - rest[0][1] if len(read) and rest else 0.0
    return Ranked(
        (*(read[n] for n in order), *(item for item, _ in rest)),
        (*(float(scores[n]) for n in order), *(score + lowered for _, score in rest)),
    )


def rank_by_features(evidence: Sequence[Evidence], weights: Weights) -> Ranked:
    """Ranks by the features alone; equal scores in the order of the archive."""
    scores = [float(np.array(item.features) @ weights.evidence) for item in evidence]
    order = sorted(range(len(evidence)), key=lambda n: (-scores[n], evidence[n].candidate.key, n))
    return Ranked(tuple(evidence[n] for n in order), tuple(scores[n] for n in order))


def promising(evidence: Sequence[Evidence]) -> list[Candidate]:
    """The passages that the sentences which come first are from: those that are read closely."""
    return list(islice({item.candidate.key: item.candidate for item in evidence}.values(), CLOSELY))


def read_closely(question: str, evidence: Sequence[Evidence], reader: "CloseReader") -> list[Evidence]:
    """The same sentences; those of the promising passages with their log-odds of answering."""
    passages = promising(evidence)
    odds = {
        (candidate.key, sentence): value
        for candidate, row in zip(passages, reader.read(question, [_passage(each) for each in passages]), strict=True)
        for sentence, value in zip(candidate.chunk.sentences, row, strict=True)
    }
    return [replace(item, read=odds.get((item.candidate.key, item.sentence))) for item in evidence]


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
