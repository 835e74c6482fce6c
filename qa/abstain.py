"""Is the evidence enough to answer from? A probability, and a threshold calibrated for each pair of languages."""

import math

import numpy as np

from qa.evidence import FEATURES, Evidence
from qa.weights import Weights

SIGNALS = (
    "cosine",
    "lexical",
    "sentence_cosine",
    "passage_words",
    "sentence_words",
    "article_words",
    "article_names",
    "kind",
)
"""Features of the best sentence that the decision looks at (some of qa.evidence.FEATURES)."""

_PLACES = [FEATURES.index(name) for name in SIGNALS]


def signals(best: Evidence) -> list[float]:
    """The signals of the best sentence, in the order of SIGNALS."""
    return [best.features[place] for place in _PLACES]


def answer_probability(best: Evidence, weights: Weights) -> float:
    """The probability that the best sentence answers the question (logistic regression on the signals)."""
    values = np.array([*signals(best), 1.0])
    return 1 / (1 + math.exp(-float(np.clip(values @ weights.answerable, -30, 30))))


def is_enough(
    probability: float, question_language: str, article_language: str, weights: Weights, shift: float
) -> bool:
    """Whether to answer.

    Args:
        probability: from `answer_probability`.
        question_language: of the question.
        article_language: of the best sentence's article.
        weights: hold the threshold of each pair of languages.
        shift: added to the threshold; 1 refuses everything, -1 nothing.
    """
    return probability >= weights.thresholds[f"{question_language}-{article_language}"] + shift
