"""Processes killed, disks that are full, files that are cut off: nothing is lost, and nothing half-done is shown."""

import os
import random
import shutil
import signal
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import faiss
import pytest
import torch
from fakes import CountingEmbedder
from samples import write

from index import dense_files
from index.archive import Archive
from index.database import Database
from index.errors import ArchiveBusyError, ArchiveMissingError, ArchiveWriteError
from index.lexical import LexicalIndex
from index.locks import writer_lock
from index.store import Store
from index.update import update_archive
from index.verify import verify_archive
from qa.assistant import Assistant
from qa.records import Answer

KILLED = 10
"""Moments to kill a build at; benchmarks/crashes.py does it hundreds of times."""


@pytest.fixture
def big_source(tmp_path: Path) -> Path:
    """Twenty articles, each published on its own."""
    for number in range(20):
        write(tmp_path / "big" / f"{number:02}.txt", f"Bericht nummer {number}.\n\nHet gaat over zaak {number * 7}.")
    return tmp_path / "big"


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish every few articles."""
    monkeypatch.setattr("index.collecting._SMALLEST", 100)
    monkeypatch.setattr("index.collecting._LARGEST", 100)


def in_child(action: Callable[[], object]) -> int:
    """Run something in a forked process; its id."""
    child = os.fork()
    if child:
        return child
    try:
        faiss.omp_set_num_threads(1)  # the parent's OpenMP threads are not in this process, and would be waited for
        torch.set_num_threads(1)
        action()
        os._exit(0)
    except BaseException:  # noqa: BLE001 (whatever it is, the parent sees it by the status)
        traceback.print_exc()
        os._exit(1)


def finished(child: int) -> bool:
    """Wait for a child; whether it came to its end by itself."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def require_sound(index: Path, allowed: set[str]) -> None:
    """The archive opens, holds nothing but whole articles of these, and passes verification."""
    try:
        archive = Archive.open(index)
    except ArchiveMissingError:
        return
    with closing(archive):
        assert archive.check() == []
        assert set(archive.store.article_ids()) <= allowed
    assert verify_archive(index) == []


@pytest.mark.usefixtures("small_batches")
def test_a_build_killed_at_any_moment_is_sound_and_completed_by_the_next(
    big_source: Path, index: Path, embedder: CountingEmbedder
) -> None:
    names = {path.name for path in big_source.iterdir()}
    generator = random.Random(1)
    started = time.monotonic()
    update_archive(index, [big_source], embedder)
    whole = time.monotonic() - started
    for _ in range(KILLED):
        shutil.rmtree(index)
        child = in_child(lambda: update_archive(index, [big_source], CountingEmbedder()))
        time.sleep(generator.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        require_sound(index, names)
        update_archive(index, [big_source], embedder)
        with closing(Store(index)) as store:
            assert set(store.article_ids()) == names
        assert verify_archive(index) == []


def kill_at(moment: int) -> None:
    """Make this process end, as by SIGKILL, before the given one of its writes."""
    writes = iter(range(1, moment))

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def before(*args: object, **options: object) -> object:
            if next(writes, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **options)

        return before

    for owner, name in (
        (Database, "write"), (Store, "publish"), (Store, "_remove"), (Store, "_insert"), (Store, "tidy"),
        (LexicalIndex, "_begin"), (LexicalIndex, "_commit"), (LexicalIndex, "reload"), (dense_files, "save_part"),
        (Path, "unlink"), (Path, "replace"), (Path, "write_text"), (Path, "mkdir"), (os, "fsync"),
    ):  # fmt: skip
        setattr(owner, name, counted(getattr(owner, name)))


@pytest.mark.usefixtures("small_batches")
def test_killed_between_any_two_writes(source: Path, index: Path, embedder: CountingEmbedder, tmp_path: Path) -> None:
    update_archive(index, [source], embedder)
    before = {"a.txt", "b.txt", "c.txt"}
    write(source / "a.txt", "Een nieuw begin.\n\nEn een nieuw einde.")
    (source / "b.txt").unlink()
    write(source / "d.txt", "Een vierde bericht.")
    for moment in range(1, 500):
        copy = tmp_path / f"copy{moment}"
        shutil.copytree(index, copy)

        def run(copy: Path = copy, moment: int = moment) -> None:
            kill_at(moment)
            update_archive(copy, [source], CountingEmbedder())

        done = finished(in_child(run))
        require_sound(copy, before | {"d.txt"})
        with closing(Store(copy)) as store:
            article = store.article("a.txt")
            assert article is not None
            assert article.title in ("De kat zit op de mat.", "Een nieuw begin.")
        report = update_archive(copy, [source], embedder)
        assert sorted((*report.plan.added, *report.plan.changed, *report.plan.unchanged)) == ["a.txt", "c.txt", "d.txt"]
        require_sound(copy, {"a.txt", "c.txt", "d.txt"})
        shutil.rmtree(copy)
        if done:
            assert moment > 20
            return
    pytest.fail("the update never came to its end")


def test_a_dead_writer_leaves_no_lock(index: Path, source: Path, embedder: CountingEmbedder, tmp_path: Path) -> None:
    update_archive(index, [source], embedder)

    def hold() -> None:
        with writer_lock(index):
            (tmp_path / "held").touch()
            time.sleep(60)

    child = in_child(hold)
    while not (tmp_path / "held").exists():
        time.sleep(0.01)
    with pytest.raises(ArchiveBusyError, match=f"process {child} .since .* is updating this index; try again later"):
        update_archive(index, [source], embedder)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(update_archive(index, [source], embedder).plan.unchanged) == 3


@pytest.mark.usefixtures("small_batches")
def test_readers_asking_while_a_writer_adds_see_whole_articles(
    big_source: Path, index: Path, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    first = write(tmp_path / "first" / "first.txt", "Bericht nummer 1000.\n\nHet eerste.")
    update_archive(index, [first.parent], embedder)

    def read() -> None:
        with closing(Assistant(Archive.open(index), CountingEmbedder())) as assistant:
            archive, held = assistant.archive, 0
            while held < 21:
                with archive.reading():
                    held = archive.store.counts()["articles"]
                    hits = archive.search_dense(embedder.queries(["Bericht nummer"]), 200)
                    stored = archive.store.chunks(key for key, _ in hits)
                    assert len(stored) == len(hits) == archive.store.counts()["chunks"] == 2 * held
                    assert all(item.article.text.startswith("Bericht nummer") for item in stored.values())
                reply = assistant.ask(f"Waar gaat bericht nummer {held} over?")
                for citation in reply.citations if isinstance(reply, Answer) else ():
                    folder = first.parent if citation.article_id == first.name else big_source
                    text = (folder / citation.article_id).read_text()
                    assert text[citation.start : citation.end] == citation.text

    readers = [in_child(read) for _ in range(4)]
    update_archive(index, [big_source], embedder)
    assert all([finished(reader) for reader in readers])
    assert verify_archive(index) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # lazily: what failed may still hold a file


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    small_disk: Path, source: Path, big_source: Path, embedder: CountingEmbedder
) -> None:
    index = small_disk / "index"
    update_archive(index, [source], embedder)
    refused = 0
    for room in range(40_000, 700_000, 40_000):  # more and more of it
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * max(0, shutil.disk_usage(small_disk).free - room))
        try:
            update_archive(index, [big_source], embedder)
        except ArchiveWriteError as error:
            refused += "\n" not in str(error)
        filler.unlink()
        with closing(Store(index)) as store:
            assert {"a.txt", "b.txt", "c.txt"} <= set(store.article_ids())
        require_sound(index, {"a.txt", "b.txt", "c.txt", *(path.name for path in big_source.iterdir())})
    assert refused > 2
    update_archive(index, [big_source], embedder)
    with closing(Archive.open(index)) as archive:
        assert archive.check() == []
        assert archive.store.counts()["articles"] == 23


def test_a_writing_error_of_the_lexical_index_is_ours(
    index: Path, source: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_archive(index, [source], embedder)
    write(source / "d.txt", "Een vierde bericht.")

    def refuse(self: LexicalIndex) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("index.lexical.document_of", refuse)
        with pytest.raises(ArchiveWriteError, match="cannot be written"):
            update_archive(index, [source], embedder)
    with closing(Archive.open(index)) as archive:  # it was published, and opening brought the rest in step
        assert archive.store.article("d.txt") is not None
        assert archive.check() == []
    assert embedder.embedded == 5
