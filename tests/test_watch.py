"""Watched folders: finished files are taken in at once, files still being written and temporary ones are not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import ARTICLES

from index.archive import Archive
from index.errors import ArticleQAError, SourceError
from index.locks import writer_lock
from index.update import Report, update_archive
from index.watch import watch_sources

PATIENCE = 15.0
"""Seconds; on an idle machine changes are in the archive within one."""


class Watcher:
    """A folder being watched."""

    def __init__(self, archive: Archive) -> None:
        """Collect what the watching thread reports."""
        self.archive = archive
        self.reports: list[Report] = []
        self.errors: list[ArticleQAError] = []

    def texts(self) -> dict[str, str]:
        """Article id -> text, as an open archive sees it."""
        with self.archive.reading():
            return {article.id: article.text for article in self.archive.store.articles()}

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, (self.reports, self.errors)
            time.sleep(0.02)


@contextmanager
def watching(index: Path, sources: list[Path], embedder: CountingEmbedder) -> Iterator[Watcher]:
    """The archive of these sources, open, while they are watched and have all been looked at once."""
    update_archive(index, sources, embedder)
    with closing(Archive.open(index)) as archive:
        watcher, stop = Watcher(archive), threading.Event()
        thread = threading.Thread(
            target=watch_sources,
            args=(index, sources, embedder, watcher.reports.append, watcher.errors.append),
            kwargs={"stop": stop},
        )
        thread.start()
        try:
            watcher.wait_for(lambda: len(watcher.reports) == len(sources))
            yield watcher
        finally:
            stop.set()
            thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def watcher(
    index: Path, source: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watcher]:
    """The archive of the three articles, open, while their folder is watched."""
    monkeypatch.setattr("index.watch._RETRY", 0.2)
    monkeypatch.setattr("index.watch.QUIET", 1.0)  # on a busy machine a writer may pause for longer than it means to
    with watching(index, [source], embedder) as watcher:
        yield watcher


def test_files_written_edited_moved_and_deleted(watcher: Watcher, source: Path, embedder: CountingEmbedder) -> None:
    (source / "d.txt").write_text("Het weer wordt beter.")
    watcher.wait_for(lambda: "d.txt" in watcher.texts())
    (source / "d.txt").write_text("Het weer wordt slechter.")
    watcher.wait_for(lambda: watcher.texts()["d.txt"] == "Het weer wordt slechter.")
    embedded = embedder.embedded
    (source / "deep").mkdir()
    (source / "d.txt").rename(source / "deep" / "e.txt")
    watcher.wait_for(lambda: {"d.txt", "deep/e.txt"} & watcher.texts().keys() == {"deep/e.txt"})
    (source / "deep").rename(source / "deeper")
    watcher.wait_for(lambda: watcher.texts().keys() == {*ARTICLES, "deeper/e.txt"})
    assert embedder.embedded <= embedded + 2
    (source / "deeper" / "e.txt").unlink()
    watcher.wait_for(lambda: watcher.texts().keys() == set(ARTICLES))
    assert watcher.archive.check() == []
    assert watcher.errors == []


def test_a_file_being_written_is_read_when_it_is_finished(watcher: Watcher, source: Path) -> None:
    with (source / "slow.txt").open("w") as file:
        for number in range(12):
            file.write(f"Zin nummer {number}. ")
            file.flush()
            time.sleep(0.1)
            assert "slow.txt" not in watcher.texts()
    watcher.wait_for(lambda: "Zin nummer 11." in watcher.texts().get("slow.txt", ""))


def test_temporary_files_are_passed_over_and_saving_by_renaming_works(watcher: Watcher, source: Path) -> None:
    for name in (".a.txt.swp", "4913", "a.txt~", "#a.txt#", "~$b.docx", "new.txt.part", ".#a.txt"):
        (source / name).write_text("Tijdelijk.")
    (source / ".new").write_text("De kat is weg.")
    (source / ".new").rename(source / "a.txt")
    watcher.wait_for(lambda: watcher.texts()["a.txt"] == "De kat is weg.")
    assert watcher.texts().keys() == set(ARTICLES)


def test_a_folder_that_loses_everything_does_not_empty_the_archive(watcher: Watcher, source: Path) -> None:
    for name in ARTICLES:
        (source / name).unlink()
    watcher.wait_for(lambda: bool(watcher.errors))
    assert isinstance(watcher.errors[0], SourceError)
    assert "are gone; if their articles are to go as well" in str(watcher.errors[0])
    assert watcher.texts().keys() == set(ARTICLES)
    (source / "b.txt").write_text(ARTICLES["b.txt"])
    (source / "new.txt").write_text("Het weer wordt beter.")
    watcher.wait_for(lambda: watcher.texts().keys() == {"b.txt", "new.txt"})


def test_a_folder_that_is_replaced_is_still_watched(watcher: Watcher, source: Path) -> None:
    source.rename(source.with_name("old"))
    source.mkdir()
    for name in ("b.txt", "new.txt"):
        (source / name).write_text(f"Het weer in {name}.")
        watcher.wait_for(lambda name=name: watcher.texts().get(name) == f"Het weer in {name}.")
    assert watcher.texts().keys() == {"b.txt", "new.txt"}


def test_files_that_are_sources_are_watched_each_by_itself(
    index: Path, source: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.watch.QUIET", 0.2)
    first, second = source / "a.txt", source / "b.txt"
    with watching(index, [first, second], embedder) as watcher:
        first.unlink()
        watcher.wait_for(lambda: bool(watcher.errors))
        for text in ("Het weer wordt beter.", "Het weer wordt slechter.", "Het weer blijft."):
            (source / ".b.txt").write_text(text)
            (source / ".b.txt").rename(second)  # as editors save
            watcher.wait_for(lambda text=text: watcher.texts()["b.txt"] == text)
        assert watcher.texts().keys() == {"a.txt", "b.txt"}


def test_it_waits_for_another_writer(watcher: Watcher, source: Path, index: Path) -> None:
    with writer_lock(index):
        (source / "d.txt").write_text("Het weer wordt beter.")
        watcher.wait_for(lambda: bool(watcher.errors))
        assert "is updating this index" in str(watcher.errors[0])
    watcher.wait_for(lambda: "d.txt" in watcher.texts())


def test_a_missing_source_is_refused(index: Path, source: Path, embedder: CountingEmbedder, tmp_path: Path) -> None:
    update_archive(index, [source], embedder)
    with pytest.raises(SourceError, match="missing: there is no such folder or file"):
        watch_sources(index, [tmp_path / "missing"], embedder, print, print)
