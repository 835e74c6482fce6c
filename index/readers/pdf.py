"""PDF: the text of each page, joined, with the places where pages begin."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from index.articles import clean, make_article, reading_with_library
from index.errors import ArticleError
from index.records import Article

MAX_PAGES = 1000

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[a-z])")
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "’")


def read_pdf(file: BinaryIO, file_id: str) -> Iterator[Article]:
    """One article, whose `pages` tell on which page a passage stands. A scanned PDF has no text."""
    with reading_with_library("PDF", "pypdf"):
        pages = list(_page_texts(file))
    text, starts = _join(pages)
    article = make_article(file_id, text)
    header = len(text) - len(article.text)  # the native header, where the text begins with one
    yield replace(article, pages=tuple(max(0, start - header) for start in starts))


def _page_texts(file: BinaryIO) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("protected by a password")
    if len(reader.pages) > MAX_PAGES:
        raise ArticleError(f"{len(reader.pages):,} pages are more than {MAX_PAGES:,}")
    for page in reader.pages:
        yield _paragraphs(clean(page.extract_text()))


def _paragraphs(page: str) -> str:
    """The page's lines joined; one that ends a sentence well before the margin ends a paragraph."""
    lines = [line.strip() for line in _HYPHEN.sub("", page).split("\n")]
    margin = 0.8 * max(map(len, lines))
    text = ""
    for line in lines:
        ends = not line or (line.endswith(_SENTENCE_END) and len(line) < margin)
        text += line + ("\n\n" if ends else " ")
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", text).strip()


def _join(pages: list[str]) -> tuple[str, list[int]]:
    """The text of all pages, and where each begins; a sentence may run on over the page's end."""
    text, starts = "", []
    for page in pages:
        if text and page:
            text += "\n\n" if text.endswith(_SENTENCE_END) else " "
        starts.append(len(text))
        text += page
    return text, starts
