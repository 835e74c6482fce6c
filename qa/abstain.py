"""Is the evidence enough to answer from? A probability, and a threshold calibrated for each pair of languages."""

import math
from collections.abc import Sequence

import numpy as np

from qa.evidence import FEATURES, Evidence
from qa.weights import Weights

SIGNALS = ("score", "margin", *FEATURES)
"""What the decision looks at: the best sentence's score, how far it is ahead of the best one in another
article (0 to 1 in odds), and its own features."""


def signals(ranked: Sequence[Evidence], scores: Sequence[float]) -> list[float]:
    """The signals of ranked evidence (best first, at least one), in the order of SIGNALS.

    Args:
        ranked: the evidence.
        scores: of each.
    """
    best = ranked[0]
    rival = next(
        (
            score
            for evidence, score in zip(ranked, scores, strict=True)
            if evidence.candidate.article.id != best.candidate.article.id
        ),
        scores[0] - 10,
    )
    return [scores[0], 1 - math.exp(min(0.0, rival - scores[0])), *best.features]


def answer_probability(ranked: Sequence[Evidence], scores: Sequence[float], weights: Weights) -> float:
    """The probability that the best sentence answers the question (logistic regression on the signals)."""
    values = np.array([*signals(ranked, scores), 1.0])
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
