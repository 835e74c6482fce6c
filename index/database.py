"""The SQLite file of an archive: opened, created, read and written in transactions, its errors made ours."""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.config import FORMAT
from index.errors import (
    ArchiveBusyError,
    ArchiveDamagedError,
    ArchiveError,
    ArchiveMissingError,
    ArchiveVersionError,
    ArchiveWriteError,
)
from index.schema import MIGRATIONS, SCHEMA

FILE = "articles.sqlite3"

_WAIT = 30
"""Seconds to wait for another process's transaction; ours take far less."""

_PATIENCE = 2
"""Seconds to wait for readers before the write-ahead log is emptied."""

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


class Database:
    """One connection, shared by the threads of a process, one statement or transaction at a time."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        """Open the database in a folder; with settings, create it where there is none.

        Raises:
            ArchiveMissingError, ArchiveDamagedError, ArchiveVersionError, ArchiveBusyError, ArchiveWriteError.
        """
        self.path = folder / FILE
        if settings is None and not os.path.exists(self.path):
            raise _missing(folder)
        self._lock = threading.RLock()
        with _translated(self.path):
            self._connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            for pragma in _PRAGMAS:
                self.rows(f"PRAGMA {pragma}")
            self._require_whole()
            if not self.value("SELECT count(*) FROM sqlite_master"):
                if settings is None:  # another process was stopped before it could begin
                    raise _missing(folder)
                self._create(settings)
            self._migrate()
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

    def rows_in(self, statement: str, values: Iterable[object]) -> Iterator[Any]:
        """The rows of a statement whose `{}` stands for a list of these values, however long."""
        listed = list(values)
        for start in range(0, len(listed), 500):
            part = tuple(listed[start : start + 500])
            yield from self.rows(statement.format(",".join("?" * len(part))), part)

    def write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement once a row."""
        with self._lock, _translated(self.path):
            self._connection.executemany(statement, rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is one consistent state, whatever is written meanwhile."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            with self._transaction("BEGIN"):
                self.value("SELECT count(*) FROM meta")  # only the first reading fixes the state
                yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything written inside is kept, or nothing is."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    def empty_log(self) -> None:
        """Take what the write-ahead log holds into the database, and cut the log to nothing.

        Where a reader needs it for longer than a moment it stays as it is.
        """
        with self._lock:
            self.rows(f"PRAGMA busy_timeout = {1000 * _PATIENCE}")
            try:
                self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self.rows(f"PRAGMA busy_timeout = {1000 * _WAIT}")

    def setting(self, name: str) -> str | None:
        """A stored setting."""
        value: str | None = self.value("SELECT value FROM meta WHERE name = ?", (name,))
        return value

    def set(self, name: str, value: str) -> None:
        """Store a setting."""
        self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(name, value)])

    def check(self) -> list[str]:
        """What SQLite finds wrong with the database, one line each."""
        problems = [f"database: {row[0]}" for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        lost = self.rows("PRAGMA foreign_key_check")
        return problems + [
            f"database: a row of {table} refers to a missing one of {parent}" for table, _, parent, _ in lost
        ]

    def damaged(self, reason: object) -> ArchiveDamagedError:
        """What to raise for content that cannot be right."""
        return _damaged(self.path, reason)

    def _create(self, settings: dict[str, str]) -> None:
        with self.writing():
            if self.value("SELECT count(*) FROM sqlite_master"):
                return  # another process has just done it
            for statement in SCHEMA.split(";"):
                self.rows(statement)
            for name, value in {"format": str(FORMAT), **settings}.items():
                self.set(name, value)

    def _migrate(self) -> None:
        """Bring an older format up to this program's, one step and one transaction at a time."""
        while (version := self._version()) < FORMAT:
            if version not in MIGRATIONS:
                raise ArchiveVersionError(
                    f"{self.path}: written in format {version}, which is too old; "
                    "index the articles again in another folder"
                )
            with self.writing():
                if self._version() == version:  # else another process has just done it
                    MIGRATIONS[version](self._connection)
                    self.set("format", str(version + 1))

    def _version(self) -> int:
        stored = self.setting("format")
        if stored is None or not stored.isdecimal() or int(stored) < 1:
            raise ArchiveDamagedError(f"{self.path}: not an article-qa index")
        if int(stored) > FORMAT:
            raise ArchiveVersionError(
                f"{self.path}: written in format {stored}, this program reads up to {FORMAT}; "
                "update article-qa, or index the articles again in another folder"
            )
        return int(stored)

    def _require_whole(self) -> None:
        """Notice a database that was cut short. SQLite itself would only notice on touching a missing page."""
        header = _head(self.path)
        pages, page_size = int.from_bytes(header[28:32], "big"), int.from_bytes(header[16:18], "big")
        size = 65536 if page_size == 1 else page_size
        # Another process may be enlarging the file at this moment, so SQLite has the last word.
        if self.path.stat().st_size < pages * size and (problem := self.value("PRAGMA quick_check(1)")) != "ok":
            raise self.damaged(problem)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._lock, _translated(self.path):
            self._connection.execute(begin)
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _missing(folder: Path) -> ArchiveMissingError:
    return ArchiveMissingError(f"{folder}: no index here; build one with: article-qa index FOLDER --index {folder}")


def _damaged(path: Path, reason: object) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        f"{path}: the database is damaged ({reason}); restore it, or remove the folder and index the articles again"
    )


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _ours(path, error) from error


def _ours(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> ArchiveError:
    text = " ".join(str(error).split())
    if not isinstance(error, sqlite3.OperationalError):
        return _damaged(path, text)
    if "no such" in text:
        return ArchiveDamagedError(f"{path}: not an article-qa index ({text})")
    if "locked" in text:
        return ArchiveBusyError(f"{path}: another process has been writing for more than {_WAIT} seconds")
    return ArchiveWriteError(f"{path}: cannot be used ({text}); check the disk's space and permissions")
