"""The keys that the indexes know chunks by: they rise, and none is ever used twice."""

from collections.abc import Iterable

from index.database import Database


class KeyTable:
    """The chunk keys of an open database."""

    def __init__(self, database: Database) -> None:
        """Use the chunks of an open database."""
        self._db = database

    def last(self) -> int:
        """The largest key that a chunk ever had; 0 before the first."""
        return int(self._db.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'") or 0)

    def between(self, first: int, last: int) -> list[int]:
        """Those of these keys whose chunks exist, ascending."""
        rows = self._db.rows("SELECT key FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key", (first, last))
        return [key for (key,) in rows]

    def any_removed(self, first: int, last: int, sequence: int) -> bool:
        """Whether a chunk with one of these keys was removed after a sequence number."""
        where = "key BETWEEN ? AND ? AND sequence > ?"
        return bool(self._db.rows(f"SELECT 1 FROM removals WHERE {where} LIMIT 1", (first, last, sequence)))

    def since(self, sequence: int) -> list[int]:
        """Keys of the chunks added after a sequence number that still exist, ascending."""
        return [key for (key,) in self._db.rows("SELECT key FROM chunks WHERE sequence > ? ORDER BY key", (sequence,))]

    def removed_since(self, sequence: int) -> list[int]:
        """Keys of the chunks removed after a sequence number."""
        return [key for (key,) in self._db.rows("SELECT key FROM removals WHERE sequence > ?", (sequence,))]

    def contents(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Chunk key -> digest of the text that its vector was made from."""
        return dict(self._db.rows_in("SELECT key, content FROM chunks WHERE key IN ({})", keys))
