"""The SQLite file of an archive: opened, created, read and written in transactions, its errors made ours."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.config import FORMAT
from index.errors import ArchiveDamagedError, ArchiveMissingError, ArchiveVersionError, ArchiveWriteError

FILE = "articles.sqlite3"

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, digest BLOB NOT NULL, date TEXT, first_day INTEGER, last_day INTEGER,
    language TEXT NOT NULL, title TEXT NOT NULL, url TEXT, text TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX articles_by_day ON articles (first_day, last_day);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, sentences TEXT NOT NULL, content BLOB NOT NULL,
    sequence INTEGER NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE INDEX chunks_by_content ON chunks (content);
CREATE INDEX chunks_by_sequence ON chunks (sequence);
CREATE TABLE removals (key INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);
CREATE INDEX removals_by_sequence ON removals (sequence);
CREATE TABLE vectors (content BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
"""


class Database:
    """One connection, shared by the threads of a process, one statement or transaction at a time."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        """Open the database in a folder; with settings, create it where there is none.

        Raises:
            ArchiveMissingError, ArchiveDamagedError, ArchiveVersionError, ArchiveWriteError.
        """
        self.path = folder / FILE
        if not self.path.exists() and settings is None:
            raise ArchiveMissingError(
                f"{folder}: no index here; build one with: article-qa index FOLDER --index {folder}"
            )
        self._lock = threading.RLock()
        with _translated(self.path):
            self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self.rows(f"PRAGMA {pragma}")
            if settings is not None:
                self._create(settings)
            self._check_version()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        """All rows that a statement returns."""
        with self._lock, _translated(self.path):
            return self._connection.execute(statement, values).fetchall()

    def value(self, statement: str, values: tuple[object, ...] = ()) -> Any:  # noqa: ANN401 (whatever the column holds)
        """The first column of the first row, or None where there is no row."""
        return next((row[0] for row in self.rows(statement, values)), None)

    def write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement once a row."""
        with self._lock, _translated(self.path):
            self._connection.executemany(statement, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is one consistent state, whatever is written meanwhile."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything written inside is kept, or nothing is."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    def setting(self, name: str) -> str | None:
        """A stored setting."""
        value: str | None = self.value("SELECT value FROM meta WHERE name = ?", (name,))
        return value

    def set(self, name: str, value: str) -> None:
        """Store a setting."""
        self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(name, value)])

    def _create(self, settings: dict[str, str]) -> None:
        with self.writing():
            if self.value("SELECT count(*) FROM sqlite_master"):
                return
            for statement in _SCHEMA.split(";"):
                self.rows(statement)
            for name, value in {"format": str(FORMAT), **settings}.items():
                self.set(name, value)

    def _check_version(self) -> None:
        version = self.setting("format")
        if version is None:
            raise ArchiveDamagedError(f"{self.path}: not an article-qa index")
        if int(version) != FORMAT:
            raise ArchiveVersionError(
                f"{self.path}: written in format {version}, this program reads {FORMAT}; "
                "update article-qa, or index the articles again in another folder"
            )

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._lock, _translated(self.path):
            self._connection.execute(begin)
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise ArchiveDamagedError(f"{path}: not an article-qa index") from error
        raise ArchiveWriteError(f"{path}: cannot be used ({error}); check the disk's space and permissions") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise ArchiveDamagedError(
            f"{path}: the database is damaged ({error}); restore it, or remove the folder and index the articles again"
        ) from error
