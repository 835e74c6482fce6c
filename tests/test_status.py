"""Facts about an archive, its export, and feeds as sources."""

import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from samples import ARTICLES, write
from samples_formats import FEED

from index.errors import ArchiveMissingError, SourceError
from index.status import archive_status, export_lines
from index.store import Store
from index.update import Report, plan_update

Update = Callable[..., Report]


def test_status(update: Update, index: Path, source: Path) -> None:
    update()
    status = archive_status(index)
    assert status.counts == {"articles": 3, "chunks": 4, "vectors": 4}
    assert status.languages == {"en": 1, "nl": 2}
    assert (status.dates, status.undated) == (("2024-10", "2025-12-22"), 1)
    assert status.sources == (str(source),)
    assert status.config.model == "counting"
    assert status.updated is not None
    assert all(size > 0 for size in status.bytes.values())


def test_no_archive_has_no_status(index: Path) -> None:
    with pytest.raises(ArchiveMissingError):
        archive_status(index)


def test_what_is_exported_can_be_indexed_again(update: Update, index: Path, tmp_path: Path, embedder: object) -> None:
    update()
    rows = [json.loads(line) for line in export_lines(index)]
    assert [row["id"] for row in rows] == list(ARTICLES)
    for row in rows:
        for chunk in row["chunks"]:
            assert row["text"][chunk["start"] : chunk["end"]].strip()
            assert all(chunk["start"] <= span["start"] < span["end"] <= chunk["end"] for span in chunk["sentences"])
    write(tmp_path / "export" / "all.jsonl", "\n".join(export_lines(index)))
    report = update(tmp_path / "export")
    assert (len(report.plan.added), report.embedded) == (3, 0)
    with closing(Store(index)) as store:
        first, copy = store.article("a.txt"), store.article("all.jsonl#a.txt")
    assert first is not None
    assert copy is not None
    assert (first.text, first.title, first.date, first.language) == (copy.text, copy.title, copy.date, copy.language)


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[str]:
    """The address of a local server's feed, which is the file feed.xml."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "feed.xml").write_text(FEED)
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
    handler = functools.partial(quiet, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()
        thread.join()


def test_a_feed_is_a_source(update: Update, index: Path, feed: str, tmp_path: Path) -> None:
    assert plan_update(index, [feed]).plan.added == (f"{feed}#urn:1",)
    assert not index.exists()
    report = update(feed)
    assert report.plan.added == (f"{feed}#urn:1",)
    assert [skip.reason for skip in report.skipped] == ["entry 2: no text in it"]
    assert update(feed).plan.unchanged == (f"{feed}#urn:1",)
    newer = FEED.replace("urn:1", "urn:3").replace("SoftBank", "PayPay")
    (tmp_path / "www" / "feed.xml").write_text(newer)
    report = update(feed)  # what a feed no longer lists is kept
    assert (report.plan.added, report.plan.removed) == ((f"{feed}#urn:3",), ())
    assert archive_status(index).counts["articles"] == 2
    assert archive_status(index).sources == (feed,)


def test_a_feed_beside_a_folder(update: Update, index: Path, feed: str, source: Path) -> None:
    assert len(update(source, feed).plan.added) == 4
    assert len(update(source).plan.removed) == 0


def test_feeds_that_cannot_be_fetched(update: Update, feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="missing.xml: cannot be fetched .*not found"):
        update(feed.replace("feed.xml", "missing.xml"))
    with pytest.raises(SourceError, match="cannot be fetched .*refused"):
        update("http://127.0.0.1:9/feed.xml")
    with pytest.raises(SourceError, match="cannot be fetched"):
        update("http://")
    monkeypatch.setattr("index.feeds.MAX_BYTES", 100)
    with pytest.raises(SourceError, match="more than 0 MB"):
        update(feed)
