"""Damaged files of every format through the readers: `python -m benchmarks.fuzz [files]`.

Real files are mutated (bytes altered, cut out, repeated, swapped between files; of Word documents also the files
packed in them); each must come out as articles or as a reason, in less than ten seconds of CPU and less than one
gigabyte. Reading happens in a child process, without the limits that `index.confined` sets, so that a crash of a
library, or its hunger, is seen as what it is.
"""

import io
import multiprocessing
import multiprocessing.connection
import random
import resource
import runpy
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from index.errors import ArticleError
from index.loading import read_articles
from index.records import Article

FILES = 10_000
SECONDS = 10.0
MEGABYTES = 1_000
_PER_PROCESS = 1000
_PATIENCE = 120.0
"""Seconds to wait for an answer: far more than SECONDS of CPU, for a machine that does other things as well."""


def mutate(data: bytes, others: list[bytes], generator: random.Random) -> bytes:
    """A damaged copy."""
    changed = bytearray(data)
    for _ in range(generator.choice((1, 1, 2, 5, 30))):
        place = generator.randrange(len(changed) + 1)
        length = generator.choice((1, 2, 8, 100, 5000))
        other = generator.choice(others)
        start = generator.randrange(len(other))
        match generator.randrange(6):
            case 0:
                changed[place : place + 1] = bytes([generator.randrange(256)])
            case 1:
                del changed[place : place + length]
            case 2:
                changed[place:place] = changed[place : place + length] * generator.choice((1, 2, 50))
            case 3:
                changed[place : place + length] = other[start : start + length]
            case 4:
                changed[place:place] = (
                    generator.choice((b"\0", b"<div>", b"[", b"(", b"\xff\xfe", b"---\n", b"9")) * length
                )
            case _:
                del changed[place:]
    return bytes(changed[:5_000_000])


def mutate_packed(data: bytes, others: list[bytes], generator: random.Random) -> bytes:
    """A sound ZIP archive with one damaged file in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as changed:
        names = source.namelist()
        damaged = generator.choice(["word/document.xml", *names])
        for name in names:
            content = source.read(name)
            changed.writestr(name, mutate(content, [content, *others], generator) if name == damaged else content)
    return target.getvalue()


def read(samples: Mapping[str, bytes], seeds: range, sender: multiprocessing.connection.Connection) -> None:
    """Read one mutated file a seed; sends (suffix, outcome, seconds) for each, and at the end the memory used."""
    others = list(samples.values())
    with tempfile.TemporaryDirectory() as temporary:
        for suffix, data in samples.items():  # the libraries are loaded here, not in what is timed
            (path := Path(temporary) / f"sound{suffix}").write_bytes(data)
            assert all(isinstance(outcome, Article | ArticleError) for outcome in read_articles(path, path.name))
        for seed in seeds:
            generator = random.Random(seed)
            suffix = generator.choice(sorted(samples))
            path = Path(temporary) / f"{seed}{suffix}"
            change = mutate_packed if suffix == ".docx" and generator.random() < 0.8 else mutate
            path.write_bytes(change(samples[suffix], others, generator))
            sender.send((suffix, "begun", 0.0))
            started = time.process_time()
            try:
                outcomes = list(read_articles(path, path.name))
                assert all(isinstance(outcome, Article | ArticleError) for outcome in outcomes)
                outcome = "articles" if any(isinstance(item, Article) for item in outcomes) else "reason"
            except ArticleError as error:
                outcome = "no single line" if "\n" in str(error) else "reason"
            sender.send((suffix, outcome, time.process_time() - started))
            path.unlink()
    sender.send(("", "memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))


def main(files: int) -> None:
    """Run all, and print what came of them."""
    samples: dict[str, bytes] = dict(runpy.run_path("tests/samples_formats.py")["SAMPLES"])
    for path in sorted(Path("seeds").glob("*.txt"))[:3]:
        samples[".txt"] = path.read_bytes()
    context = multiprocessing.get_context("spawn")
    counts: Counter[tuple[str, str]] = Counter()
    slowest, largest = (0.0, 0, ""), 0.0
    for start in range(0, files, _PER_PROCESS):
        receiver, sender = context.Pipe(duplex=False)
        seeds = range(start, min(files, start + _PER_PROCESS))
        process = context.Process(target=read, args=(samples, seeds, sender))
        process.start()
        sender.close()
        seed = start - 1
        while True:
            assert receiver.poll(_PATIENCE), f"seed {seed}: no answer within {_PATIENCE} s"
            try:
                suffix, outcome, value = receiver.recv()
            except EOFError as error:
                raise AssertionError(f"seed {seed}: the process crashed") from error
            if outcome == "memory":
                largest = max(largest, value)
                break
            if outcome == "begun":
                seed += 1
            else:
                counts[suffix, outcome] += 1
                slowest = max(slowest, (value, seed, suffix))
        process.join()
        assert process.exitcode == 0
    for suffix in sorted(samples):
        print(f"{suffix}: {counts[suffix, 'articles']} read, {counts[suffix, 'reason']} left out with a reason")
    print(
        f"{files} files, slowest {slowest[0]:.2f} s of CPU (seed {slowest[1]}, {slowest[2]}), "
        f"most memory {largest:.0f} MB"
    )
    assert {outcome for _, outcome in counts} == {"articles", "reason"}
    assert slowest[0] < SECONDS
    assert largest < MEGABYTES


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
