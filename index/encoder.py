"""BERT (Devlin et al. 2019) in plain torch: pieces of words -> what the model makes of each.

The same numbers as sentence-transformers gives, which a test holds; without that library, whose import takes longer
than many questions. What two encoders have in common is worked out once for both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention
from torch.nn.utils.rnn import pad_sequence

from index.threads import one_thread

Pieces = tuple[int, ...]
"""A text as numbers of the vocabulary, the special ones included."""

_BATCH = 8
_QUESTION, _REMEMBERED = 128, 64
"""Pieces up to which a text read alone is taken for a question, and how many of those are remembered, with the states
above every layer: a question is read for the search, and again by the reader's own layers."""
_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")
_EPSILON = 1e-12


class Encoder:
    """A BERT encoder, for reading only. Safe to use from several threads."""

    def __init__(self, first: _First, layers: Sequence[_Layer], below: tuple[Encoder, int] | None = None) -> None:
        """
        Args:
            first: makes vectors of pieces.
            layers: all of them, from the lowest on.
            below: an encoder that has so many of the lowest layers in common.
        """
        self._first, self._layers, self._below = first, list(layers), below
        self._alone = lru_cache(maxsize=_REMEMBERED)(self._read_alone)

    @property
    def width(self) -> int:
        """Of a vector."""
        return self._first.words.shape[1]

    def with_layers(self, weights: Mapping[str, Tensor]) -> Encoder:
        """An encoder with its uppermost layers of these weights, named as in the model's file; the rest is shared.

        Raises:
            ValueError: a name is not that of a layer's weights.
            KeyError: a weight of one of the layers is missing.
        """
        numbers = set()
        for name in weights:
            if not (found := _LAYER.match(name)):
                raise ValueError(f"the model has no layer with weights named {name}")
            numbers.add(int(found[1]))
        shared, heads = min(numbers), self._layers[0].heads
        upper = [_Layer(weights, number, heads) for number in range(shared, len(self._layers))]
        return Encoder(self._first, [*self._layers[:shared], *upper], (self, shared))

    def read(self, texts: Sequence[Pieces]) -> list[Tensor]:
        """What the model makes of each text's pieces: (pieces, width)."""
        with torch.inference_mode():
            if len(texts) == 1 and len(texts[0]) <= _QUESTION:
                with one_thread():
                    return [self._alone(texts[0])[-1]]
            order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
            found: dict[int, Tensor] = {}
            for start in range(0, len(order), _BATCH):
                group = order[start : start + _BATCH]
                found |= zip(group, self._read_together([texts[n] for n in group]), strict=True)
            return [found[n] for n in range(len(texts))]

    def _read_alone(self, text: Pieces) -> tuple[Tensor, ...]:
        """The states below the first layer and above each."""
        other, shared = self._below or (None, 0)
        states = [self._first(torch.tensor(text))] if other is None else list(other._alone(text)[: shared + 1])
        for layer in self._layers[shared:]:
            states.append(layer(states[-1][None])[0])
        return tuple(states)

    def _read_together(self, texts: Sequence[Pieces]) -> list[Tensor]:
        pieces = pad_sequence([torch.tensor(text) for text in texts], batch_first=True)
        here = torch.arange(pieces.shape[1]) < torch.tensor([len(text) for text in texts])[:, None]
        states = self._first(pieces)
        for layer in self._layers:
            states = layer(states, here[:, None, None])
        return [row[: len(text)] for row, text in zip(states, texts, strict=True)]


class _First:
    """The vectors that pieces have before the first layer."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.words = weights["embeddings.word_embeddings.weight"]
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._norm = _both(weights, "embeddings.LayerNorm")

    def __call__(self, pieces: Tensor) -> Tensor:
        """(..., pieces) -> (..., pieces, width)."""
        return _normed(self.words[pieces] + self._places[: pieces.shape[-1]], self._norm)


class _Layer:
    """One layer of the encoder."""

    def __init__(self, weights: Mapping[str, Tensor], number: int, heads: int) -> None:
        self.heads, prefix = heads, f"encoder.layer.{number}."
        asking = [_both(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
        self._asking = torch.cat([weight for weight, _ in asking]), torch.cat([bias for _, bias in asking])
        self._attended, self._wide, self._narrow = (
            _both(weights, prefix + name) for name in ("attention.output.dense", "intermediate.dense", "output.dense")
        )
        self._norms = [_both(weights, f"{prefix}{name}.LayerNorm") for name in ("attention.output", "output")]

    def __call__(self, states: Tensor, here: Tensor | None = None) -> Tensor:
        """(texts, pieces, width) -> the same; `here` (texts, 1, 1, pieces): which pieces are no padding."""
        asking = linear(states, *self._asking).view(*states.shape[:2], 3, self.heads, -1)
        query, key, value = asking.permute(2, 0, 3, 1, 4)
        found = scaled_dot_product_attention(query, key, value, here).transpose(1, 2).flatten(2)
        states = _normed(states + linear(found, *self._attended), self._norms[0])
        return _normed(states + linear(gelu(linear(states, *self._wide)), *self._narrow), self._norms[1])


def load_encoder(folder: Path) -> Encoder:
    """An encoder from a model's folder, as transformers writes it.

    Raises:
        OSError, ValueError, KeyError, safetensors.SafetensorError: it holds no such model.
    """
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    heads, count = int(config["num_attention_heads"]), int(config["num_hidden_layers"])
    return Encoder(_First(weights), [_Layer(weights, number, heads) for number in range(count)])


def _both(weights: Mapping[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _normed(states: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
    return layer_norm(states, states.shape[-1:], *norm, eps=_EPSILON)
