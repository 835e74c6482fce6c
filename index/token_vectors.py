"""What a model makes of each token of a text, and the vectors of the text's sentences from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.records import Span
from index.vectors import Vectors


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text, read: `states` (tokens, dimension), the characters each token stands for as `places` (tokens, 2)
    (empty ones for the special tokens), and the vector of the `whole` (dimension,)."""

    states: np.ndarray
    places: np.ndarray
    whole: np.ndarray

    @property
    def spelled(self) -> np.ndarray:
        """Which tokens stand for characters of the text (tokens,)."""
        return np.asarray(self.places[:, 1] > self.places[:, 0])

    def with_sentences(self, sentences: Sequence[Span]) -> Vectors:
        """Float32 (1 + sentences, dimension), unit length: the text, then its sentences as read in it.

        A sentence is the mean of its tokens; one beyond what the model reads has the text's vector.
        """
        means = [self._mean_inside(span) for span in sentences]
        return unit_length(np.stack([self.whole, *means]))

    def _mean_inside(self, span: Span) -> np.ndarray:
        inside = (self.places[:, 0] >= span.start) & (self.places[:, 1] <= span.end) & self.spelled
        return np.asarray(self.states[inside].mean(axis=0)) if inside.any() else self.whole


def unit_length(vectors: np.ndarray) -> Vectors:
    """The same directions (n, dimension), float32, of length one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
