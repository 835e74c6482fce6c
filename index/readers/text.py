"""Plain text, in the native format (`date 2025-12-22 ` and the running text) or without a header."""

from collections.abc import Iterator
from typing import BinaryIO

from index.articles import decode, make_article
from index.records import Article


def read_text(file: BinaryIO, file_id: str) -> Iterator[Article]:
    """One article; without the header its date is unknown."""
    yield make_article(file_id, decode(file.read()))
