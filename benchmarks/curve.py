"""Draws docs/refusing.png: what refusing brings and what it costs on benchmarks/news, for each pair of languages.

    python -m benchmarks.curve

The threshold moves from answering hardly anything to answering everything. Each question is ranked and judged by
weights that have not seen its storyline, which are fitted as `make calibrate` does, and take as long.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.calibrate import Asked, Fitted, fit_ranking
from benchmarks.deciding import FOLDS, choose_strength, find_thresholds, fit_logistic, unseen_probabilities
from index.embedding import load_embedder
from qa.abstain import signals
from qa.evaluate import PAIRS

FIGURE = Path(__file__).parents[1] / "docs" / "refusing.png"
_FEWEST = 5
"""Answered questions from which on a share of them is drawn."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question in one language: how probable it seemed that its first sentence answers, and whether it does."""

    pair: str
    answerable: bool
    right: bool
    probability: float


def main() -> None:
    """Measure and draw, with the bundled model."""
    fitted = fit_ranking(load_embedder())
    strength = choose_strength(fitted.cases)
    thresholds = find_thresholds(fitted.cases, unseen_probabilities(fitted.cases, strength))
    judged = judge(fitted, strength)
    draw(judged, thresholds, FIGURE)


def judge(fitted: Fitted, strength: float) -> list[Judged]:
    """The questions of benchmarks/news, each by weights and a decision that have not seen its storyline.

    Args:
        fitted: from `fit_ranking`.
        strength: of the decision's fit.
    """
    unseen = [fit_logistic([case for case in fitted.cases if case.fold != fold], strength) for fold in range(FOLDS)]
    news = [item for item in fitted.asked if item.archive == "news"]
    return [_judged(item, fitted.folds[item.fold], unseen[item.fold]) for item in news]


def _judged(item: Asked, weights: np.ndarray, decision: np.ndarray) -> Judged:
    best = int(np.argmax(item.features @ weights))
    odds = float(np.array([*signals(item.evidence[best]), 1.0]) @ decision)
    return Judged(item.pair, item.answerable, bool(item.right[best]), float(1 / (1 + np.exp(-odds))))


def coverage_and_precision(judged: list[Judged]) -> tuple[np.ndarray, np.ndarray]:
    """As the threshold comes down, one question at a time (questions,).

    Coverage is the share of the answerable questions that are answered; precision the share of the questions answered,
    near misses among them, whose first sentence is evidence.
    """
    ordered = sorted(judged, key=lambda item: -item.probability)
    answerable = np.cumsum([item.answerable for item in ordered])
    right = np.cumsum([item.right for item in ordered])
    return answerable / max(1, answerable[-1]), right / np.arange(1, len(ordered) + 1)


def draw(judged: list[Judged], thresholds: dict[str, float], path: Path) -> None:
    """A line for each pair of languages, with a dot at its threshold."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for pair in PAIRS:
        mine = [item for item in judged if item.pair == pair]
        coverage, precision = coverage_and_precision(mine)
        answered = sum(item.probability >= thresholds[pair] for item in mine)
        axis.plot(
            coverage[_FEWEST - 1 :],
            precision[_FEWEST - 1 :],
            marker="o",
            markevery=[answered - _FEWEST] if answered >= _FEWEST else [],
            label=f"{pair[:2]} question, {pair[3:]} article",
        )
    axis.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axis.set_xlabel("coverage: share of the answerable questions that are answered", fontsize=9)
    axis.set_ylabel("precision: share of the questions answered\nwhose first sentence is evidence", fontsize=9)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8, loc="lower left")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
