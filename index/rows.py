"""Rows of the database -> articles and chunks, if they are still the ones that were stored."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from index.batches import article_digest
from index.database import Database
from index.dates import PublicationDate
from index.errors import DateError
from index.records import Article, Chunk, Span

ARTICLE = "a.id, a.text, a.title, a.language, a.date, a.url, a.pages, a.digest"
"""The columns that `article_of` reads."""

_parse = lru_cache(maxsize=10_000)(PublicationDate.parse)
"""A question looks at dozens of passages, and the next one at the same."""


def article_of(row: Sequence[Any], database: Database) -> Article:
    """The article of a row; SQLite does not notice altered text.

    Raises:
        ArchiveDamagedError: it is not the one that was stored.
    """
    article_id, text, title, language, date, url, pages, digest = row
    try:
        day = _parse(date) if date else None
        article = Article(article_id, text, title, language, day, url, tuple(json.loads(pages)))
    except (ValueError, TypeError, DateError) as error:
        raise database.damaged(f"the article {article_id}: {error}") from error
    if article_digest(article) != digest:
        raise database.damaged(f"the article {article_id} is not as it was stored")
    return article


def chunk_of(article: Article, start: int, end: int, sentences: str, database: Database) -> Chunk:
    """A chunk of an article, its sentences as `packed` gave them.

    Raises:
        ArchiveDamagedError: it does not lie within the article, or its sentences not within it.
    """
    try:
        spans = tuple(Span(*span) for span in json.loads(sentences))
        edges = [start, *(edge for span in spans for edge in (span.start, span.end)), end]
        if edges != sorted(edges) or not 0 <= start < end <= len(article.text):
            raise ValueError("its sentences lie outside it")
    except (ValueError, TypeError) as error:
        raise database.damaged(f"a passage of the article {article.id}: {error}") from error
    return Chunk(article.id, start, end, article.text[start:end], spans)


def packed(spans: tuple[Span, ...]) -> str:
    """Spans as a chunk's row keeps them."""
    return json.dumps([[span.start, span.end] for span in spans])
