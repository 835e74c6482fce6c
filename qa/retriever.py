"""A question -> candidate passages: dense and lexical search of the archive, fused."""

from dataclasses import dataclass

import numpy as np

from index.archive import Archive
from index.records import Article, Chunk
from index.store import Vectors
from qa.records import Question
from qa.weights import Weights

RETRIEVAL = ("cosine", "lexical", "other_language", "sentence_cosine")
"""What passages are first ranked by, in the order of their weights; the last is that of the nearest sentence."""

_DEPTH = 40
"""Passages that each search contributes (the lexical one for each language)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found, and by what.

    `cosine` is that of its vector with the question's, `sentence_cosines` those of its sentences; `lexical` is its
    BM25 score as a share of what a passage with every word of the question would get at term saturation 1 (0 where
    it was not found by its words).
    """

    key: int
    chunk: Chunk
    article: Article
    cosine: float
    lexical: float
    score: float
    sentence_cosines: tuple[float, ...]


def retrieve(
    archive: Archive, question: Question, query: Vectors, rarity: list[float], weights: Weights, k: int
) -> list[Candidate]:
    """The k best passages by both searches; call it inside `archive.reading()`.

    The score is linear in RETRIEVAL. Every candidate gets its exact cosines, whichever search found it.

    Args:
        archive: where to search.
        question: what for; its limits hold for both searches, before their top is taken.
        query: the question's vector (1, dimension).
        rarity: of the question's concepts, from `archive.rarity`.
        weights: calibrated.
        k: how many; fewer come back where fewer are found.
    """
    dense = archive.search_dense(query, _DEPTH, question.limits)
    lexical = dict(archive.search_lexical(question.concepts, _DEPTH, question.limits))
    keys = list(dict.fromkeys([key for key, _ in dense] + list(lexical)))
    stored = archive.store.chunks(keys)
    keys = [key for key in keys if key in stored]
    whole = sum(rarity) or 1.0
    sentences = archive.sentence_cosines(query, keys)
    candidates = []
    for key, cosine in zip(keys, archive.cosines(query, keys), strict=True):
        chunk, article = stored[key].chunk, stored[key].article
        words = lexical.get(key, 0.0) / whole
        features = np.array([cosine, words, article.language != question.language, max(sentences[key])])
        score = float(features @ weights.retrieval)
        candidates.append(Candidate(key, chunk, article, cosine, words, score, tuple(sentences[key])))
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.key))[:k]
