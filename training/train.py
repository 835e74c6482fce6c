"""The training loop: our own, lean, because each passage is read once a step for all of its questions and losses."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from training.batches import Batch, Batches, Teacher
from training.data import DataFault
from training.encoder import encode
from training.losses import LATE_QUESTIONS, step_losses
from training.settings import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import BertModel

log = logging.getLogger(__name__)


@dataclass(slots=True)
class State:
    """Where a run is: steps done, and the measures seen."""

    step: int
    history: list[dict[str, float]]


def rate_at(step: int, recipe: Recipe) -> float:
    """Share of the full learning rate: linear warm-up, level, linear decay to a fiftieth."""
    left = (recipe.steps - step) / max(1, recipe.decay)
    return max(0.02, min(1.0, (step + 1) / max(1, recipe.warmup), left))


def make_optimizer(model: BertModel, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over the body, and the input rows at their own rate (dense: the table is small for it)."""
    rows = model.embeddings.word_embeddings.weight
    rest = [p for p in model.parameters() if p is not rows]
    plain = [p for p in rest if p.ndim < 2]
    return torch.optim.AdamW(
        [
            {"params": [p for p in rest if p.ndim >= 2], "lr": recipe.body_rate, "weight_decay": recipe.weight_decay},
            {"params": plain, "lr": recipe.body_rate, "weight_decay": 0.0},
            {"params": [rows], "lr": recipe.row_rate, "weight_decay": 0.0},
        ],
        betas=(0.9, 0.98),
        fused=True,
    )


def run_step(model: BertModel, batch: Batch, teacher: Teacher, recipe: Recipe, step: int) -> dict[str, Tensor]:
    """Forward pass and losses of one batch."""
    cls, sep = 2, 3
    texts = [[cls, *(p for s in c.sentences for p in s), sep] for c in batch.chunks]
    texts += [[cls, *a.pieces, sep] for a in batch.asked]
    texts += [[cls, *t, sep] for t in batch.alone]
    encoded = encode(model, texts)
    picked = torch.randperm(len(batch.asked), generator=torch.Generator().manual_seed(step))[:LATE_QUESTIONS]
    questions = torch.from_numpy(teacher.questions[[a.teacher for a in batch.asked]]).float()
    whole = [c.teacher for c in batch.chunks if c.teacher is not None]
    return step_losses(
        encoded, batch, questions, torch.from_numpy(teacher.passages[whole]).float(), recipe, picked.sort().values
    )


def train(
    model: BertModel,
    batches: Batches,
    teacher: Teacher,
    recipe: Recipe,
    folder: Path,
    evaluate: Callable[[BertModel], dict[str, float]],
) -> State:
    """Trains in place until recipe.steps, from the folder's checkpoint where there is one.

    Every `evaluate_every` steps: the retrieval measure, a snapshot (kept for averaging) and a checkpoint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = make_optimizer(model, recipe)
    state = _resume(model, optimizer, recipe, folder)
    base_rates = [recipe.body_rate, recipe.body_rate, recipe.row_rate]
    if not state.history:
        state.history.append({"step": 0, **evaluate(model.train(False))})
        log.info("held out: %s", json.dumps(state.history[-1]))
    model.train()
    since = time.monotonic()
    while state.step < recipe.steps:
        for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
            group["lr"] = rate * rate_at(state.step, recipe)
        found = run_step(model, batches.batch(state.step), teacher, recipe, state.step)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(found.values())).sum())
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        state.step += 1
        if state.step % 10 == 0:
            losses = " ".join(f"{name} {loss.item():.3f}" for name, loss in found.items())
            log.info("step %d, %.1f s: %s", state.step, (time.monotonic() - since) / 10, losses)
            since = time.monotonic()
        if state.step % recipe.evaluate_every == 0 or state.step == recipe.steps:
            model.train(False)
            state.history.append({"step": state.step, **evaluate(model)})
            model.train()
            log.info("held out: %s", json.dumps(state.history[-1]))
            _save(model, optimizer, state, recipe, folder)
            since = time.monotonic()
    return state


def _save(model: BertModel, optimizer: torch.optim.Optimizer, state: State, recipe: Recipe, folder: Path) -> None:
    """One checkpoint, replaced in one move, and the weights as a snapshot."""
    torch.save(model.state_dict(), folder / f"snapshot-{state.step}.pt")
    everything: dict[str, Any] = {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(),
        "step": state.step, "history": state.history, "recipe": asdict(recipe),
    }  # fmt: skip
    torch.save(everything, folder / "checkpoint.tmp")
    os.replace(folder / "checkpoint.tmp", folder / "checkpoint.pt")


def _resume(model: BertModel, optimizer: torch.optim.Optimizer, recipe: Recipe, folder: Path) -> State:
    path = folder / "checkpoint.pt"
    if not path.is_file():
        return State(0, [])
    saved: dict[str, Any] = torch.load(path, weights_only=True)
    then, now = saved["recipe"], asdict(recipe)
    level = min(r["steps"] - r["decay"] for r in (then, now))  # until there the rates do not depend on the end
    changed = {name for name in now if then.get(name) != now[name]}
    if changed - {"steps", "decay"} or (changed and saved["step"] > level):
        raise DataFault(f"{path} was made with another recipe; remove it or choose another --work folder")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    log.info("resumed at step %d", saved["step"])
    return State(saved["step"], saved["history"])


def average(snapshots: list[Path]) -> dict[str, Tensor]:
    """The mean of several snapshots' weights."""
    states = [torch.load(path, weights_only=True) for path in snapshots]
    return {name: torch.stack([s[name].float() for s in states]).mean(0) for name in states[0]}
