"""The archive's one source of truth: an SQLite database of articles, chunks, vectors and a change log.

Everything that is searched is derived from it. Chunk keys are never used twice; every publication of a batch
raises the sequence number, which new chunks and the log of removed ones carry, so that a derived index can
ask what has changed since it was last in step.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.config import IndexConfig
from index.database import Database
from index.dates import DateRange, PublicationDate
from index.records import Article, Chunk, Span

Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the key that the indexes know it by, and its article."""

    key: int
    chunk: Chunk
    article: Article


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article ready to be published: its source, and its chunks, each with the text that is embedded for it."""

    article: Article
    source: str
    chunks: tuple[tuple[Chunk, str], ...]


def article_digest(article: Article) -> bytes:
    """Equal for two versions of an article exactly when nothing a reader sees differs."""
    fields = [article.text, article.title, article.language, str(article.date), str(article.url)]
    return hashlib.sha256("\0".join(fields).encode()).digest()


def content_digest(text: str) -> bytes:
    """Names a vector by the text that was embedded, so that nothing is embedded twice."""
    return hashlib.sha256(text.encode()).digest()


class Store:
    """What one archive holds."""

    def __init__(self, folder: Path, config: IndexConfig | None = None) -> None:
        """Open the store in a folder; with a config, create it where there is none.

        Raises:
            ArchiveMissingError, ArchiveDamagedError, ArchiveVersionError, ArchiveWriteError.
        """
        self._db = Database(folder, {"config": config.to_json(), "sequence": "0"} if config else None)
        self.close = self._db.close
        self.reading = self._db.reading

    # -- what is there

    @property
    def config(self) -> IndexConfig:
        """What the index was built with."""
        return IndexConfig.from_json(self._db.setting("config") or "{}")

    @property
    def sequence(self) -> int:
        """Rises with every publication."""
        return int(self._db.setting("sequence") or 0)

    def digests(self, source: str | None = None) -> dict[str, bytes]:
        """Article id -> article digest, of one source or of all."""
        where, values = (" WHERE source = ?", (source,)) if source is not None else ("", ())
        return dict(self._db.rows(f"SELECT id, digest FROM articles{where}", values))

    def article(self, article_id: str) -> Article | None:
        """One article, or None where it is not (or no longer) there."""
        rows = self._db.rows(f"SELECT {_ARTICLE} FROM articles a WHERE a.id = ?", (article_id,))
        return next((_article(row) for row in rows), None)

    def articles(self) -> Iterator[Article]:
        """All articles by id."""
        for row in self._db.rows(f"SELECT {_ARTICLE} FROM articles a ORDER BY a.id"):
            yield _article(row)

    def chunks(self, keys: Iterable[int]) -> dict[int, StoredChunk]:
        """The chunks with these keys that still exist."""
        return {stored.key: stored for stored in self._chunks("c.key", list(keys))}

    def chunks_of(self, article_id: str) -> list[StoredChunk]:
        """An article's chunks in order."""
        return sorted(self._chunks("c.article_id", [article_id]), key=lambda stored: stored.chunk.start)

    def keys_since(self, sequence: int) -> list[int]:
        """Keys of the chunks added after a sequence number that still exist, ascending."""
        return [key for (key,) in self._db.rows("SELECT key FROM chunks WHERE sequence > ? ORDER BY key", (sequence,))]

    def removed_since(self, sequence: int) -> list[int]:
        """Keys of the chunks removed after a sequence number."""
        return [key for (key,) in self._db.rows("SELECT key FROM removals WHERE sequence > ?", (sequence,))]

    def keys_within(self, days: DateRange) -> list[int]:
        """Keys of the chunks whose article may have appeared in these days; unknown dates are not among them."""
        first, last = days.ordinals()
        return [
            key
            for (key,) in self._db.rows(
                "SELECT c.key FROM chunks c JOIN articles a ON a.id = c.article_id "
                "WHERE a.last_day >= ? AND a.first_day <= ?",
                (first, last),
            )
        ]

    def undated(self) -> int:
        """How many articles have no known date."""
        return int(self._db.value("SELECT count(*) FROM articles WHERE date IS NULL"))

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
        first = self._db.value("SELECT date FROM articles WHERE date NOT NULL ORDER BY first_day LIMIT 1")
        last = self._db.value("SELECT date FROM articles WHERE date NOT NULL ORDER BY last_day DESC LIMIT 1")
        return (first, last) if first else None

    def vectors(self, keys: Sequence[int]) -> Vectors:
        """The vectors of existing chunks, (len(keys), dimension), in the order of the keys."""
        found: dict[int, bytes] = {}
        for part in _parts(list(keys)):
            marks = ",".join("?" * len(part))
            found.update(
                self._db.rows(
                    f"SELECT c.key, v.vector FROM chunks c JOIN vectors v ON v.content = c.content "
                    f"WHERE c.key IN ({marks})",
                    tuple(part),
                )
            )
        flat = np.frombuffer(b"".join(found[key] for key in keys), dtype=np.float16)
        return flat.astype(np.float32).reshape(len(keys), self.config.dimension)

    def without_vector(self, contents: Iterable[bytes]) -> set[bytes]:
        """Those of these content digests that nothing is stored for yet."""
        wanted = list(dict.fromkeys(contents))
        known: set[bytes] = set()
        for part in _parts(wanted):
            marks = ",".join("?" * len(part))
            known.update(
                row[0] for row in self._db.rows(f"SELECT content FROM vectors WHERE content IN ({marks})", tuple(part))
            )
        return set(wanted) - known

    # -- changes

    def add_vectors(self, contents: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors (len(contents), dimension) in half precision; nothing searches them until they are published."""
        rows = [
            (content, vector.tobytes()) for content, vector in zip(contents, vectors.astype(np.float16), strict=True)
        ]
        with self._db.writing():
            self._db.write("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def publish(self, new: Iterable[NewArticle], removed: Iterable[str]) -> None:
        """Add or replace articles and remove others, as one transaction under the next sequence number."""
        with self._db.writing():
            sequence = self.sequence + 1
            for article_id in removed:
                self._remove(article_id, sequence)
            for item in new:
                self._remove(item.article.id, sequence)
                self._insert(item, sequence)
            self._db.set("sequence", str(sequence))

    def forget_unused_vectors(self) -> None:
        """Drop the vectors that no chunk uses."""
        with self._db.writing():
            self._db.rows("DELETE FROM vectors WHERE content NOT IN (SELECT content FROM chunks)")

    def check(self) -> list[str]:
        """What is wrong inside the database, one line each; empty when all is well."""
        problems = [row[0] for row in self._db.rows("PRAGMA integrity_check") if row[0] != "ok"]
        missing = self._db.value("SELECT count(*) FROM chunks WHERE content NOT IN (SELECT content FROM vectors)")
        if missing:
            problems.append(f"{missing} chunks have no vector")
        for stored in self._chunks("1", [1]):
            chunk, text = stored.chunk, stored.article.text
            if text[chunk.start : chunk.end] != chunk.text:
                problems.append(f"{chunk.article_id}: a chunk's offsets lie outside its text")
        return problems

    # -- inside

    def _remove(self, article_id: str, sequence: int) -> None:
        self._db.rows("INSERT INTO removals SELECT key, ? FROM chunks WHERE article_id = ?", (sequence, article_id))
        self._db.rows("DELETE FROM articles WHERE id = ?", (article_id,))

    def _insert(self, new: NewArticle, sequence: int) -> None:
        article, date = new.article, new.article.date
        first, last = (date.first.toordinal(), date.last.toordinal()) if date else (None, None)
        self._db.rows(
            "INSERT INTO articles (id, source, digest, date, first_day, last_day, language, title, url, text) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (article.id, new.source, article_digest(article), date and date.text, first, last,
             article.language, article.title, article.url, article.text),
        )  # fmt: skip
        self._db.write(
            'INSERT INTO chunks (article_id, start, "end", sentences, content, sequence) VALUES (?, ?, ?, ?, ?, ?)',
            [
                (article.id, chunk.start, chunk.end, _pack(chunk.sentences), content_digest(text), sequence)
                for chunk, text in new.chunks
            ],
        )

    def _chunks(self, column: str, values: list[int] | list[str]) -> Iterator[StoredChunk]:
        for part in _parts(values):
            marks = ",".join("?" * len(part))
            rows = self._db.rows(
                f'SELECT c.key, c.start, c."end", c.sentences, {_ARTICLE} FROM chunks c '
                f"JOIN articles a ON a.id = c.article_id WHERE {column} IN ({marks}) ORDER BY c.key",
                tuple(part),
            )
            articles: dict[str, Article] = {}
            for key, start, end, sentences, *row in rows:
                article = articles.setdefault(row[0], _article(row))
                chunk = Chunk(article.id, start, end, article.text[start:end], _unpack(sentences))
                yield StoredChunk(key, chunk, article)


_ARTICLE = "a.id, a.text, a.title, a.language, a.date, a.url"


def _article(row: Sequence[Any]) -> Article:
    article_id, text, title, language, date, url = row
    return Article(article_id, text, title, language, PublicationDate.parse(date) if date else None, url)


def _pack(spans: tuple[Span, ...]) -> str:
    return json.dumps([[span.start, span.end] for span in spans])


def _unpack(packed: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(packed))


def _parts(values: list[Any], size: int = 500) -> Iterator[list[Any]]:
    """Lists short enough for one statement's parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
