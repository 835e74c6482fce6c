"""The figure in docs/: retrieval against the amount of training text seen, from the snapshots of one run."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from training.benchmark import evaluate
from training.data import DataFault, hold_out, load_corpus
from training.retrieval import DIRECTIONS
from training.run import quiet
from training.settings import DATA, ROOT, Recipe
from training.start import build_start
from training.vocabulary import Sizes

log = logging.getLogger(__name__)
FIGURE = ROOT / "docs" / "model.png"


def curve(recipe: Recipe, work: Path, threads: int) -> None:
    """Measures every snapshot of the run in `work` on the benchmark, and draws the figure."""
    import torch

    quiet(threads)
    checkpoint = work / "run" / "checkpoint.pt"
    if not checkpoint.is_file():
        raise DataFault(f"{checkpoint} is missing: train first")
    history = torch.load(checkpoint, weights_only=True)["history"]
    corpus, _ = hold_out(load_corpus(DATA), recipe.held_out, recipe.seed)
    tokenizer, model = build_start(corpus, Sizes())
    kept = work / "curve.json"
    points: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for row in history:
        step = int(row["step"])
        if str(step) in points:
            continue
        if step:
            model.load_state_dict(torch.load(work / "run" / f"snapshot-{step}.pt", weights_only=True))
        points[str(step)] = {
            "share": step * recipe.pairs / len(corpus.pairs), "held_out": row, "benchmark": evaluate(model, tokenizer)
        }  # fmt: skip
        kept.write_text(json.dumps(points, indent=1), encoding="utf-8")
        log.info("step %d measured", step)
    draw(list(points.values()), FIGURE)


def draw(points: list[dict[str, Any]], path: Path) -> None:
    """Two panels: the held-out passages and the public benchmark, a line for each direction."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    points = sorted(points, key=lambda p: p["share"])
    shares = [100 * p["share"] for p in points]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    titles = ("held-out passages: right chunk first", "benchmark: top chunk holds the evidence")
    for axis, title in zip(axes, titles, strict=True):
        for name in DIRECTIONS:
            if axis is axes[0]:
                values = [p["held_out"][f"{name} hit1"] for p in points]
            else:
                values = [p["benchmark"][name]["evidence_hit_1"] for p in points]
            axis.plot(shares, values, marker="o", markersize=3, label=f"{name[:2]} question, {name[3:]} article")
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("training text seen (% of all; over 100: again)", fontsize=9)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("share of questions", fontsize=9)
    axes[1].legend(fontsize=8, loc="lower right")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)
