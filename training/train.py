"""The training loop: our own, lean, because each passage is read once a step for all of its questions and losses."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from training.batches import Batch, Batches, Teacher
from training.encoder import encode, framed
from training.losses import LATE_QUESTIONS, step_losses
from training.progress import Progress, rate_at, resume, save
from training.settings import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import BertModel

log = logging.getLogger(__name__)
State = dict[str, Tensor]
"""A model's weights, by name."""


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
    texts = [framed(chunk.sentences) for chunk in batch.chunks]
    texts += [framed([asked.pieces]) for asked in batch.asked]
    texts += [framed([alone]) for alone in batch.alone]
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
) -> Progress:
    """Trains in place until recipe.steps, from the folder's checkpoint where there is one.

    Every `evaluate_every` steps: the retrieval measure, a snapshot (kept for averaging) and a checkpoint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = make_optimizer(model, recipe)
    progress = resume(folder / "checkpoint.pt", model, optimizer, recipe)
    base_rates = [recipe.body_rate, recipe.body_rate, recipe.row_rate]
    if not progress.history:
        progress.history.append({"step": 0, **evaluate(model.train(False))})
        log.info("held out: %s", json.dumps(progress.history[-1]))
    model.train()
    since = time.monotonic()
    while progress.step < recipe.steps:
        for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
            group["lr"] = rate * rate_at(progress.step, recipe)
        found = run_step(model, batches.batch(progress.step), teacher, recipe, progress.step)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(found.values())).sum())
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        progress.step += 1
        if progress.step % 10 == 0:
            losses = " ".join(f"{name} {loss.item():.3f}" for name, loss in found.items())
            log.info("step %d, %.1f s: %s", progress.step, (time.monotonic() - since) / 10, losses)
            since = time.monotonic()
        if progress.step % recipe.evaluate_every == 0 or progress.step == recipe.steps:
            model.train(False)
            progress.history.append({"step": progress.step, **evaluate(model)})
            model.train()
            log.info("held out: %s", json.dumps(progress.history[-1]))
            torch.save(model.state_dict(), folder / f"snapshot-{progress.step}.pt")
            save(folder / "checkpoint.pt", model, optimizer, progress, recipe)
            since = time.monotonic()
    return progress


def average(snapshots: list[Path]) -> State:
    """The mean of several snapshots' weights."""
    return mean_of([torch.load(path, weights_only=True) for path in snapshots])


def mean_of(states: list[State]) -> State:
    """The mean of weights that one training went through ("model soup": Wortsman et al. 2022)."""
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def copy_of(model: BertModel) -> State:
    """The weights as they are now."""
    return {name: value.clone() for name, value in model.state_dict().items()}
