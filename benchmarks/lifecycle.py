"""What an update costs as an archive grows: `python -m benchmarks.lifecycle [articles ...]`.

The model is a stand-in that makes vectors of the real size in no time, so that what is measured is everything else.
Each row is measured in a process of its own. "Adding one" is from the moment an article's file is there until a
reader in another archive object, open all the time, has it among its hits; once through an updater that is kept
open, as --watch does, and once through a whole `update_archive`, as the command does. "Editing one" gives a file
another text, which is all that is found then.

Times are given as seconds on the clock / seconds of the processor; on a machine that does other things as well only
the latter tell how rows compare.
"""

import hashlib
import json
import multiprocessing
import multiprocessing.connection
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from index.archive import Archive
from index.concepts import question_concepts
from index.records import Span
from index.update import Updater, update_archive
from index.vectors import Vectors

SIZES = (1_000, 10_000, 100_000)
DIMENSION = 384
_ADDED = 9
_PER_LINE_FILE = 1_000

Timing = tuple[float, float]
"""Seconds on the clock, and of the processor."""

_WORDS = (
    "het bedrijf verkocht zijn belang in de beurs investering miljard dollar kwartaal omzet topman meldde dinsdag "
    "bestuur aandelen overname groei markt klanten rente bank plan contract levering fabriek chips software"
).split()


class RandomEmbedder:
    """A vector for each text, the same each time."""

    name = "random"
    dimension = DIMENSION

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        vectors = np.stack([np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32) for seed in seeds])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    queries = documents

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """For each passage float32 (1 + its sentences, dimension)."""
        return [
            self.documents([text, *(f"{text}{span.start}" for span in spans)])
            for text, spans in zip(texts, sentences, strict=True)
        ]


def article(number: int) -> str:
    """A short article of two paragraphs, 80 words."""
    generator = np.random.default_rng(number)
    words = generator.choice(_WORDS, size=80)
    first, second = " ".join(words[:40]), " ".join(words[40:])
    return f" date 2025-{number % 12 + 1:02} Bericht {number}: {first}.\n\nDaarna {second}."


def write_source(folder: Path, size: int) -> None:
    """Half of the articles as files of their own (up to 10,000), the rest as lines."""
    files = min(size // 2, 10_000)
    for number in range(files):
        path = folder / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article(number))
    for start in range(files, size, _PER_LINE_FILE):
        rows = (json.dumps({"text": article(n)}) for n in range(start, min(size, start + _PER_LINE_FILE)))
        (folder / f"{start}.jsonl").write_text("\n".join(rows))
    time.sleep(2.5)  # files written a moment ago are looked at twice


def measure(size: int, sender: "multiprocessing.connection.Connection") -> None:
    """One row of the table."""
    embedder = RandomEmbedder()
    with tempfile.TemporaryDirectory() as temporary:
        source, index = Path(temporary) / "source", Path(temporary) / "index"
        write_source(source, size)
        row: dict[str, float | Timing] = {"articles": size}
        row["build_s"] = _timed(lambda: update_archive(index, [source], embedder))
        row["unchanged_s"] = _timed(lambda: update_archive(index, [source], embedder))
        row["index_mb"] = sum(path.stat().st_size for path in index.rglob("*") if path.is_file()) / 1e6
        row["open_s"] = _timed(lambda: Archive.open(index).close())
        with closing(Archive.open(index)) as archive:
            row["add_watch_s"] = _add(archive, source, "watched", index, kept=True)
            row["edit_watch_s"] = _add(archive, source, "edited", index, kept=True, edit=True)
            row["add_command_s"] = _add(archive, source, "indexed", index, kept=False)
        row["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    sender.send(row)


def _add(archive: Archive, source: Path, word: str, index: Path, *, kept: bool, edit: bool = False) -> Timing:
    """Median seconds until one new (or edited) article is found by its words and by its vector."""
    embedder, times = RandomEmbedder(), []
    with closing(Updater(index, embedder)) as updater:
        for number in range(_ADDED):
            path = source / (f"{word}.txt" if edit else f"{word}{number}.txt")
            text = f"Uniek{word}{number} komt {word} voor."

            def follow(path: Path = path, text: str = text, number: int = number) -> None:
                path.write_text(text)
                if kept:
                    updater.update([source], only=[path])
                else:
                    update_archive(index, [source], embedder)
                with archive.reading():
                    hits = archive.search_lexical(question_concepts(f"uniek{word}{number}", "nl"), 1)
                    near = archive.search_dense(embedder.queries([text]), 1)
                    assert archive.store.chunks([hits[0][0]])[near[0][0]].article.text == text

            times.append(_timed(follow))
    clock, processor = zip(*times, strict=True)
    return statistics.median(clock), statistics.median(processor)


def _timed(action: Callable[[], object]) -> Timing:
    before = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - before[0], time.process_time() - before[1]


def _cell(value: float | Timing) -> str:
    return " / ".join(f"{each:.3g}" for each in value) if isinstance(value, tuple) else f"{value:.6g}"


def main(sizes: Sequence[int]) -> None:
    """Measure each size in a fresh process, and print a Markdown table."""
    columns = (
        "articles",
        "build_s",
        "unchanged_s",
        "open_s",
        "add_watch_s",
        "edit_watch_s",
        "add_command_s",
        "peak_memory_mb",
        "index_mb",
    )
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start")
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    context = multiprocessing.get_context("spawn")
    for size in sizes:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=measure, args=(size, sender))
        process.start()
        row = receiver.recv()
        process.join()
        print("| " + " | ".join(_cell(row[column]) for column in columns) + " |", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
