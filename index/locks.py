"""One writer at a time. The locks are the operating system's, so that a process that dies holds none."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ArchiveBusyError, ArchiveWriteError

_WRITER = "writer.lock"
_HOLDER = "writer.json"
_DERIVED = "derived.lock"


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Be the one process (and the one thread) that updates an archive.

    Raises:
        ArchiveBusyError: another one does; the message names it.
        ArchiveWriteError: the folder cannot be written.
    """
    if not _acquire(lock := FileLock(folder / _WRITER), 0):
        raise ArchiveBusyError(f"{folder}: {_holder(folder)} is updating this index; try again later")
    try:
        _write_holder(folder)
        yield
    finally:
        lock.release()


@contextmanager
def derived_lock(folder: Path, wait: float) -> Iterator[bool]:
    """Be the one that writes the derived indexes; False where another one still does after `wait` seconds.

    Raises:
        ArchiveWriteError: the folder cannot be written.
    """
    acquired = _acquire(lock := FileLock(folder / _DERIVED), wait)
    try:
        yield acquired
    finally:
        if acquired:
            lock.release()


def _acquire(lock: FileLock, wait: float) -> bool:
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        return False
    except OSError as error:
        raise ArchiveWriteError(f"{lock.lock_file}: cannot be made ({error.strerror})") from error
    return True


def _write_holder(folder: Path) -> None:
    now = dt.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    try:
        (folder / _HOLDER).write_text(json.dumps({"pid": os.getpid(), "since": now}))
    except OSError as error:
        raise ArchiveWriteError(f"{folder / _HOLDER}: cannot be written ({error.strerror})") from error


def _holder(folder: Path) -> str:
    try:
        facts = json.loads((folder / _HOLDER).read_text())
        return f"process {facts['pid']} (since {facts['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
