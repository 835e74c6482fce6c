"""The vectors of an archive, each kept once under the digest of the text it was made from."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from index.database import Database
from index.records import Span

Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]

_UNTIDY = "untidy"
"""The setting that is there while there may be vectors that nothing uses."""


def content_digest(text: str, sentences: Sequence[Span]) -> bytes:
    """Names vectors by the text that was embedded and its sentences, so that nothing is embedded twice."""
    bounds = ",".join(f"{span.start}-{span.end}" for span in sentences)
    return hashlib.sha256(f"{bounds}\0{text}".encode()).digest()


class VectorTable:
    """Half-precision vectors with a checksum each."""

    def __init__(self, database: Database) -> None:
        """Use the vectors of an open database."""
        self._db = database

    def add(self, contents: Sequence[bytes], passages: Sequence[Vectors]) -> None:
        """Keep the vectors of passages, each (1 + its sentences, dimension): its own first, then its sentences'.

        Nothing searches them until a published chunk uses them.
        """
        blobs = [vectors.astype(np.float16).tobytes() for vectors in passages]
        with self._db.writing():
            self.note_untidy()
            self._db.write(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(content, blob, zlib.crc32(blob)) for content, blob in zip(contents, blobs, strict=True)],
            )

    @property
    def untidy(self) -> bool:
        """Whether there may be vectors that no chunk uses."""
        return self._db.setting(_UNTIDY) is not None

    def note_untidy(self) -> None:
        """Remember that there may be some, should the update be cut short; call it inside a transaction."""
        self._db.set(_UNTIDY, "yes")

    def missing(self, contents: Iterable[bytes]) -> set[bytes]:
        """Those of these digests that nothing is stored for yet."""
        wanted = set(contents)
        return wanted - {
            row[0] for row in self._db.rows_in("SELECT content FROM vectors WHERE content IN ({})", wanted)
        }

    def of_chunks(self, keys: Sequence[int], dimension: int) -> Vectors:
        """The vectors of existing chunks, (len(keys), dimension), in the order of the keys.

        Raises:
            ArchiveDamagedError: one of them is missing, or its checksum is wrong.
        """
        found = self._stored(keys, dimension)
        return np.stack([found[key][0] for key in keys]) if keys else np.empty((0, dimension), dtype=np.float32)

    def of_sentences(self, keys: Sequence[int], dimension: int) -> dict[int, Vectors]:
        """Key -> the vectors of a chunk's sentences, (sentences, dimension), in their order.

        Raises:
            ArchiveDamagedError: one of them is missing, or its checksum is wrong.
        """
        return {key: vectors[1:] for key, vectors in self._stored(keys, dimension).items()}

    def _stored(self, keys: Sequence[int], dimension: int) -> dict[int, Vectors]:
        statement = (
            "SELECT c.key, v.vector, v.checksum FROM chunks c JOIN vectors v ON v.content = c.content "
            "WHERE c.key IN ({})"
        )
        found = {key: vector for key, vector, sum_ in self._db.rows_in(statement, keys) if zlib.crc32(vector) == sum_}
        if any(not found.get(key) or len(found[key]) % (2 * dimension) for key in keys):
            raise self._db.damaged("the vector of a passage is missing or altered; article-qa verify --repair makes it")
        return {
            key: np.frombuffer(blob, dtype=np.float16).astype(np.float32).reshape(-1, dimension)
            for key, blob in found.items()
        }

    def altered(self) -> list[bytes]:
        """Digests of the vectors whose checksum is wrong."""
        contents = [content for (content,) in self._db.rows("SELECT content FROM vectors")]
        rows = self._db.rows_in("SELECT content, vector, checksum FROM vectors WHERE content IN ({})", contents)
        return [content for content, vector, checksum in rows if zlib.crc32(vector) != checksum]

    def without_vector(self) -> list[int]:
        """Keys of the chunks that no vector is stored for."""
        return [key for (key,) in self._db.rows(
            "SELECT key FROM chunks WHERE content NOT IN (SELECT content FROM vectors) ORDER BY key"
        )]  # fmt: skip

    def check(self) -> list[str]:
        """What is wrong with the vectors, one line each."""
        lacking, altered = len(self.without_vector()), len(self.altered())
        problems = [f"{lacking} passages have no vector"] if lacking else []
        return problems + ([f"{altered} vectors do not match their checksum"] if altered else [])

    def remove(self, contents: Iterable[bytes]) -> None:
        """Drop these vectors."""
        with self._db.writing():
            self._db.write("DELETE FROM vectors WHERE content = ?", [(content,) for content in contents])

    def remove_unused(self, since: int | None = None) -> None:
        """Drop the vectors that no chunk uses; with `since`, only those of chunks removed after that number."""
        among = "" if since is None else "v.content IN (SELECT content FROM removals WHERE sequence > ?) AND "
        unused = "NOT EXISTS (SELECT 1 FROM chunks c WHERE c.content = v.content)"
        with self._db.writing():
            self._db.rows(
                f"DELETE FROM vectors WHERE content IN (SELECT v.content FROM vectors v WHERE {among}{unused})",
                () if since is None else (since,),
            )
            self._db.write("DELETE FROM meta WHERE name = ?", [(_UNTIDY,)])
