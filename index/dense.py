"""Exact nearest neighbours by FAISS, derived from the store."""

import json
import os
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import cast

import faiss
import numpy as np

from index.errors import ArchiveDamagedError
from index.store import Vectors

FILE = "dense.faiss"


class DenseIndex:
    """Unit vectors by chunk key; the score is their inner product with the query, the cosine."""

    def __init__(self, dimension: int, sequence: int = 0) -> None:
        """An empty index, in step with a sequence number of the store."""
        self.sequence = sequence
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def keys(self) -> list[int]:
        """The keys of all vectors."""
        return [int(key) for key in faiss.vector_to_array(self._index.id_map)]

    def update(self, sequence: int, removed: Sequence[int], added: Sequence[int], vectors: Vectors) -> None:
        """Take keys out and put others in, with their vectors (len(added), dimension)."""
        if removed:
            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(removed, dtype=np.int64)))
        if added:
            self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(added, dtype=np.int64))
        self.sequence = sequence

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
        if k == 0:
            return []
        scores, keys = self._index.search(query, k, params=parameters)
        return [(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def scores(self, query: Vectors, keys: Sequence[int]) -> list[float]:
        """The cosine of a query vector (1, dimension) with each of these chunks' vectors."""
        if not keys:
            return []
        vectors = np.stack([self._index.reconstruct(int(key)) for key in keys])
        return [float(score) for score in vectors @ query[0]]

    def save(self, folder: Path) -> None:
        """Write one file, in place of the old one only when it is complete."""
        body = faiss.serialize_index(self._index).tobytes()
        header = json.dumps({"sequence": self.sequence, "crc32": zlib.crc32(body)}).encode() + b"\n"
        temporary = folder / (FILE + ".new")
        with temporary.open("wb") as file:
            file.write(header)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path, dimension: int) -> "DenseIndex":
        """Read what `save` wrote.

        Raises:
            ArchiveDamagedError: it is missing, torn, or of another make.
        """
        try:
            header, _, body = (folder / FILE).read_bytes().partition(b"\n")
            facts = json.loads(header)
            if zlib.crc32(body) != facts["crc32"]:
                raise ArchiveDamagedError(f"{folder / FILE}: the checksum does not match")
            index = cls(dimension, int(facts["sequence"]))
            # SWIG hands out the most specific class itself; an explicit downcast would not own the memory.
            index._index = cast("faiss.IndexIDMap2", faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveDamagedError(f"{folder / FILE}: cannot be read ({error})") from error
        if index._index.d != dimension:
            raise ArchiveDamagedError(f"{folder / FILE}: made with another model")
        return index
