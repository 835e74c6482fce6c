"""The archive's one source of truth: an SQLite database of files, articles, chunks, vectors and a change log.

Everything that is searched is derived from it. Chunk keys are never used twice; every publication of a batch
raises the sequence number, which new chunks and the log of removed ones carry, so that a derived index can
ask what has changed since it was last in step.
"""

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.batches import Batch, NewArticle, article_digest
from index.chunking import content_of
from index.config import IndexConfig
from index.database import Database
from index.files import FileTable
from index.keys import KeyTable
from index.limits import Limits
from index.records import Article, Chunk
from index.rows import ARTICLE, article_of, chunk_of, packed
from index.vectors import Vectors as Vectors
from index.vectors import VectorTable

_RANDOM_BITS = 20


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the key that the indexes know it by, its article, and the source that this came from."""

    key: int
    chunk: Chunk
    article: Article
    source: str


class Store:
    """What one archive holds."""

    def __init__(self, folder: Path, config: IndexConfig | None = None) -> None:
        """Open the store in a folder; with a config, create it where there is none.

        Raises:
            ArchiveMissingError, ArchiveDamagedError, ArchiveVersionError, ArchiveBusyError, ArchiveWriteError.
        """
        self._db = Database(folder, {"config": config.to_json()} if config else None)
        self.files = FileTable(self._db)
        self.keys = KeyTable(self._db)
        self.vectors = VectorTable(self._db)
        self.close = self._db.close
        self.reading = self._db.reading
        self.check = self._db.check

    # -- what is there

    @property
    def config(self) -> IndexConfig:
        """What the index was built with."""
        try:
            return IndexConfig.from_json(self._db.setting("config") or "")
        except (ValueError, TypeError) as error:
            raise self._db.damaged(f"its settings cannot be read: {error}") from error

    @property
    def sequence(self) -> int:
        """Rises with every publication; 0 before the first."""
        return int(self._db.value("SELECT max(sequence) FROM publications") or 0)

    def knows(self, sequence: int) -> bool:
        """Whether a publication of this archive had this number; its low bits are random, so that a derived index
        of another archive, or of a later state than a restored copy, is told apart.
        """
        return sequence == 0 or bool(self._db.rows("SELECT 1 FROM publications WHERE sequence = ?", (sequence,)))

    def updated(self) -> str | None:
        """When something was last published (ISO 8601, UTC)."""
        time: str | None = self._db.value("SELECT time FROM publications ORDER BY sequence DESC LIMIT 1")
        return time

    def article(self, article_id: str) -> Article | None:
        """One article, or None where it is not (or no longer) there."""
        rows = self._db.rows(f"SELECT {ARTICLE} FROM articles a WHERE a.id = ?", (article_id,))
        return next((article_of(row, self._db) for row in rows), None)

    def article_ids(self) -> list[str]:
        """The ids of all articles, sorted."""
        return [article_id for (article_id,) in self._db.rows("SELECT id FROM articles ORDER BY id")]

    def articles(self) -> Iterator[Article]:
        """All articles by id."""
        for article_id in self.article_ids():
            if (article := self.article(article_id)) is not None:
                yield article

    def chunks(self, keys: Iterable[int]) -> dict[int, StoredChunk]:
        """The chunks with these keys that still exist."""
        return {stored.key: stored for stored in self._chunks("c.key", keys)}

    def chunks_of(self, article_id: str) -> list[StoredChunk]:
        """An article's chunks in order."""
        return sorted(self._chunks("c.article_id", [article_id]), key=lambda stored: stored.chunk.start)

    def keys_within(self, limits: Limits) -> list[int]:
        """Keys of the chunks whose article is within the limits; an unknown date is within no days."""
        where, values = _within(limits)
        select = "SELECT c.key FROM chunks c JOIN articles a ON a.id = c.article_id WHERE "
        return [key for (key,) in self._db.rows(select + where, values)]

    def extent(self, limits: Limits) -> tuple[int, str, str]:
        """How many articles are within the limits, with the earliest and the latest known date, as written."""
        where, values = _within(limits)
        select = "SELECT count(*), ifnull(min(date), ''), ifnull(max(date), '') FROM articles a WHERE "
        [(articles, first, last)] = self._db.rows(select + where, values)
        return articles, first, last

    def undated(self, sources: Sequence[str] = ()) -> int:
        """How many articles (of these sources, or of all) have no known date."""
        where = f"a.first_day IS NULL AND {_OF_SOURCES}"
        return int(self._db.value(f"SELECT count(*) FROM articles a WHERE {where}", (json.dumps(sources),)))

    def chunk_count(self) -> int:
        """How many chunks there are."""
        return int(self._db.value("SELECT count(*) FROM chunks"))

    def counts(self) -> dict[str, int]:
        """How many articles, chunks and vectors there are."""
        return {
            table: int(self._db.value(f"SELECT count(*) FROM {table}")) for table in ("articles", "chunks", "vectors")
        }

    def languages(self) -> dict[str, int]:
        """Language -> number of articles."""
        return dict(self._db.rows("SELECT language, count(*) FROM articles GROUP BY language ORDER BY language"))

    def date_range(self) -> tuple[str, str] | None:
        """The earliest and the latest known date, as written; None where no date is known."""
        first = self._db.value("SELECT date FROM articles WHERE first_day NOT NULL ORDER BY first_day LIMIT 1")
        last = self._db.value("SELECT date FROM articles WHERE first_day NOT NULL ORDER BY last_day DESC LIMIT 1")
        return (first, last) if first else None

    # -- changes

    def publish(self, batch: Batch) -> None:
        """Apply a batch as one transaction, under the next sequence number if it changes any article."""
        with self._db.writing():
            sequence = self.sequence
            if batch.articles or batch.removed or batch.gone:
                sequence = ((sequence >> _RANDOM_BITS) + 1 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
                now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
                self._db.rows("INSERT INTO publications VALUES (?, ?)", (sequence, now))
                self.vectors.note_untidy()
            for file_id in batch.gone:
                for article_id in self.files.articles(file_id):
                    self._remove(article_id, sequence)
                self.files.forget(file_id)
            for file in batch.files:
                self.files.record(file)
            for article_id in batch.removed:
                self._remove(article_id, sequence)
            for item in batch.articles:
                self._remove(item.article.id, sequence)
                self._insert(item, sequence)

    def tidy(self, since: int | None = None) -> None:
        """After a finished update: drop vectors that nothing uses, and what the write-ahead log still holds.

        Args:
            since: look only at the vectors of chunks removed after this sequence number.
        """
        if since is None or self.vectors.untidy:
            self.vectors.remove_unused(since)
        self._db.empty_log()

    # -- inside

    def _remove(self, article_id: str, sequence: int) -> None:
        self._db.rows(
            "INSERT INTO removals SELECT key, ?, content FROM chunks WHERE article_id = ?", (sequence, article_id)
        )
        self._db.rows("DELETE FROM articles WHERE id = ?", (article_id,))

    def _insert(self, new: NewArticle, sequence: int) -> None:
        article, date = new.article, new.article.date
        first, last = (date.first.toordinal(), date.last.toordinal()) if date else (None, None)
        self._db.rows(
            "INSERT INTO articles (id, file, digest, date, first_day, last_day, language, title, url, pages, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article.id, new.file, article_digest(article), date and date.text, first, last, article.language,
             article.title, article.url, json.dumps(article.pages), article.text),
        )  # fmt: skip
        self._db.write(
            'INSERT INTO chunks (article_id, start, "end", sentences, content, sequence) VALUES (?, ?, ?, ?, ?, ?)',
            [
                (article.id, chunk.start, chunk.end, packed(chunk.sentences), content_of(chunk, text), sequence)
                for chunk, text in new.chunks
            ],
        )

    def _chunks(self, column: str, values: Iterable[object]) -> Iterator[StoredChunk]:
        articles: dict[str, Article] = {}
        for key, source, start, end, sentences, *row in self._db.rows_in(
            f'SELECT c.key, f.source, c.start, c."end", c.sentences, {ARTICLE} FROM chunks c JOIN articles a '
            f"ON a.id = c.article_id JOIN files f ON f.id = a.file WHERE {column} IN ({{}}) ORDER BY c.key",
            values,
        ):
            article = articles.get(row[0]) or articles.setdefault(row[0], article_of(row, self._db))
            yield StoredChunk(key, chunk_of(article, start, end, sentences, self._db), article, source)


_OF_SOURCES = "(?1 = '[]' OR a.file IN (SELECT id FROM files WHERE source IN (SELECT value FROM json_each(?1))))"


def _within(limits: Limits) -> tuple[str, tuple[object, ...]]:
    """An SQL condition on articles (a) that are within the limits, and its values."""
    sources = json.dumps(limits.sources)
    if not limits.days:
        return _OF_SOURCES, (sources,)
    return f"{_OF_SOURCES} AND a.last_day >= ? AND a.first_day <= ?", (sources, *limits.days.ordinals())
