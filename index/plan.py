"""What an update finds and does, file by file and article by article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.files import FileRecord
from index.sources import SourceFile


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update will do, or did, by article id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that was left out, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an update did. `stopped` where it was asked to stop before the end; the next one goes on from there."""

    plan: Plan
    skipped: tuple[Skipped, ...]
    embedded: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The files of a source: those to read, those that are as they were, and those that are no longer there."""

    read: tuple[tuple[SourceFile, FileRecord | None], ...]
    same: tuple[tuple[SourceFile, FileRecord], ...]
    gone: tuple[FileRecord, ...]


def plan_files(found: Sequence[SourceFile], stored: Mapping[str, FileRecord]) -> FilePlan:
    """Compare what was found with what is remembered (by path); size and time tell whether to look closer."""
    read: list[tuple[SourceFile, FileRecord | None]] = []
    same: list[tuple[SourceFile, FileRecord]] = []
    for file in found:
        record = stored.get(file.relative)
        if record and (record.size, record.modified) == (file.size, file.modified):
            same.append((file, record))
        else:
            read.append((file, record))
    present = {file.relative for file in found}
    gone = tuple(record for path, record in stored.items() if path not in present)
    return FilePlan(tuple(read), tuple(same), gone)
