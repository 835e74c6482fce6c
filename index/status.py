"""Facts about an archive, and its contents as JSON lines."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from index.config import IndexConfig
from index.database import FILE as DATABASE
from index.dense_files import FOLDER as DENSE
from index.lexical import FOLDER as LEXICAL
from index.records import Article, Chunk
from index.store import Store


@dataclass(frozen=True, slots=True)
class Status:
    """What an archive holds.

    Attributes:
        counts: of articles, chunks and vectors.
        languages: language -> number of articles.
        dates: the earliest and the latest known date, as written; None where none is known.
        undated: articles without a known date.
        sources: folders, files and feeds that it was built from.
        bytes: of the database, the dense and the lexical index.
        config: the model and what else it was built with.
        updated: when something was last published (ISO 8601, UTC); None for an empty archive.
    """

    counts: dict[str, int]
    languages: dict[str, int]
    dates: tuple[str, str] | None
    undated: int
    sources: tuple[str, ...]
    bytes: dict[str, int]
    config: IndexConfig
    updated: str | None


def archive_status(folder: Path) -> Status:
    """The facts about an archive; no index or model is loaded for it.

    Raises:
        ArchiveError: there is no archive, or it cannot be opened.
    """
    with closing(Store(folder)) as store, store.reading():
        return Status(
            counts=store.counts(),
            languages=store.languages(),
            dates=store.date_range(),
            undated=store.undated(),
            sources=tuple(store.files.sources()),
            bytes={
                "database": _size(folder / DATABASE) + _size(folder / f"{DATABASE}-wal"),
                "dense": sum(map(_size, (folder / DENSE).glob("*"))),
                "lexical": sum(map(_size, (folder / LEXICAL).glob("*"))),
            },
            config=store.config,
            updated=store.updated(),
        )


def export_lines(folder: Path) -> Iterator[str]:
    """All articles as JSON lines that `index` reads again: id, text, title, date, url, language, pages and chunks.

    Each chunk has its offsets into the text, and those of its sentences. The lines are of one state of the archive.

    Raises:
        ArchiveError: there is no archive, or it cannot be read.
    """
    with closing(Store(folder)) as store, store.reading():
        for article in store.articles():
            chunks = [stored.chunk for stored in store.chunks_of(article.id)]
            yield json.dumps(_exported(article, chunks), ensure_ascii=False)


def _exported(article: Article, chunks: list[Chunk]) -> dict[str, object]:
    return {
        "id": article.id,
        "text": article.text,
        "title": article.title,
        "date": article.date.text if article.date else None,
        "url": article.url,
        "language": article.language,
        "pages": list(article.pages),
        "chunks": [
            {"start": chunk.start, "end": chunk.end, "sentences": [asdict(span) for span in chunk.sentences]}
            for chunk in chunks
        ],
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
