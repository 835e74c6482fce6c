"""Exact nearest neighbours by FAISS, derived from the store."""

import json
import os
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import faiss
import numpy as np

from index.errors import ArchiveDamagedError, ArchiveWriteError
from index.vectors import Vectors

FILE = "dense.faiss"


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of the file."""

    sequence: int
    crc32: int


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

    def save(self, folder: Path) -> None:
        """Write one file, in place of the old one only when it is complete.

        Raises:
            ArchiveWriteError: the disk refused it.
        """
        body = faiss.serialize_index(self._index).data
        header = json.dumps({"sequence": self.sequence, "crc32": zlib.crc32(body)}).encode() + b"\n"
        temporary = folder / (FILE + ".new")
        try:
            with temporary.open("wb") as file:
                file.write(header)
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(folder / FILE)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise ArchiveWriteError(f"{folder / FILE}: cannot be written ({error.strerror})") from error

    @classmethod
    def load(cls, folder: Path, dimension: int) -> "DenseIndex":
        """Read what `save` wrote.

        Raises:
            ArchiveDamagedError: it is missing, torn, or of another make.
        """
        path = folder / FILE
        try:
            header = read_header(folder)
            with path.open("rb") as file:
                file.readline()
                body = np.fromfile(file, dtype=np.uint8)
            if zlib.crc32(body.data) != header.crc32:
                raise ArchiveDamagedError(f"{path}: the checksum does not match")
            index = cls(dimension, header.sequence)
            # SWIG hands out the most specific class itself; an explicit downcast would not own the memory.
            index._index = cast("faiss.IndexIDMap2", faiss.deserialize_index(body))
        except (OSError, ValueError) as error:
            raise ArchiveDamagedError(f"{path}: cannot be read ({error})") from error
        if index._index.d != dimension:
            raise ArchiveDamagedError(f"{path}: made with another model")
        return index


def read_header(folder: Path) -> Header:
    """The header alone, which tells how far the file is behind.

    Raises:
        ArchiveDamagedError: it is missing, torn, or of another make.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            facts = json.loads(file.readline(1000))
            return Header(int(facts["sequence"]), int(facts["crc32"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveDamagedError(f"{path}: cannot be read ({error})") from error
