"""Watching sources: what is written, edited or deleted there is in the archive a moment later."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from index.embedding import Embedder
from index.errors import ArchiveError, ArticleQAError, SourceError
from index.plan import Report
from index.sources import ALL, Patterns, is_feed, is_temporary
from index.update import Updater

QUIET = 0.5
"""Seconds that a file must stay as it is before it is read, so that one being written is not read half-way."""

_STEP = 50
"""Milliseconds that changes are gathered for."""

_LOOK = 200
"""Milliseconds between looks at the files that have changed."""

_RETRY = 5.0
"""Seconds after which a failed update is tried again."""


def watch_sources(
    folder: Path,
    sources: Sequence[Path | str],
    embedder: Embedder,
    report: Callable[[Report], None],
    failed: Callable[[ArticleQAError], None],
    *,
    patterns: Patterns = ALL,
    prune: bool = False,
    stop: threading.Event | None = None,
) -> None:
    """Keep an archive up to date until told to stop. Run it in a thread of its own beside a server.

    Args:
        folder: the archive's.
        sources: the folders and files to watch; feeds among them are not fetched again.
        embedder: the model that the archive was built with.
        report: called after each update that looked at something.
        failed: called when an update fails. Where it is the archive's fault (another process is updating it, the disk
            is full) it is tried again.
        patterns: which files to take.
        prune: follow also when a source loses its last file.
        stop: set it to end.

    Raises:
        SourceError: a source cannot be watched.
        ArchiveError: the archive cannot be opened.
    """
    watched = [Path(source) for source in sources if not is_feed(source)]
    stop = stop or threading.Event()
    roots = {source: source.resolve() for source in watched}
    refused: dict[Path, set[Path]] = {source: set() for source in watched}
    with closing(Updater(folder, embedder)) as updater:
        for paths in settled_changes(watched, stop):
            for source, root in roots.items():  # each by itself: one that is refused keeps no other waiting
                if mine := {path for path in paths if path.is_relative_to(root)}:
                    mine |= refused[source]
                    follow = partial(
                        updater.update, [source], patterns=patterns, prune=prune, only=mine, stop=stop.is_set
                    )
                    refused[source] = set() if _follow(follow, report, failed, stop) else mine


def _follow(
    follow: Callable[[], Report],
    report: Callable[[Report], None],
    failed: Callable[[ArticleQAError], None],
    stop: threading.Event,
) -> bool:
    """Update, again and again where the archive does not let it; whether the source was not refused."""
    while not stop.is_set():
        try:
            report(follow())
            return True
        except ArchiveError as error:
            failed(error)
            stop.wait(_RETRY)
        except ArticleQAError as error:
            failed(error)
            return False
    return True


def settled_changes(sources: Sequence[Path], stop: threading.Event) -> Iterator[Collection[Path]]:
    """Yield the files and folders that changed, once they have stayed as they are for `QUIET` seconds.

    The sources themselves come first, for what changed before they were watched.

    Raises:
        SourceError: a source is missing, or cannot be watched.
    """
    now = time.monotonic()
    waiting = {source.resolve(): (_state(source), now) for source in sources}  # what changed before we watched
    for changed in _changes(sources, stop):
        now = time.monotonic()
        for path in changed:
            waiting[path] = (_state(path), now)
        for path, (state, _) in list(waiting.items()):
            if (current := _state(path)) != state:
                waiting[path] = (current, now)
        settled = [path for path, (_, since) in waiting.items() if now - since >= QUIET]
        for path in settled:
            del waiting[path]
        if settled:
            yield settled


def _changes(sources: Sequence[Path], stop: threading.Event) -> Iterator[set[Path]]:
    """What changed since the last time, again and again, several times a second."""
    roots = [source.resolve() for source in sources]
    for root in roots:
        if not root.exists():
            raise SourceError(f"{root}: there is no such folder or file")
    folders = [root for root in roots if root.is_dir()]
    files = {root: _state(root) for root in roots if root not in folders}
    while not stop.is_set():
        for below in _changes_below(folders, stop):
            now = {file: _state(file) for file in files}
            yield below | {file for file in files if now[file] != files[file]}
            files = now
        yield set(folders)  # one of them is another one by the same name, or gone: all are looked at anew


def _changes_below(folders: Sequence[Path], stop: threading.Event) -> Iterator[set[Path]]:
    """What changed in the folders that are there; ends where one is replaced, which the system would not tell of."""
    from watchfiles import watch

    places = [_place(folder) for folder in folders]
    there = [folder for folder, place in zip(folders, places, strict=True) if place]
    if not there:
        stop.wait(_LOOK / 1000)
        yield set()
        return
    try:
        for changes in watch(
            *there,
            watch_filter=None,
            debounce=_STEP,
            step=_STEP,
            stop_event=stop,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            yield {path for _, name in changes if _is_of_interest(path := Path(name), there)}
            if places != [_place(folder) for folder in folders]:
                return
    except OSError as error:
        raise SourceError(f"{there[0]}: cannot be watched ({error})") from error


def _is_of_interest(path: Path, roots: Sequence[Path]) -> bool:
    for root in roots:
        if path == root:
            return True
        if path.is_relative_to(root):
            return not is_temporary(path.relative_to(root).as_posix())
    return False


def _state(path: Path) -> tuple[int, ...]:
    return _fields(path, "st_size", "st_mtime_ns")


def _place(folder: Path) -> tuple[int, ...]:
    """Where a folder is on the disk."""
    return _fields(folder, "st_dev", "st_ino")


def _fields(path: Path, *names: str) -> tuple[int, ...]:
    """These of a path's status; none where it is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return tuple(getattr(status, name) for name in names)
