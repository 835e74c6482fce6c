"""Candidate passages -> sentences, each with the evidence that it answers the question.

A sentence's vector is the mean of its tokens as the model reads them in the passage, behind the lead sentence,
so that "the company" is known for what it is. To its cosine with the question come the words, the names, the
kind of thing asked for, and the date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis import terms
from index.concepts import Concept
from index.records import Article, Span
from qa.marks import CHECKED, find_marks
from qa.records import Question
from qa.retriever import Candidate

FEATURES = (
    "cosine",
    "lexical",
    "other_language",
    "sentence_cosine",
    "passage_words",
    "sentence_words",
    "article_words",
    "article_names",
    "kind",
    "period",
    "latest",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence (a span of the candidate's article) and what speaks for it.

    `features` are named by FEATURES; `read` are the log-odds that it answers the question, by the trained reader,
    where its passage was read closely.
    """

    candidate: Candidate
    sentence: Span
    features: tuple[float, ...]
    read: float | None = None


def gather_evidence(question: Question, rarity: Sequence[float], candidates: Sequence[Candidate]) -> list[Evidence]:
    """All sentences of the candidates with their features.

    Args:
        question: what is asked.
        rarity: of its concepts.
        candidates: passages to look in.
    """
    ages = _recency([candidate.article for candidate in candidates])
    found = []
    for candidate in candidates:
        shared = _passage_features(question, rarity, candidate) | _date_features(question, candidate.article, ages)
        for sentence, cosine in zip(candidate.chunk.sentences, candidate.sentence_cosines, strict=True):
            own = _sentence_features(question, rarity, candidate, sentence)
            features = {**shared, **own, "sentence_cosine": cosine}
            found.append(Evidence(candidate, sentence, tuple(features[name] for name in FEATURES)))
    return found


def _passage_features(question: Question, rarity: Sequence[float], candidate: Candidate) -> dict[str, float]:
    language = candidate.article.language
    article = _terms(candidate.article.text, language)
    names = [(concept, worth) for concept, worth in zip(question.concepts, rarity, strict=True) if concept.is_name]
    return {
        "cosine": candidate.cosine,
        "lexical": candidate.lexical,
        "other_language": float(language != question.language),
        "passage_words": coverage(question.concepts, rarity, _terms(candidate.chunk.text, language), language),
        "article_words": coverage(question.concepts, rarity, article, language),
        "article_names": coverage([name for name, _ in names], [worth for _, worth in names], article, language),
    }


def _sentence_features(
    question: Question, rarity: Sequence[float], candidate: Candidate, sentence: Span
) -> dict[str, float]:
    language, text = candidate.article.language, candidate.article.text[sentence.start : sentence.end]
    marks = find_marks(text, question.kind, question.text, language)
    return {
        "sentence_words": coverage(question.concepts, rarity, _terms(text, language), language),
        "kind": float(bool(marks)) if question.kind in CHECKED else 0.5,
    }


def _date_features(question: Question, article: Article, recency: dict[str, float]) -> dict[str, float]:
    asked = bool(question.period) and article.date is not None and question.period.meets(article.date)
    return {"period": float(asked), "latest": recency[article.id] if question.latest else 0.0}


def _recency(articles: Sequence[Article]) -> dict[str, float]:
    """Article id -> its place among the dated ones, from 0 (oldest) to 1 (newest); unknown dates count as oldest."""
    days = sorted({article.date.last for article in articles if article.date})
    places = {day: place / max(1, len(days) - 1) for place, day in enumerate(days)}
    return {article.id: places[article.date.last] if article.date else 0.0 for article in articles}


@lru_cache(maxsize=20_000)
def _terms(text: str, language: str) -> frozenset[str]:
    """Questions come back to the same articles; what their words are is worked out once."""
    return frozenset(terms(text, language))


def coverage(concepts: Sequence[Concept], rarity: Sequence[float], present: frozenset[str], language: str) -> float:
    """The share of a question's words, weighted by rarity, that a text has in its language; 0 where there are none."""
    whole = sum(rarity)
    if whole == 0:
        return 0.0
    worth = [_worth(concept.variants[language], present) for concept in concepts]
    return sum(value * weight for value, weight in zip(worth, rarity, strict=True)) / whole


def _worth(variants: Mapping[str, float], present: frozenset[str]) -> float:
    if present.isdisjoint(variants):  # so it is with most words of most sentences
        return 0.0
    return max(worth for term, worth in variants.items() if term in present)
