"""`article-qa index` as a process of its own: Ctrl-C stops it cleanly, and the next one goes on from there."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from samples import write

from index.errors import ArchiveMissingError
from index.store import Store
from index.verify import verify_archive

PROGRAM = """
import sys, time
import index.collecting, ui.cli, ui.indexing
from fakes import CountingEmbedder

class Slow(CountingEmbedder):
    def passages(self, texts, sentences):
        time.sleep(0.2)
        return super().passages(texts, sentences)

index.collecting._SMALLEST = index.collecting._LARGEST = 1  # each article is published on its own
ui.indexing.load_embedder = ui.indexing.load_recorded_embedder = lambda name: Slow()
ui.cli.main()
"""
ARTICLES = 20


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command, running."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "index", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parent.parent}"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def held(index: Path) -> int:
    """How many articles the archive holds."""
    try:
        with closing(Store(index)) as store:
            return store.counts()["articles"]
    except ArchiveMissingError:
        return 0


def wait_until_it_holds(index: Path, articles: int) -> None:
    until = time.monotonic() + 60
    while held(index) < articles:
        assert time.monotonic() < until, "the update does not get on"
        time.sleep(0.02)


def counts(summary: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", summary)]


def test_an_interrupted_update_is_sound_and_the_next_one_goes_on(tmp_path: Path, index: Path) -> None:
    for number in range(ARTICLES):
        write(tmp_path / "news" / f"{number:02}.txt", f"Bericht nummer {number} over iets anders.")
    with started(tmp_path / "news", "--index", index) as process:
        wait_until_it_holds(index, 2)
        process.send_signal(signal.SIGINT)
        summary, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors == "article-qa: stopped before the end; the same command goes on from here\n"
    first = counts(summary)[0]
    assert 2 <= first == held(index) < ARTICLES
    assert verify_archive(index) == []
    with started(tmp_path / "news", "--index", index) as process:
        summary, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert counts(summary) == [ARTICLES - first, 0, 0, 0]
    assert verify_archive(index) == []


def test_watching_ends_with_an_interrupt(tmp_path: Path, index: Path) -> None:
    write(tmp_path / "news" / "a.txt", "Een bericht.")
    with started(tmp_path / "news", "--index", index, "--watch") as process:
        wait_until_it_holds(index, 1)
        (tmp_path / "news" / "b.txt").write_text("Een tweede bericht.")
        wait_until_it_holds(index, 2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0
    assert verify_archive(index) == []


def test_what_is_left_of_an_emptied_source_is_pruned(tmp_path: Path, index: Path) -> None:
    article = write(tmp_path / "news" / "a.txt", "Een bericht.")
    outcomes = []
    for options in ((), (), ("--prune",)):
        with started(tmp_path / "news", "--index", index, *options) as process:
            summary, errors = process.communicate(timeout=60)
        outcomes.append((process.returncode, counts(summary), errors))
        article.unlink(missing_ok=True)
    built, refused, pruned = outcomes
    assert built == (0, [1, 0, 0, 0], "")
    assert refused[:2] == (1, [])
    assert "all of its 1 files are gone; if their articles are to go as well, run again with --prune" in refused[2]
    assert pruned == (0, [0, 0, 1, 0], "")
    assert held(index) == 0
