"""Word documents: the paragraphs, in order, with the title where one is marked as such."""

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from index.articles import make_article, reading_with_library
from index.errors import ArticleError
from index.records import Article

MAX_UNPACKED = 200_000_000
"""Bytes that the document may unpack to; a few kilobytes can claim to be gigabytes."""


def read_docx(file: BinaryIO, file_id: str) -> Iterator[Article]:
    """One article. A document's own dates tell when it was edited, not published, so they are not used."""
    with reading_with_library("Word", "docx"):
        from docx import Document

        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise ArticleError(f"unpacks to more than {MAX_UNPACKED / 1e6:.0f} MB")
        file.seek(0)
        paragraphs = [
            (paragraph.style.name if paragraph.style else None, paragraph.text.strip())
            for paragraph in Document(file).paragraphs
        ]
    title = next((text for style, text in paragraphs if style == "Title" and text), None)
    text = "\n\n".join(text for style, text in paragraphs if text and style != "Title")
    yield make_article(file_id, text, title=title)
