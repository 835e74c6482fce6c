"""What an archive remembers of the files its articles came from, so that unchanged ones are not read again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.database import Database

UNFINISHED = -1
"""Size of a file that has not been read to its end; the next update reads it again."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was when it was read.

    Attributes:
        id: names it in the archive: its path below its source, prefixed where two sources hold the same path.
        source: the folder (or file, or feed) it belongs to.
        path: below the source.
        size: bytes, or `UNFINISHED`.
        modified: nanoseconds since the epoch.
        digest: SHA-256 of its bytes; None where it was not read to its end.
        problems: why it, or parts of it, are not articles.
    """

    id: str
    source: str
    path: str
    size: int
    modified: int
    digest: bytes | None
    problems: tuple[str, ...] = ()


class FileTable:
    """The files of an open database."""

    def __init__(self, database: Database) -> None:
        """Use the files of an open database."""
        self._db = database

    def sources(self) -> list[str]:
        """All sources that a file is remembered of."""
        return [source for (source,) in self._db.rows("SELECT DISTINCT source FROM files ORDER BY source")]

    def article_counts(self) -> dict[str, int]:
        """Source -> number of its articles, sorted by source."""
        return dict(
            self._db.rows(
                "SELECT f.source, count(*) FROM articles a JOIN files f ON f.id = a.file GROUP BY f.source ORDER BY 1"
            )
        )

    def of(self, source: str, below: str | None = None) -> dict[str, FileRecord]:
        """Path -> file, of one source; with `below`, only that path and what lies under it."""
        if below is None:
            rows = self._db.rows(f"{_SELECT} WHERE source = ?", (source,))
        else:  # 0 is the character after /
            where = "source = ? AND (path = ? OR path >= ? AND path < ?)"
            rows = self._db.rows(f"{_SELECT} WHERE {where}", (source, below, below + "/", below + "0"))
        return {record.path: record for record in map(_record, rows)}

    def get(self, file_id: str) -> FileRecord | None:
        """One file, by its id."""
        return next(map(_record, self._db.rows(f"{_SELECT} WHERE id = ?", (file_id,))), None)

    def articles(self, file_id: str) -> dict[str, bytes]:
        """Article id -> article digest, of one file."""
        return dict(self._db.rows("SELECT id, digest FROM articles WHERE file = ?", (file_id,)))

    def article_ids(self, file_ids: Iterable[str]) -> list[str]:
        """The ids of all articles of these files."""
        return [row[0] for row in self._db.rows_in("SELECT id FROM articles WHERE file IN ({})", file_ids)]

    def holder(self, article_id: str) -> str | None:
        """The id of the file that an article came from."""
        holder: str | None = self._db.value("SELECT file FROM articles WHERE id = ?", (article_id,))
        return holder

    def free_id(self, source: str, path: str, taken: set[str]) -> str:
        """An id for a new file: its path, with as many of its source's folders in front as make it unique."""
        for candidate in _candidates(source, path):
            if candidate not in taken and not self._db.rows("SELECT 1 FROM files WHERE id = ?", (candidate,)):
                return candidate
        raise AssertionError("a source's full path and a path below it are unique together")

    def record(self, file: FileRecord) -> None:
        """Remember a file; call it inside a transaction."""
        self._db.rows(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "size = excluded.size, modified = excluded.modified, digest = excluded.digest, "
            "problems = excluded.problems",
            (file.id, file.source, file.path, file.size, file.modified, file.digest, json.dumps(file.problems)),
        )

    def forget(self, file_id: str) -> None:
        """Forget a file that has no articles left; call it inside a transaction."""
        self._db.rows("DELETE FROM files WHERE id = ?", (file_id,))


_SELECT = "SELECT id, source, path, size, modified, digest, problems FROM files"


def _record(row: Sequence[Any]) -> FileRecord:
    file_id, source, path, size, modified, digest, problems = row
    return FileRecord(file_id, source, path, size, modified, digest, tuple(json.loads(problems)))


def _candidates(source: str, path: str) -> Iterator[str]:
    yield path
    parts = Path(source).parts
    for count in range(1, len(parts) + 1):
        yield "/".join([*parts[-count:], path])
