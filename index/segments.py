"""Whether the files of a tantivy index are as they were written.

tantivy ends every file of a segment with a footer: a JSON object that holds the CRC-32 of what precedes it, the
object's length and a magic number. It checks them only on request, and the Python package has no way to ask.
Files that the last commit does not use (those of a commit that was cut short) do not matter.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import ArchiveDamagedError

_TAIL = struct.Struct("<II")
_MAGIC = 1337
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")


def verify_segments(folder: Path) -> None:
    """Check all files of the last commit.

    Raises:
        ArchiveDamagedError: one is missing, torn or altered.
    """
    try:
        for name in _files(json.loads((folder / "meta.json").read_bytes())):
            if not _is_sound((folder / name).read_bytes()):
                raise ArchiveDamagedError(f"{folder / name}: the checksum does not match")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveDamagedError(f"{folder}: cannot be read ({error})") from error


def remove_leftovers(folder: Path) -> None:
    """Remove what a commit that was cut short has left; tantivy would stumble over a file that it means to write.

    Only the process that is about to commit may do this.
    """
    used = {*_files(json.loads((folder / "meta.json").read_bytes()))}
    for path in folder.iterdir():
        if path.name.rpartition(".")[2] in (*_PARTS, "del") and path.name not in used:
            path.unlink()


def _files(meta: dict[str, Any]) -> Iterator[str]:
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (f"{name}.{part}" for part in _PARTS)
        if segment["deletes"]:
            yield f"{name}.{segment['deletes']['opstamp']}.del"


def _is_sound(data: bytes) -> bool:
    if len(data) < _TAIL.size:
        return False
    length, magic = _TAIL.unpack_from(data, len(data) - _TAIL.size)
    body, footer = data[: -_TAIL.size - length], data[-_TAIL.size - length : -_TAIL.size]
    return magic == _MAGIC and bool(zlib.crc32(body) == json.loads(footer)["crc"])
