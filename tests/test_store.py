"""The store: what goes in comes out, in one transaction; a database that is not right is reported, never half-read."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from samples import ARTICLES

from index import database as database_module
from index.batches import Batch, NewArticle
from index.config import FORMAT, IndexConfig
from index.dates import DateRange, PublicationDate
from index.errors import ArchiveDamagedError, ArchiveVersionError, ArchiveWriteError
from index.files import FileRecord
from index.limits import Limits
from index.records import Article, Chunk, Span
from index.store import Store
from index.update import Report

CONFIG = IndexConfig("counting", 4)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path, CONFIG)


def new(article_id: str, text: str = "De kat. De hond.", date: str | None = None, file: str = "f.txt") -> NewArticle:
    day = PublicationDate.parse(date) if date else None
    article = Article(article_id, text, "Titel", "nl", day, "https://example.org", pages=(0, 8))
    chunk = Chunk(article_id, 0, len(text), text, (Span(0, 7), Span(8, len(text))))
    return NewArticle(article, file, ((chunk, f"Titel. {text}"),))


def record(file_id: str = "f.txt", path: str = "f.txt") -> FileRecord:
    return FileRecord(file_id, "/source", path, 1, 2, b"digest", ("line 3: no text",))


def publish(store: Store, *articles: NewArticle, **changes: list[str]) -> None:
    store.publish(Batch(list(articles), files=[record()], **changes))


def test_what_goes_in_comes_out(store: Store) -> None:
    item = new("f.txt", date="2025-12")
    publish(store, item)
    assert store.article("f.txt") == item.article
    (stored,) = store.chunks_of("f.txt")
    assert stored.chunk == item.chunks[0][0]
    assert store.chunks([stored.key, 99]) == {stored.key: stored}
    assert store.files.of("/source") == {"f.txt": record()}
    assert store.article("g.txt") is None


def test_counts_languages_dates(store: Store) -> None:
    publish(store, new("a", date="2025-12"), new("b", date="2024-01-05"), new("c"))
    assert store.counts() == {"articles": 3, "chunks": 3, "vectors": 0}
    assert store.languages() == {"nl": 3}
    assert store.date_range() == ("2024-01-05", "2025-12")
    assert store.undated() == 1
    assert [article.id for article in store.articles()] == ["a", "b", "c"]
    assert store.updated() is not None
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(str(store.updated()))
    assert age < dt.timedelta(minutes=1)


def test_change_log(store: Store) -> None:
    publish(store, new("a"), new("b"))
    first, keys = store.sequence, store.keys.since(0)
    publish(store, new("a", "De kat! De hond."), removed=["b"])
    assert store.sequence > first
    assert store.keys.removed_since(first) == keys
    (added,) = store.keys.since(first)
    assert added > max(keys)
    assert all(map(store.knows, (0, first, store.sequence)))
    assert not store.knows(first + 1)
    before = store.sequence
    publish(store)  # a file was looked at, no article changed
    assert store.sequence == before


def test_keys_are_never_used_twice(store: Store) -> None:
    publish(store, new("a"))
    (key,) = store.keys.since(0)
    publish(store, removed=["a"])
    publish(store, new("a"))
    assert store.keys.since(0) == [key + 1]


def test_a_file_that_is_gone_takes_its_articles_along(store: Store) -> None:
    publish(store, new("a"), new("b"))
    store.publish(Batch(gone=["f.txt"]))
    assert store.counts()["articles"] == store.counts()["chunks"] == 0
    assert len(store.keys.removed_since(0)) == 2
    assert store.files.sources() == []


def test_date_limits_keep_precision(store: Store) -> None:
    publish(store, new("month", date="2025-12"), new("day", date="2025-11-30"), new("unknown"))
    days = Limits(DateRange.parse("2025-12-24", "2025-12-24"))
    assert [stored.article.id for stored in store.chunks(store.keys_within(days)).values()] == ["month"]
    assert len(store.keys_within(Limits(DateRange.parse("2025", None)))) == 2


def test_vectors_round_trip_in_order(store: Store) -> None:
    publish(store, new("a"), new("b", "De das. De uil."))
    keys = store.keys.since(0)
    contents = store.keys.contents(keys)
    vectors = [np.full((3, 4), value, dtype=np.float32) for value in (0.5, 0.25)]
    assert store.vectors.missing(contents.values()) == set(contents.values())
    store.vectors.add([contents[key] for key in keys], vectors)
    assert store.vectors.missing(contents.values()) == set()
    assert store.vectors.of_chunks(keys[::-1], 4).tolist() == [[0.25] * 4, [0.5] * 4]
    assert store.vectors.of_sentences(keys[:1], 4)[keys[0]].shape == (2, 4)
    assert store.vectors.of_chunks([], 4).shape == (0, 4)


def test_vectors_that_nothing_uses_are_dropped(store: Store) -> None:
    publish(store, new("a"), new("b", "De das. De uil."))
    contents = list(store.keys.contents(store.keys.since(0)).values())
    store.vectors.add(contents, [np.ones((3, 4), dtype=np.float32)] * 2)
    before = store.sequence
    publish(store, removed=["a"])
    store.tidy(before)
    assert store.counts()["vectors"] == 1
    publish(store, removed=["b"])
    store.tidy()
    assert store.counts()["vectors"] == 0


def test_a_failing_transaction_leaves_nothing(store: Store) -> None:
    publish(store, new("a"))
    before = store.sequence
    with pytest.raises(ArchiveDamagedError):
        store.publish(Batch([new("b"), new("c", file="unknown.txt")]))
    assert (store.sequence, store.article("b")) == (before, None)
    publish(store, new("b"))


def test_many_keys_at_once(store: Store) -> None:
    publish(store, *(new(f"{number:04}") for number in range(1100)))
    keys = store.keys.since(0)
    assert len(store.chunks(keys)) == 1100


def test_reading_is_one_state_and_may_be_nested(store: Store, tmp_path: Path) -> None:
    publish(store, new("a"))
    with closing(Store(tmp_path)) as reader, reader.reading(), reader.reading():
        publish(store, removed=["a"])
        assert reader.article("a") is not None
    with closing(Store(tmp_path)) as reader:
        assert reader.article("a") is None


# -- databases that are not right


@pytest.fixture
def built(update: Callable[..., Report], index: Path) -> Path:
    """The database of a built archive."""
    update()
    return index / "articles.sqlite3"


def test_not_a_database(built: Path) -> None:
    built.write_bytes(b"garbage " * 1000)
    with pytest.raises(ArchiveDamagedError, match="the database is damaged"):
        Store(built.parent)


def test_another_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "articles.sqlite3")) as other, other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(ArchiveDamagedError, match="not an article-qa index"):
        Store(tmp_path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_database(built: Path, share: float) -> None:
    data = built.read_bytes()
    built.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ArchiveDamagedError, match="damaged"):
        Store(built.parent)


def test_a_newer_format(built: Path) -> None:
    with closing(sqlite3.connect(built)) as database, database:
        database.execute("UPDATE meta SET value = ? WHERE name = 'format'", (str(FORMAT + 1),))
    with pytest.raises(ArchiveVersionError, match=f"written in format {FORMAT + 1}, this program reads up to {FORMAT}"):
        Store(built.parent)


def test_an_older_format_without_a_way(built: Path) -> None:
    with closing(sqlite3.connect(built)) as database, database:
        database.execute("UPDATE meta SET value = '1' WHERE name = 'format'")
    with pytest.raises(ArchiveVersionError, match="written in format 1, which is too old; index the articles again"):
        Store(built.parent)


@pytest.mark.parametrize("value", ["", "two", "0", "-1"])
def test_a_format_that_is_none(built: Path, value: str) -> None:
    with closing(sqlite3.connect(built)) as database, database:
        database.execute("UPDATE meta SET value = ? WHERE name = 'format'", (value,))
    with pytest.raises(ArchiveDamagedError, match="not an article-qa index"):
        Store(built.parent)


def test_an_older_format_is_brought_along(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps to a format of the future; the first attempt at the second one fails half-way."""
    steps = []

    def first(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE articles ADD COLUMN author TEXT")
        steps.append("first")

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE articles SET author = 'x'")
        steps.append("second")
        if len(steps) == 2:
            raise OSError("cut short")

    monkeypatch.setattr(database_module, "FORMAT", FORMAT + 2)
    monkeypatch.setattr(database_module, "MIGRATIONS", {FORMAT: first, FORMAT + 1: second})
    with pytest.raises(OSError, match="cut short"):
        Store(built.parent)
    with closing(sqlite3.connect(built)) as database:
        assert database.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() == (str(FORMAT + 1),)
        assert database.execute("SELECT count(author) FROM articles").fetchone() == (0,)
    for _ in range(2):
        with closing(Store(built.parent)) as store:
            assert [article.id for article in store.articles()] == list(ARTICLES)
    assert steps == ["first", "second", "second"]


def test_settings_that_cannot_be_read(built: Path) -> None:
    with closing(sqlite3.connect(built)) as database, database:
        database.execute("UPDATE meta SET value = '{' WHERE name = 'config'")
    with closing(Store(built.parent)) as store, pytest.raises(ArchiveDamagedError, match="its settings cannot be read"):
        _ = store.config


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    from index.archive import Archive

    (tmp_path / "file").touch()
    with pytest.raises(ArchiveWriteError, match="cannot be made"):
        Archive.create(tmp_path / "file" / "index", CONFIG)
