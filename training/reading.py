"""Trains the reader: the right sentence among all that a question is tried on, or none."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from qa.reader import Reader, Tokens
from training.encoder import encode, framed
from training.progress import Progress, rate_at, resume, save
from training.reading_batches import Case, ReadingBatch, ReadingBatches, Text
from training.settings import ReaderRecipe

if TYPE_CHECKING:
    from transformers import BertModel

log = logging.getLogger(__name__)
PAIRS_AT_ONCE = 48


class Apart:
    """The bundled model, whose uppermost `layers` learn to read for the reader.

    Where none does, what it makes of a passage is kept, because passages come by again and again.
    """

    def __init__(self, bert: BertModel, layers: int = 0) -> None:
        """No gradients reach the other layers."""
        bert.requires_grad_(False)
        self.layers = nn.ModuleList(bert.encoder.layer[len(bert.encoder.layer) - layers :]).requires_grad_(True)
        self._bert = bert
        self._kept: dict[Text, Tokens] = {}

    def questions(self, texts: Sequence[Sequence[int]]) -> list[Tokens]:
        """Of questions, given as pieces."""
        return read_apart(self._bert, [Text((tuple(pieces),)) for pieces in texts])

    def passages(self, texts: Sequence[Text]) -> list[Tokens]:
        """Of passages."""
        if self.layers:
            return read_apart(self._bert, texts)
        missing = list({text for text in texts if text not in self._kept})
        for text, tokens in zip(missing, read_apart(self._bert, missing), strict=True):
            self._kept[text] = replace(tokens, states=tokens.states.half())
        return [replace(kept, states=kept.states.float()) for kept in (self._kept[text] for text in texts)]


def read_batch(reader: Reader, apart: Apart, batch: ReadingBatch) -> list[list[Tensor]]:
    """For each case the logits (sentences,) of each of its passages."""
    questions, passages = apart.questions(batch.questions), apart.passages(batch.passages)
    pairs = [(case.question, passage) for case in batch.cases for passage in case.passages]
    logits = read_pairs(reader, [(questions[q], passages[p]) for q, p in pairs])
    return [[next(logits) for _ in case.passages] for case in batch.cases]


def read_pairs(reader: Reader, pairs: Sequence[tuple[Tokens, Tokens]]) -> Iterator[Tensor]:
    """The logits of each pair, in order; pairs of like length go through the reader together."""
    order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][1].states))
    logits: dict[int, Tensor] = {}
    for start in range(0, len(order), PAIRS_AT_ONCE):
        group = order[start : start + PAIRS_AT_ONCE]
        found = reader([pairs[n][0] for n in group], [pairs[n][1] for n in group])
        logits |= zip(group, found, strict=True)
    return (logits[n] for n in range(len(pairs)))


def read_apart(bert: BertModel, texts: Sequence[Text]) -> list[Tokens]:
    """What the model makes of texts."""
    if not texts:
        return []
    encoded = encode(bert, [framed(text.sentences) for text in texts])
    states = torch.split(encoded.tokens, encoded.sizes.tolist())
    return [
        Tokens(state[1:-1], vector, _owners(text), len(text.sentences) - text.context)
        for state, vector, text in zip(states, encoded.vectors(), texts, strict=True)
    ]


def _owners(text: Text) -> Tensor:
    """For each token the number of its sentence among those that are judged, -1 where it is not."""
    numbers = torch.arange(len(text.sentences)) - text.context
    lengths = torch.tensor([len(sentence) for sentence in text.sentences])
    return torch.repeat_interleave(numbers.clamp(min=-1), lengths)


def reading_loss(logits: Sequence[Sequence[Tensor]], cases: Sequence[Case]) -> Tensor:
    """The mean cross-entropy of choosing the right sentence, or none (whose logit is 0).

    An answered question counts twice: with its own passage, where its sentence is right, and without it, where
    none is.
    """
    losses = []
    for found, case in zip(logits, cases, strict=True):
        losses.append(_choice(found, 0 if case.right is None else case.right + 1))
        if case.right is not None:
            losses.append(_choice(found[1:], 0))
    return torch.stack(losses).mean()


def _choice(logits: Sequence[Tensor], right: int) -> Tensor:
    options = torch.cat([torch.zeros(1), *logits])
    return functional.cross_entropy(options[None], torch.tensor([right]))


def measure(reader: Reader, apart: Apart, batches: ReadingBatches, steps: int) -> dict[str, float]:
    """Over some steps' cases: right sentence first; how well the best logit tells what is answered.

    `near` is the area under the curve of answered questions against near misses, `sibling` against the same
    questions without their own passage.
    """
    right, own, without, near = [], [], [], []
    with torch.inference_mode():
        for step in range(steps):
            batch = batches.batch(step)
            for found, case in zip(read_batch(reader, apart, batch), batch.cases, strict=True):
                best = torch.cat(found).max().item()
                if case.right is None:
                    near.append(best)
                    continue
                right.append(float(int(torch.cat(found).argmax()) == case.right))
                own.append(best)
                without.append(torch.cat(found[1:]).max().item())
    return {
        "n": len(right),
        "right": round(float(np.mean(right)), 4),
        "sibling": _area(own, without),
        "near": _area(own, near) if near else 0.5,
    }


def _area(positive: list[float], negative: list[float]) -> float:
    labels = [1] * len(positive) + [0] * len(negative)
    return round(float(roc_auc_score(labels, positive + negative)), 4)


def make_optimizer(reader: Reader, layers: nn.Module, recipe: ReaderRecipe) -> torch.optim.AdamW:
    """AdamW, decaying matrices alone; the reader and the model's layers each at their rate."""
    parts = (reader, recipe.rate), (layers, recipe.body_rate)
    groups = [
        {"params": some, "lr": rate, "rate": rate, "weight_decay": decay}
        for part, rate in parts
        for some, decay in (
            ([p for p in part.parameters() if p.ndim >= 2], recipe.weight_decay),
            ([p for p in part.parameters() if p.ndim < 2], 0.0),
        )
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def train_reader(
    reader: Reader,
    apart: Apart,
    batches: ReadingBatches,
    recipe: ReaderRecipe,
    folder: Path,
    evaluate: Callable[[Reader], dict[str, float]],
) -> Progress:
    """Trains in place until recipe.steps, from the folder's checkpoint where there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    learning = nn.ModuleList([reader, apart.layers])
    optimizer = make_optimizer(reader, apart.layers, recipe)
    progress = resume(folder / "checkpoint.pt", learning, optimizer, recipe)
    reader.train()
    since, seen = time.monotonic(), 0.0
    while progress.step < recipe.steps:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * rate_at(progress.step, recipe)
        torch.manual_seed(recipe.seed * 1_000_003 + progress.step)  # of dropout: a resumed run goes on as it would have
        batch = batches.batch(progress.step)
        loss = reading_loss(read_batch(reader, apart, batch), batch.cases)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learning.parameters(), recipe.clip)
        optimizer.step()
        progress.step += 1
        seen += loss.item()
        if progress.step % 10 == 0:
            log.info("step %d, %.1f s: loss %.3f", progress.step, (time.monotonic() - since) / 10, seen / 10)
            since, seen = time.monotonic(), 0.0
        if progress.step % recipe.evaluate_every == 0 or progress.step == recipe.steps:
            reader.train(False)
            progress.history.append({"step": progress.step, **evaluate(reader)})
            reader.train()
            log.info("held out: %s", json.dumps(progress.history[-1]))
            save(folder / "checkpoint.pt", learning, optimizer, progress, recipe)
            since = time.monotonic()
    return progress
