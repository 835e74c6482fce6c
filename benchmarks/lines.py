"""A long .jsonl file is read a line at a time: `python -m benchmarks.lines [lines]`.

First what an update would do is planned, as `--dry-run` does, then it is done. Each runs in a process of its own,
whose memory is that of one step. The model is a stand-in that takes no time.
"""

import json
import multiprocessing
import multiprocessing.connection
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.lifecycle import RandomEmbedder, article
from index.plan import Report
from index.update import plan_update, update_archive

LINES = 1_000_000


def plan(index: Path, source: Path) -> Report:
    """What would be done."""
    return plan_update(index, [source])


def update(index: Path, source: Path) -> Report:
    """Do it."""
    return update_archive(index, [source], RandomEmbedder())


def measure(
    step: Callable[[Path, Path], Report], index: Path, source: Path, sender: multiprocessing.connection.Connection
) -> None:
    """Sends articles found, seconds of the processor, and megabytes."""
    before = time.process_time()
    report = step(index, source)
    seconds = time.process_time() - before
    sender.send((len(report.plan.added), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))


def main(lines: int) -> None:
    """Write the file, and take both steps."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "articles.jsonl"
        with source.open("w") as file:
            file.writelines(json.dumps({"text": article(number)}) + "\n" for number in range(lines))
        print(f"{lines} lines, {source.stat().st_size / 1e6:.0f} MB")
        for step in (plan, update):
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=measure, args=(step, Path(temporary) / "index", source, sender))
            process.start()
            sender.close()
            found, seconds, megabytes = receiver.recv()
            process.join()
            assert found == lines
            print(f"{step.__name__}: {seconds:.1f} s of the processor, at most {megabytes:.0f} MB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
