"""The bundled bilingual model at work."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from index.encoder import load_encoder
from index.records import Span
from index.token_vectors import TokenVectors, unit_length
from index.vectors import Vectors

_LONGEST = 256
"""Tokens that the model was trained to read; what is longer is cut off."""


class BundledEmbedder:
    """The bundled model behind the Embedder protocol. Safe to use from several threads."""

    def __init__(self, folder: Path, name: str) -> None:
        """Load it.

        Raises:
            Exception: its files are damaged, in whatever words the libraries that read them put it.
        """
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._encoder = load_encoder(folder)
        self.name, self.dimension = name, self._encoder.width

    def with_layers(self, weights: Mapping[str, Tensor]) -> BundledEmbedder:
        """The same model with uppermost layers of these weights; the rest is shared, not copied.

        Raises:
            ValueError: it has no layers named so.
            KeyError: a weight of one of the layers is missing.
        """
        other = copy.copy(self)
        other._encoder = self._encoder.with_layers(weights)
        return other

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        return self._wholes(self.tokens(texts))

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length.

        Each is read by itself, so that the encoder remembers it: it is read again by the reader's own layers, and by
        itself where it was first asked as a follow-up.
        """
        return self._wholes([read for text in texts for read in self.tokens([text])])

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """Vectors of passages and of their sentences as read in the passage."""
        return [read.with_sentences(spans) for read, spans in zip(self.tokens(texts), sentences, strict=True)]

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """What the model makes of each token of some texts; what is longer than it reads is cut off."""
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        states = self._encoder.read([tuple(encoding.ids) for encoding in encodings])
        return [
            TokenVectors(state.numpy(), np.array(encoding.offsets), state.mean(0).numpy())
            for state, encoding in zip(states, encodings, strict=True)
        ]

    def _wholes(self, texts: Sequence[TokenVectors]) -> Vectors:
        return unit_length(np.array([read.whole for read in texts]).reshape(len(texts), self.dimension))
