"""Reads promising passages closely: the trained reader at work, on token vectors of the bundled model's lower layers
and its own upper ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
import torch
from safetensors.torch import load_file

from index.bundled import BundledEmbedder
from index.embedding import load_bundled
from index.records import Span
from index.token_vectors import TokenVectors
from qa.reader import Reader, Tokens

WEIGHTS = files("qa").joinpath("data/reader.safetensors")
LAYERS = "encoder.layer."
"""What the names of the model's layers begin with, of which the reader has some of its own."""
_KEPT = 2_000
"""Passages whose token vectors stay in memory (about 80 kB each): the next question is often about the same ones."""

Passage = tuple[str, tuple[Span, ...]]
"""A passage's text, and its sentences as spans of it."""


class CloseReader:
    """Judges sentences with the trained reader. Safe to use from several threads."""

    def __init__(self, model: BundledEmbedder, reader: Reader) -> None:
        """The model must be the one that the reader was trained with."""
        self._model, self._reader = model, reader.train(False)
        self._kept: OrderedDict[Passage, Tokens] = OrderedDict()
        self._using = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[float]]:
        """For each passage, the log-odds of each of its sentences that it answers the question."""
        if not passages:
            return []
        with torch.inference_mode():
            asked = _full(_tokens(self._model.tokens([question])[0], ()))
            read = self._read(passages)
            return [row.tolist() for row in self._reader([asked] * len(read), read)]

    def _read(self, passages: Sequence[Passage]) -> list[Tokens]:
        """The passages' tokens, those kept in memory from there."""
        with self._using:
            kept = {passage: self._kept[passage] for passage in passages if passage in self._kept}
        missing = [passage for passage in dict.fromkeys(passages) if passage not in kept]
        found = self._model.tokens([text for text, _ in missing]) if missing else []
        kept |= {passage: _tokens(read, passage[1]) for passage, read in zip(missing, found, strict=True)}
        with self._using:
            for passage in passages:
                self._kept[passage] = kept[passage]
                self._kept.move_to_end(passage)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return [_full(kept[passage]) for passage in passages]


@cache
def load_close_reader() -> CloseReader:
    """The bundled reader on the bundled model with the reader's own upper layers, once for all archives."""
    weights = {name: value.float() for name, value in load_file(str(WEIGHTS)).items()}
    layers = {name: value for name, value in weights.items() if name.startswith(LAYERS)}
    reader = Reader()
    reader.load_state_dict({name: value for name, value in weights.items() if name not in layers})
    return CloseReader(load_bundled().with_layers(layers), reader)


def _tokens(read: TokenVectors, sentences: Sequence[Span]) -> Tokens:
    """Half precision, the special tokens left out; a token of no sentence (the lead in front) has owner -1."""
    places = read.places[read.spelled]
    owner = np.full(len(places), -1)
    for number, span in enumerate(sentences):
        owner[(places[:, 0] >= span.start) & (places[:, 1] <= span.end)] = number
    states = torch.from_numpy(read.states[read.spelled]).half()
    whole = torch.from_numpy(read.whole / np.linalg.norm(read.whole))
    return Tokens(states, whole, torch.from_numpy(owner), len(sentences))


def _full(tokens: Tokens) -> Tokens:
    return replace(tokens, states=tokens.states.float())
