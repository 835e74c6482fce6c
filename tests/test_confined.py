"""Intricate formats are read in another process: what a file does to a library ends there, and the next one is read."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from samples import write
from samples_formats import SAMPLES, docx, pdf

from index.confined import ConfinedReader
from index.errors import ArticleError
from index.loading import read_articles
from index.records import Article

Confined = Callable[..., ConfinedReader]


@pytest.fixture
def confined() -> Iterator[Confined]:
    """Makes readers whose children end with the test."""
    made = []

    def make(**limits: float) -> ConfinedReader:
        made.append(ConfinedReader(**limits))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


@pytest.fixture
def long_document(tmp_path: Path) -> Path:
    """A PDF that takes seconds to read, and much memory."""
    page = ["De kat zit op de mat en de hond blaft naar de buren, zoals altijd."] * 40
    return write(tmp_path / "long.pdf", pdf(*[page] * 900))


@pytest.mark.parametrize("suffix", SAMPLES)
def test_what_is_read_there_is_what_would_be_read_here(tmp_path: Path, confined: Confined, suffix: str) -> None:
    path = write(tmp_path / f"a{suffix}", SAMPLES[suffix])
    here, there = list(read_articles(path, "a")), confined().read(path, "a")
    assert [item for item in there if isinstance(item, Article)] == [item for item in here if isinstance(item, Article)]
    assert list(map(str, there)) == list(map(str, here))


def test_a_file_that_takes_too_long_has_a_reason_and_the_next_is_read(
    tmp_path: Path, confined: Confined, long_document: Path
) -> None:
    reader = confined(seconds=1.5)
    with pytest.raises(ArticleError, match=r"^reading it takes more than 2 seconds$"):
        reader.read(long_document, "long.pdf")
    assert len(reader.read(write(tmp_path / "a.docx", docx(("De kat zit.", None))), "a.docx")) == 1


def test_a_file_that_takes_too_much_memory_has_a_reason(tmp_path: Path, confined: Confined) -> None:
    reader = confined(megabytes=260)
    page = b"<p>De kat zit op de mat en de hond blaft.</p>\n" * 200_000
    with pytest.raises(ArticleError, match=r"MemoryError|more than 260 MB|not a readable HTML"):
        reader.read(write(tmp_path / "a.html", page), "a.html")
    assert len(reader.read(write(tmp_path / "a.docx", docx(("De kat zit.", None))), "a.docx")) == 1


def test_a_child_that_died_meanwhile_is_started_again(tmp_path: Path, confined: Confined) -> None:
    reader, path = confined(), write(tmp_path / "a.docx", docx(("De kat zit.", None)))
    assert len(reader.read(path, "a.docx")) == 1
    assert reader._child
    os.kill(reader._child.pid, signal.SIGKILL)
    reader._child.wait()
    assert len(reader.read(path, "a.docx")) == 1


def test_a_forked_process_has_a_child_of_its_own(tmp_path: Path, confined: Confined) -> None:
    reader, path = confined(), write(tmp_path / "a.docx", docx(("De kat zit.", None)))
    assert len(reader.read(path, "a.docx")) == 1
    if not (child := os.fork()):
        os._exit(len(reader.read(path, "a.docx")) - 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(reader.read(path, "a.docx")) == 1


def test_modules_of_the_current_folder_are_not_run(
    tmp_path: Path, confined: Confined, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "html.py", f"open({str(tmp_path / 'was-run')!r}, 'w')")
    page = write(tmp_path / "a.html", SAMPLES[".html"])
    monkeypatch.chdir(tmp_path)
    assert isinstance(confined().read(page, "a")[0], Article)
    assert not (tmp_path / "was-run").exists()


def test_a_library_that_waits_for_something_is_given_up(
    tmp_path: Path, confined: Confined, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "modules" / "trafilatura.py", "import time; time.sleep(600)")
    monkeypatch.syspath_prepend(tmp_path / "modules")
    with pytest.raises(ArticleError, match="takes more than 1 seconds"):
        confined(seconds=1).read(write(tmp_path / "a.html", SAMPLES[".html"]), "a")
