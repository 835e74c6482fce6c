"""Where articles come from: the files of a folder that may be articles, and what is passed over."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from index.errors import SourceError

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".jsonl")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may be an article.

    Attributes:
        source: the folder (or file, or feed) it was found in.
        relative: its path below the source, with slashes.
        path: where to read it.
        size: in bytes.
        modified: nanoseconds since the epoch.
    """

    source: str
    relative: str
    path: Path
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Which files to take: those that match one of `include` (or all, where it is empty) and none of `exclude`.

    A pattern with * ? [] is compared with the path below the source, and with each folder's and the file's own name.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def take(self, relative: str) -> bool:
        """Whether to take a file."""
        return (not self.include or _matches(relative, self.include)) and not _matches(relative, self.exclude)


ALL = Patterns()


def is_feed(source: Path | str) -> bool:
    """Whether a source is the address of a feed rather than a folder or a file."""
    return isinstance(source, str) and source.startswith(("http://", "https://"))


def is_empty(source: Path, patterns: Patterns = ALL) -> bool:
    """Whether a source has no file that may be an article; it is looked for no longer than until the first one."""
    return next(_files(source, patterns, None), None) is None


def scan(source: Path, patterns: Patterns = ALL, below: Path | None = None) -> list[SourceFile]:
    """The files of a source, sorted by path; none where it does not exist.

    Hidden files and folders, editors' temporary files, links to folders and links that lead out of the source
    are passed over.

    Args:
        source: a folder, or one file.
        patterns: which files to take.
        below: look at this file or folder of the source only.

    Raises:
        SourceError: the folder cannot be listed.
    """
    return sorted(_files(source, patterns, below), key=lambda file: file.relative)


def base_of(source: Path) -> Path:
    """The folder that the paths of a source's files are relative to."""
    root = source.resolve()
    return root.parent if os.path.isfile(root) else root


def _files(source: Path, patterns: Patterns, below: Path | None) -> Iterator[SourceFile]:
    root, prefix = str(source.resolve()), os.path.join(base_of(source), "")
    start = str(below.absolute()) if below else root
    if below and _is_behind_link(below.absolute(), Path(root)):
        return
    for path in [start] if os.path.isfile(start) else _walk(start):
        relative = path.removeprefix(prefix).replace(os.sep, "/")
        named = path == root or (path.lower().endswith(SUFFIXES) and not is_temporary(relative))
        if named and patterns.take(relative) and (file := _describe(root, relative, path)):
            yield file


def _is_behind_link(path: Path, root: Path) -> bool:
    """Whether a link to a folder lies on the way from the root to a path, at its end or before."""
    way = [path, *path.parents]
    return any(os.path.islink(place) and os.path.isdir(place) for place in way[: -len(root.parts)])


def _walk(folder: str) -> Iterator[str]:
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        yield entry.path
                    elif not is_temporary(entry.name):
                        folders.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # it has just been removed
        except OSError as error:
            raise SourceError(f"{error.filename}: cannot be listed ({error.strerror})") from error


def _describe(root: str, relative: str, path: str) -> SourceFile | None:
    try:
        relative.encode()
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode) and path != root:
            if not Path(path).resolve().is_relative_to(root):
                return None
            status = os.stat(path)
    except (OSError, RuntimeError, UnicodeEncodeError):
        return None  # removed meanwhile, or a link to itself, or its name is not text
    if not stat.S_ISREG(status.st_mode):
        return None
    return SourceFile(root, relative, Path(path), status.st_size, status.st_mtime_ns)


def is_temporary(relative: str) -> bool:
    """Hidden files, and those that editors and downloads keep beside the real one (.#a.txt, ~$a.docx, #a.txt#)."""
    return any(part.startswith((".", "~", "#")) or part.endswith(("~", "#")) for part in relative.split("/"))


def _matches(relative: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in (relative, *relative.split("/")))
