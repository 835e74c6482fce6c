"""Kill builds and updates at random moments: `python -m benchmarks.crashes [kills]`.

After each kill the archive must open, hold only whole versions of articles, and pass verification; then it is left
as it is, so that the next update starts from whatever state this one was killed in. Every tenth time an update is
let to its end, and the archive must then hold exactly what the source holds.
"""

import os
import random
import signal
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.lifecycle import RandomEmbedder, article
from index import collecting
from index.archive import Archive
from index.errors import ArchiveMissingError
from index.store import Store
from index.update import update_archive
from index.verify import verify_archive

KILLS = 200
_ARTICLES = 60


def main(kills: int) -> None:
    """Kill, check, and say how it went."""
    collecting._SMALLEST = collecting._LARGEST = 1500  # many small publications
    generator = random.Random(kills)
    held = {"nothing yet": 0, "some": 0, "complete": 0}
    with tempfile.TemporaryDirectory() as temporary:
        source, index = Path(temporary) / "source", Path(temporary) / "index"
        source.mkdir()
        versions: dict[str, set[str]] = {}
        longest = 3.0
        for kill in range(kills):
            texts = _edit(source, versions, generator)
            child = _update_in_child(index, source)
            if kill % 10 == 9:
                started = time.monotonic()
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
                longest = time.monotonic() - started + 0.2
                assert _check(index, versions) == texts
                held["complete"] += 1
                continue
            time.sleep(generator.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            held["some" if _check(index, versions) else "nothing yet"] += 1
            print(f"\r{kill + 1} of {kills}", end="", file=sys.stderr, flush=True)
        update_archive(index, [source], RandomEmbedder())
        assert _check(index, versions) == texts
    print(f"\n{kills} updates, {kills - held['complete']} of them killed: every archive sound ({held})")


def _edit(source: Path, versions: dict[str, set[str]], generator: random.Random) -> dict[str, str]:
    """Write, edit and delete files; what they hold now."""
    for _ in range(_ARTICLES // 2):
        path = source / f"{generator.randrange(_ARTICLES):02}.txt"
        if path.exists() and generator.random() < 0.3 and len(list(source.iterdir())) > 5:
            path.unlink()
        else:
            path.write_text(article(generator.randrange(10**6)))
    texts = {path.name: path.read_text().strip().split(" ", 2)[2] for path in source.iterdir()}
    for name, text in texts.items():
        versions.setdefault(name, set()).add(text)
    return texts


def _update_in_child(index: Path, source: Path) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        update_archive(index, [source], RandomEmbedder())
        status = 0
    finally:
        os._exit(status)


def _check(index: Path, versions: dict[str, set[str]]) -> dict[str, str]:
    """What a sound archive holds."""
    try:
        with closing(Archive.open(index)) as archive:
            assert archive.check() == [], archive.check()
    except ArchiveMissingError:
        return {}
    assert verify_archive(index) == [], verify_archive(index)
    with closing(Store(index)) as store:
        texts = {found.id: found.text for found in store.articles()}
    assert all(text in versions[name] for name, text in texts.items())
    return texts


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
