"""The figure in docs/: held-out retrieval against the amount of training text seen, from one run's measures."""

from __future__ import annotations

from pathlib import Path

from training.data import DataFault, hold_out, load_corpus
from training.retrieval import DIRECTIONS
from training.settings import DATA, ROOT, Recipe

FIGURE = ROOT / "docs" / "model.png"


def curve(recipe: Recipe, work: Path) -> None:
    """Reads the history of the run in `work` and draws the figure."""
    import torch

    checkpoint = work / "run" / "checkpoint.pt"
    if not checkpoint.is_file():
        raise DataFault(f"{checkpoint} is missing: train first")
    history: list[dict[str, float]] = torch.load(checkpoint, weights_only=True)["history"]
    corpus, _ = hold_out(load_corpus(DATA), recipe)
    draw(history, 100 * recipe.pairs / len(corpus.pairs), FIGURE)


def draw(history: list[dict[str, float]], percent_a_step: float, path: Path) -> None:
    """Two panels, the right chunk and the right sentence, a line for each direction."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    seen = [percent_a_step * row["step"] for row in history]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    panels = (
        ("hit1", "right chunk first, among 454 in both languages"),
        ("sentence", "right sentence in the right chunk"),
    )
    for axis, (measure, title) in zip(axes, panels, strict=True):
        for name in DIRECTIONS:
            values = [row[f"{name} {measure}"] for row in history]
            axis.plot(seen, values, marker="o", markersize=3, label=f"{name[:2]} question, {name[3:]} article")
        axis.axvline(100, color="grey", linewidth=0.8, linestyle=":")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("training text seen (%; beyond 100 for the second and third time)", fontsize=8)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("share of 770 held-out questions", fontsize=9)
    axes[1].legend(fontsize=8, loc="lower right")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
