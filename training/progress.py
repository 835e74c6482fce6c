"""Where a run of training is: its learning rate, and the checkpoint from which it goes on."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from training.data import DataFault

if TYPE_CHECKING:
    from pathlib import Path

    from training.settings import ReaderRecipe, Recipe

log = logging.getLogger(__name__)
LEAST_RATE = 0.02


@dataclass(slots=True)
class Progress:
    """Steps done, and the measures seen."""

    step: int
    history: list[dict[str, float]]


def rate_at(step: int, recipe: Recipe | ReaderRecipe) -> float:
    """Share of the full learning rate: linear warm-up, level, linear decay to LEAST_RATE."""
    left = (recipe.steps - step) / max(1, recipe.decay)
    return max(LEAST_RATE, min(1.0, (step + 1) / max(1, recipe.warmup), left))


def save(
    path: Path,
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    recipe: Recipe | ReaderRecipe,
) -> None:
    """One checkpoint, replaced in one move."""
    everything: dict[str, Any] = {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(),
        "step": progress.step, "history": progress.history, "recipe": asdict(recipe),
    }  # fmt: skip
    part = path.with_suffix(".tmp")
    torch.save(everything, part)
    part.replace(path)


def resume(
    path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, recipe: Recipe | ReaderRecipe
) -> Progress:
    """Puts model and optimizer where the checkpoint was; from the beginning where there is none.

    Raises:
        DataFault: it was made with another recipe (other than longer or shorter, while its rates are still level).
    """
    if not path.is_file():
        return Progress(0, [])
    saved: dict[str, Any] = torch.load(path, weights_only=True)
    then, now = saved["recipe"], asdict(recipe)
    level = min(r["steps"] - r["decay"] for r in (then, now))  # until there the rates do not depend on the end
    changed = {name for name in now if then.get(name) != now[name]}
    if changed - {"steps", "decay"} or (changed and saved["step"] > level):
        raise DataFault(f"{path} was made with another recipe; remove it or choose another --work folder")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    log.info("resumed at step %d", saved["step"])
    return Progress(saved["step"], saved["history"])
