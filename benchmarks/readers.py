"""Four readers ask while a writer adds articles one by one: `python -m benchmarks.readers [articles]`.

Each reader is a process with an assistant of its own, which asks about articles that are there and about ones that
are not yet. Whatever it cites must stand in the article cited, character for character, and every state that it sees
must be whole: all passages of all articles, in the dense index as in the database, and never fewer articles than
before. The model is a stand-in that takes no time.
"""

import multiprocessing
import multiprocessing.connection
import multiprocessing.synchronize
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.lifecycle import RandomEmbedder, article
from index.archive import Archive
from index.update import Updater
from index.verify import verify_archive
from qa.assistant import Assistant
from qa.records import Answer

ARTICLES = 1_000
READERS = 4
_BEFORE = 50
"""Articles that are there when the readers come."""

_PASSAGES = 2
"""Of each article."""

_LOOKED_AT = 20
"""Passages whose text is compared, of each state."""

Seconds = list[float]


def read(index: Path, stop: "multiprocessing.synchronize.Event", sender: multiprocessing.connection.Connection) -> None:
    """Ask until told to stop; sends how long each answer took. The first is sent when the reader is ready."""
    generator, seconds, held = random.Random(os.getpid()), list[float](), 0
    with closing(Assistant(Archive.open(index), RandomEmbedder())) as assistant:
        while not stop.is_set():
            held = require_whole(assistant.archive, held)
            started = time.perf_counter()
            reply = assistant.ask(f"Wat staat er in bericht {generator.randrange(held + 10)}?")
            seconds.append(time.perf_counter() - started)
            if isinstance(reply, Answer):
                for citation in reply.citations:
                    number = int(Path(citation.article_id).stem)
                    assert citation.text in article(number), (citation.article_id, citation.text)
            if len(seconds) == 1:
                sender.send(seconds)
        held = require_whole(assistant.archive, held)
    sender.send(seconds)


def require_whole(archive: Archive, before: int) -> int:
    """Check one state of an archive; how many articles it holds."""
    with archive.reading():
        counts = archive.store.counts()
        assert counts["articles"] >= before, (counts, before)
        assert counts["chunks"] == _PASSAGES * counts["articles"], counts
        hits = archive.search_dense(RandomEmbedder().queries(["alles"]), counts["chunks"] + 10)
        assert sorted(key for key, _ in hits) == archive.store.keys.since(0)
        for item in archive.store.chunks(key for key, _ in hits[:_LOOKED_AT]).values():
            number = int(Path(item.article.id).stem)
            assert item.article.text == article(number).split(" ", 3)[3], item.article.id
    return counts["articles"]


def write(index: Path, source: Path, articles: int) -> Seconds:
    """Add articles one by one; how long each took."""
    seconds = []
    with closing(Updater(index, RandomEmbedder())) as updater:
        for number in range(_BEFORE, _BEFORE + articles):
            path = source / f"{number}.txt"
            path.write_text(article(number))
            started = time.perf_counter()
            assert updater.update([source], only=[path]).plan.added == (path.name,)
            seconds.append(time.perf_counter() - started)
    return seconds


def main(articles: int) -> None:
    """Let them loose, and print what it took."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as temporary:
        source, index = Path(temporary) / "source", Path(temporary) / "index"
        source.mkdir()
        for number in range(_BEFORE):
            (source / f"{number}.txt").write_text(article(number))
        with closing(Updater(index, RandomEmbedder())) as updater:
            updater.update([source])
        stop = context.Event()
        readers = []
        for _ in range(READERS):
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=read, args=(index, stop, sender))
            process.start()
            sender.close()
            readers.append((process, receiver))
        for _, receiver in readers:
            receiver.recv()
        writing = write(index, source, articles)
        stop.set()
        asking = [seconds for _, receiver in readers for seconds in receiver.recv()]
        for process, _ in readers:
            process.join()
            assert process.exitcode == 0
        assert verify_archive(index) == []
    print(f"{articles} articles added one by one: {_spread(writing)}")
    print(f"{len(asking)} questions asked meanwhile by {READERS} processes: {_spread(asking)}")
    print("no error; every state whole, every citation verbatim")


def _spread(seconds: Seconds) -> str:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return f"median {statistics.median(seconds):.3f} s, p95 {p95:.3f} s, most {max(seconds):.3f} s"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)
