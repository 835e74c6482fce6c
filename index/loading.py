"""Files -> articles: which reader a file has, and what keeps it from being one."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.confined import ConfinedReader
from index.errors import ArticleError, DateError, UnreadableError
from index.readers.docx import read_docx
from index.readers.feed import read_feed
from index.readers.html import read_html
from index.readers.jsonl import read_lines
from index.readers.markdown import read_markdown
from index.readers.pdf import read_pdf
from index.readers.text import read_text
from index.records import Article

MAX_TEXT = 10_000_000
"""Bytes of a text file: a news article is a few kilobytes; a larger file is something else."""

MAX_DOCUMENT = 50_000_000
"""Bytes of a file that may hold pictures as well."""


@dataclass(frozen=True, slots=True)
class _Format:
    read: Callable[[BinaryIO, str], Iterator[Article | ArticleError]]
    max_bytes: int | None = MAX_TEXT
    confined: bool = False


FORMATS = {
    ".txt": _Format(read_text),
    ".md": _Format(read_markdown),
    ".html": _Format(read_html, confined=True),
    ".htm": _Format(read_html, confined=True),
    ".pdf": _Format(read_pdf, MAX_DOCUMENT, confined=True),
    ".docx": _Format(read_docx, MAX_DOCUMENT, confined=True),
    ".jsonl": _Format(read_lines, None),
    ".feed": _Format(read_feed, confined=True),
}


_CONFINED = ConfinedReader()


def load_articles(path: Path, file_id: str) -> Iterator[Article | ArticleError]:
    """As `read_articles`; what needs a large library is read in another process, within limits of time and memory.

    Raises:
        ArticleError: as there; or reading was too much.
    """
    confined = _format(path).confined and sys.platform != "win32"  # which knows none of the limits
    yield from _CONFINED.read(path, file_id) if confined else read_articles(path, file_id)


def read_articles(path: Path, file_id: str) -> Iterator[Article | ArticleError]:
    """Read the article, or the articles, of one file; a file of any other suffix is taken for plain text.

    Yields:
        Articles; and of a file that holds many, an ArticleError for each part that is none.

    Raises:
        ArticleError: the file as a whole is not readable as what it is named; the message gives the reason.
        UnreadableError: it cannot be read at all now.
    """
    kind = _format(path)
    try:
        size = path.stat().st_size
        if size == 0:
            raise ArticleError("an empty file")
        if kind.max_bytes and size > kind.max_bytes:
            raise ArticleError(f"{size / 1e6:.0f} MB is more than an article's {kind.max_bytes / 1e6:.0f} MB")
        with path.open("rb") as file:
            yield from kind.read(file, file_id)
    except DateError as error:
        raise ArticleError(str(error)) from error
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror or error})") from error


def _format(path: Path) -> _Format:
    return FORMATS.get(path.suffix.lower(), FORMATS[".txt"])


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file's bytes.

    Raises:
        UnreadableError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror or error})") from error
