"""Stand-ins for what is slow or far away."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from index.records import Span
from index.vectors import Vectors


class CountingEmbedder:
    """Hashed bags of words: texts that share words are near. It counts the passages it has embedded."""

    def __init__(self, dimension: int = 32, name: str = "counting") -> None:
        """Vectors of this length, under this model name."""
        self.name = name
        self.dimension = dimension
        self.embedded = 0

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        self.embedded += len(texts)
        return self.queries(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.1  # so that no vector is zero
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, int.from_bytes(hashlib.md5(word.encode()).digest()[:4], "big") % self.dimension] += 1
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """For each passage float32 (1 + its sentences, dimension): itself, then its sentences in order."""
        self.embedded += len(texts)
        return [
            self.queries([text, *(text[span.start : span.end] for span in spans)])
            for text, spans in zip(texts, sentences, strict=True)
        ]
