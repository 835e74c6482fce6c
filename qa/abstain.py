"""Is the evidence enough to answer from? A probability, and a threshold calibrated for each pair of languages."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from index.errors import ThresholdError
from qa.evidence import Evidence
from qa.ranking import READING, reading_features
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
    "read",
)
"""What the decision looks at of the best sentence (some of qa.ranking.READING)."""

_PLACES = [READING.index(name) for name in SIGNALS]


def signals(best: Evidence) -> list[float]:
    """The signals of the best sentence, which was read, in the order of SIGNALS."""
    features = reading_features(best)
    return [features[place] for place in _PLACES]


def answer_probability(best: Evidence, weights: Weights) -> float:
    """The probability that the best sentence answers the question (logistic regression on the signals)."""
    return probability(signals(best), weights.answerable)


def probability(values: Sequence[float], weights: np.ndarray) -> float:
    """Logistic regression: the probability for these values (n,), the last of the weights (n + 1,) a constant."""
    return 1 / (1 + math.exp(-float(np.clip(np.array([*values, 1.0]) @ weights, -30, 30))))


def threshold(question_language: str, best: Evidence, thresholds: Mapping[str, float]) -> float:
    """The probability from which on to answer, calibrated for the languages of question and best sentence."""
    return thresholds[f"{question_language}-{best.candidate.article.language}"]


def require_shift(shift: float) -> None:
    """Refuse a shift of the threshold that is none.

    Raises:
        ThresholdError: it is not a number from -1 to 1.
    """
    if not -1 <= shift <= 1:  # nor is "nan", which compares with nothing
        raise ThresholdError(f"the threshold can be shifted by a number from -1 to 1, not by {shift}")
