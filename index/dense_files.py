"""The dense index on the disk: the vectors of each stretch of chunk keys in a file of their own.

Chunk keys rise and are never used twice. So a file changes only while the keys of its stretch are being given out,
and when a passage of its stretch is removed: however large the archive, little is written for a small change.
"""

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.dense import DenseIndex
from index.errors import ArchiveDamagedError, ArchiveWriteError

FOLDER = "dense"

STRETCH = 4096
"""Chunk keys whose vectors are kept in one file."""

_UNFINISHED = ".new"


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file.

    Attributes:
        sequence: of the store, when the file was written.
        last: the largest key that had been given out of its stretch.
        crc32: of what follows.
    """

    sequence: int
    last: int
    crc32: int


def part_of(key: int) -> int:
    """The number of the file that keeps the vector of a key."""
    return key // STRETCH


def stretch(number: int) -> tuple[int, int]:
    """The first and the last key whose vectors a file keeps."""
    return number * STRETCH, (number + 1) * STRETCH - 1


def part_path(folder: Path, number: int) -> Path:
    """Where the file is."""
    return folder / FOLDER / f"{number}.faiss"


def part_numbers(folder: Path) -> Iterator[int]:
    """The numbers of the files that there are, ascending."""
    names = (path.stem for path in (folder / FOLDER).glob("*.faiss"))
    yield from sorted(int(name) for name in names if name.isdecimal())


def save_part(folder: Path, number: int, index: DenseIndex, sequence: int, last: int) -> None:
    """Write a file, in place of the old one only when it is complete.

    Raises:
        ArchiveWriteError: the disk refused it.
    """
    path, body = part_path(folder, number), index.to_bytes()
    temporary = path.with_suffix(_UNFINISHED)
    try:
        path.parent.mkdir(exist_ok=True)
        with temporary.open("wb") as file:
            file.write(json.dumps(asdict(Header(sequence, last, zlib.crc32(body)))).encode() + b"\n")
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ArchiveWriteError(f"{path}: cannot be written ({error.strerror})") from error


def load_part(folder: Path, number: int, dimension: int) -> tuple[Header, DenseIndex]:
    """Read what `save_part` wrote.

    Raises:
        ArchiveDamagedError: it is missing, torn, or of another make.
    """
    path = part_path(folder, number)
    header = read_header(folder, number)
    try:
        with path.open("rb") as file:
            file.readline()
            body = np.fromfile(file, dtype=np.uint8)
    except OSError as error:
        raise ArchiveDamagedError(f"{path}: cannot be read ({error})") from error
    if zlib.crc32(body.data) != header.crc32:
        raise ArchiveDamagedError(f"{path}: the checksum does not match")
    index = DenseIndex.from_bytes(body)
    if index.dimension != dimension or any(part_of(key) != number for key in index.keys):
        raise ArchiveDamagedError(f"{path}: made with another model, or for another place")
    return header, index


def read_header(folder: Path, number: int) -> Header:
    """The header alone, which tells how far a file is behind.

    Raises:
        ArchiveDamagedError: it is missing, torn, or of another make.
    """
    path = part_path(folder, number)
    try:
        with path.open("rb") as file:
            facts = json.loads(file.readline(1000))
            return Header(int(facts["sequence"]), int(facts["last"]), int(facts["crc32"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveDamagedError(f"{path}: cannot be read ({error})") from error


def remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed left half-written, and the one file that earlier versions wrote.

    Only the process that is about to write may do this.
    """
    (folder / "dense.faiss").unlink(missing_ok=True)
    for path in (folder / FOLDER).glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)
