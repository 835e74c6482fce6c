"""Updating an index on behalf of somebody who waits for it, or keeps a folder watched."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from index.embedding import Embedder, load_embedder, load_recorded_embedder
from index.errors import ArchiveMissingError, ArticleQAError
from index.plan import Report
from index.sources import find_files
from index.store import Store
from index.update import update_archive
from ui import terminal

_LOOK = 0.5
"""Seconds between two looks at a watched folder."""


def open_embedder(index: Path, sources: Sequence[Path], model: str | None) -> Embedder:
    """The model to index with: the one named, else the one the index was built with, else the bundled one.

    Loading it takes seconds, so what is wrong with the sources or the index is found first.

    Raises:
        SourceError: a source is missing, or holds no articles.
        ArchiveError: the index cannot be used.
        ModelError: there is no such model.
    """
    for source in sources:
        find_files(source)
    try:
        with closing(Store(index)) as store:
            recorded = store.config.model
    except ArchiveMissingError:
        recorded = None
    return load_recorded_embedder(recorded) if recorded and model is None else load_embedder(model)


def update_shown(index: Path, sources: Sequence[Path], embedder: Embedder) -> Report:
    """Update with a progress bar, the skipped files, and a summary line on standard output.

    Raises:
        ArticleQAError: the update failed.
    """
    with terminal.progress_bar("Indexing") as progress:
        report = update_archive(index, sources, embedder, progress)
    terminal.show_skipped(report.skipped)
    terminal.show(summary(report))
    return report


def summary(report: Report) -> str:
    """One line on what an update did."""
    plan = report.plan
    return (
        f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.removed)} removed, "
        f"{len(report.skipped)} skipped"
    )


def watch_sources(
    index: Path, sources: Sequence[Path], embedder: Embedder, stop: threading.Event | None = None
) -> None:
    """Update whenever something changes in the sources, until told to stop; what fails is reported and tried again."""
    for _ in changes(sources, stop or threading.Event()):
        try:
            update_shown(index, sources, embedder)
        except ArticleQAError as error:
            terminal.warn(str(error))


def changes(sources: Sequence[Path], stop: threading.Event, look: float = _LOOK) -> Iterator[None]:
    """Yield each time the files of the sources have changed and have then stayed as they are for one look.

    A file that is still being written changes from look to look, so it is not read half-way.
    """
    known = before = _state(sources)
    while not stop.wait(look):
        now = _state(sources)
        if now == before and now != known:
            known = now
            yield
        before = now


def _state(sources: Sequence[Path]) -> frozenset[tuple[Path, int, int]]:
    """Path, size and time of every file; what disappears while we look is not there."""
    found = set()
    for source in sources:
        for path in (source,) if source.is_file() else source.rglob("*"):
            try:
                status = path.stat()
            except OSError:
                continue
            found.add((path, status.st_size, status.st_mtime_ns))
    return frozenset(found)
