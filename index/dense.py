"""Exact nearest neighbours by FAISS, derived from the store."""

from collections.abc import Collection, Sequence
from typing import cast

import faiss
import numpy as np

from index.vectors import Vectors


class DenseIndex:
    """Unit vectors by chunk key; the score is their inner product with the query, the cosine."""

    def __init__(self, dimension: int, sequence: int = 0) -> None:
        """An empty index, in step with a sequence number of the store."""
        self.sequence = sequence
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        return int(self._index.d)

    @property
    def keys(self) -> list[int]:
        """The keys of all vectors."""
        return [int(key) for key in faiss.vector_to_array(self._index.id_map)]

    def remove(self, keys: Sequence[int]) -> None:
        """Take out the vectors of these keys, as far as they are there."""
        if keys:
            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(keys, dtype=np.int64)))

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        """Put in vectors (len(keys), dimension) under new keys."""
        self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(keys, dtype=np.int64))

    def search(self, query: Vectors, k: int, allowed: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The nearest chunks of a query vector (1, dimension), best first.

        Args:
            query: unit length.
            k: how many; fewer come back where there are fewer.
            allowed: search among these keys only.
        """
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        k = min(k, len(self))
        if k <= 0:
            return []
        scores, keys = self._index.search(query, k, params=parameters)
        return [(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def scores(self, query: Vectors, keys: Sequence[int]) -> list[float]:
        """The cosine of a query vector (1, dimension) with each of these chunks' vectors."""
        if not keys:
            return []
        vectors = np.stack([self._index.reconstruct(int(key)) for key in keys])
        return [float(score) for score in vectors @ query[0]]

    def merge(self, other: "DenseIndex") -> None:
        """Move all vectors of another index, under keys that are not in this one, to this one."""
        self._index.merge_from(other._index, 0)

    def to_bytes(self) -> memoryview:
        """What `from_bytes` reads."""
        return faiss.serialize_index(self._index).data

    @classmethod
    def from_bytes(cls, data: "np.ndarray[tuple[int], np.dtype[np.uint8]]") -> "DenseIndex":
        """What `to_bytes` wrote; FAISS relies on the bytes being right."""
        # SWIG hands out the most specific class itself; an explicit downcast would not own the memory.
        stored = cast("faiss.IndexIDMap2", faiss.deserialize_index(data))
        index = cls(stored.d)
        index._index = stored
        return index
