"""What the archive holds: articles, and the chunks of them that are searched."""

from bisect import bisect_right
from dataclasses import dataclass

from index.dates import PublicationDate

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    `id` is its path below the folder it came from, `text` its running text without the header;
    every offset in this project counts characters of `text`. `pages` are the offsets at which the pages of a
    paged document begin; empty where it has none.
    """

    id: str
    text: str
    title: str
    language: str
    date: PublicationDate | None = None
    url: str | None = None
    pages: tuple[int, ...] = ()

    def page(self, offset: int) -> int | None:
        """The page, counted from 1, that a character stands on; None where there are no pages."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of an article's text."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `article.text[start:end] == text`, and its sentences (sub-headings are not among them)."""

    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
