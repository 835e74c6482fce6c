"""Candidate passages -> sentences, each with the evidence that it answers the question.

Late interaction (Khattab and Zaharia 2020, ColBERT) over the token vectors of the same model that embeds the
passages: each token of the question takes its best match among a sentence's tokens, and the matches are
averaged. The passage is read with its lead sentence in front, so that a sentence's tokens know what "the
company" is. To that come the words, and whether the sentence holds the kind of thing asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.analysis import terms
from index.chunking import contextual_text, lead_sentence
from index.concepts import Concept
from index.embedding import Embedder, TokenVectors
from index.records import Span
from qa.marks import CHECKED, find_marks
from qa.records import Question
from qa.retriever import Candidate

FEATURES = (
    "cosine",
    "lexical",
    "other_language",
    "passage_match",
    "sentence_match",
    "sentence_cosine",
    "passage_words",
    "sentence_words",
    "article_words",
    "article_names",
    "kind",
)

Features = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence (a span of the candidate's article) and what speaks for it; `features` are named by FEATURES."""

    candidate: Candidate
    sentence: Span
    features: tuple[float, ...]


def gather_evidence(
    question: Question, query: np.ndarray, rarity: Sequence[float], candidates: Sequence[Candidate], embedder: Embedder
) -> list[Evidence]:
    """All sentences of the candidates with their features.

    Args:
        question: what is asked.
        query: its vector (1, dimension).
        rarity: of its concepts.
        candidates: passages to look in; their token vectors are computed here, which takes most of the time.
        embedder: the one that the archive was built with.
    """
    leads = [lead_sentence(candidate.article) for candidate in candidates]
    texts = [contextual_text(c.article, c.chunk, lead) for c, lead in zip(candidates, leads, strict=True)]
    asked, *passages = embedder.tokens([question.text, *texts])
    found = []
    for candidate, text, passage in zip(candidates, texts, passages, strict=True):
        offset = len(text) - len(candidate.chunk.text) - candidate.chunk.start
        matches = asked.vectors @ passage.vectors.T
        shared = _passage_features(question, rarity, candidate, matches)
        for sentence in candidate.chunk.sentences:
            inside = _inside(passage, sentence.start + offset, sentence.end + offset)
            own = _sentence_features(question, query, rarity, candidate, sentence)
            match = float(matches[:, inside].max(axis=1).mean()) if inside.any() and len(matches) else 0.0
            cosine = _mean_cosine(passage.vectors[inside], query[0])
            found.append(
                Evidence(
                    candidate, sentence, _ordered({**shared, **own, "sentence_match": match, "sentence_cosine": cosine})
                )
            )
    return found


def _passage_features(
    question: Question, rarity: Sequence[float], candidate: Candidate, matches: np.ndarray
) -> dict[str, float]:
    language = candidate.article.language
    article = set(terms(candidate.article.text, language))
    names = [concept.is_name for concept in question.concepts]
    return {
        "cosine": candidate.cosine,
        "lexical": candidate.lexical,
        "other_language": float(language != question.language),
        "passage_match": float(matches.max(axis=1).mean()) if matches.size else 0.0,
        "passage_words": coverage(question.concepts, rarity, set(terms(candidate.chunk.text, language)), language),
        "article_words": coverage(question.concepts, rarity, article, language),
        "article_names": coverage(
            [c for c, name in zip(question.concepts, names, strict=True) if name],
            [r for r, name in zip(rarity, names, strict=True) if name],
            article,
            language,
        ),
    }


def _sentence_features(
    question: Question, query: np.ndarray, rarity: Sequence[float], candidate: Candidate, sentence: Span
) -> dict[str, float]:
    language, text = candidate.article.language, candidate.article.text[sentence.start : sentence.end]
    return {
        "sentence_words": coverage(question.concepts, rarity, set(terms(text, language)), language),
        "kind": float(bool(find_marks(text, question.kind, question.text))) if question.kind in CHECKED else 0.5,
    }


def coverage(concepts: Sequence[Concept], rarity: Sequence[float], present: set[str], language: str) -> float:
    """The share of a question's words, weighted by rarity, that a text has in its language; 1 where none."""
    whole = sum(rarity)
    if whole == 0:
        return 1.0
    worth = [
        max((worth for term, worth in concept.variants[language].items() if term in present), default=0.0)
        for concept in concepts
    ]
    return sum(value * weight for value, weight in zip(worth, rarity, strict=True)) / whole


def _inside(passage: TokenVectors, start: int, end: int) -> np.ndarray:
    inside: np.ndarray = (passage.spans[:, 0] >= start) & (passage.spans[:, 1] <= end)
    return inside


def _mean_cosine(vectors: np.ndarray, query: np.ndarray) -> float:
    if not len(vectors):
        return 0.0
    mean = vectors.mean(axis=0)
    return float(mean @ query / max(float(np.linalg.norm(mean)), 1e-12))


def _ordered(features: dict[str, float]) -> tuple[float, ...]:
    return tuple(features[name] for name in FEATURES)
