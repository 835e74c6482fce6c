"""Updating an index on behalf of somebody who waits for it, or keeps a folder watched."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from index.embedding import Embedder, load_embedder, load_recorded_embedder
from index.errors import ArchiveMissingError
from index.plan import Report
from index.sources import ALL, Patterns, is_feed
from index.store import Store
from index.update import check_sources, update_archive
from index.watch import watch_sources
from ui import terminal

Sources = Sequence[Path | str]
"""Folders, files, and addresses of feeds."""


def open_embedder(
    index: Path, sources: Sources, model: str | None, patterns: Patterns = ALL, prune: bool = False
) -> Embedder:
    """The model to index with: the one named, else the one the index was built with, else the bundled one.

    Loading it takes seconds, so what is wrong with the sources or the index is found first.

    Raises:
        SourceError: a source is missing, or holds no articles, and `prune` does not say that this is meant.
        ArchiveError: the index cannot be used.
        ModelError: there is no such model.
    """
    check_sources(index, sources, patterns=patterns, prune=prune)
    try:
        with closing(Store(index)) as store:
            recorded = store.config.model
    except ArchiveMissingError:
        recorded = None
    return load_recorded_embedder(recorded) if recorded and model is None else load_embedder(model)


def update_shown(
    index: Path,
    sources: Sources,
    embedder: Embedder,
    patterns: Patterns = ALL,
    prune: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Report:
    """Update with a progress bar, the skipped files, and a summary line on standard output.

    When `stop` ends it early, a line says so.

    Raises:
        ArticleQAError: the update failed.
    """
    with terminal.progress_bar("Indexing") as progress:
        report = update_archive(index, sources, embedder, progress, patterns=patterns, prune=prune, stop=stop)
    show_report(report)
    if report.stopped:
        terminal.warn("stopped before the end; the same command goes on from here")
    return report


def show_report(report: Report) -> None:
    """The skipped files, and a summary line on standard output."""
    terminal.show_skipped(report.skipped)
    terminal.show(summary(report))


def as_sources(names: Sequence[str]) -> list[Path | str]:
    """Sources as they are named on the command line: addresses stay text, all else is a path."""
    return [name if is_feed(name) else Path(name) for name in names]


def summary(report: Report) -> str:
    """One line on what an update did."""
    plan = report.plan
    return (
        f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.removed)} removed, "
        f"{len(report.skipped)} skipped"
    )


def watch_shown(
    index: Path, sources: Sources, embedder: Embedder, patterns: Patterns = ALL, stop: threading.Event | None = None
) -> None:
    """Keep the index up to date until told to stop, with a summary line for each change.

    Raises:
        ArticleQAError: a source cannot be watched, or the index cannot be opened.
    """

    def show(report: Report) -> None:
        plan = report.plan
        if plan.added or plan.changed or plan.removed or report.skipped:
            show_report(report)

    watch_sources(index, sources, embedder, show, lambda error: terminal.warn(str(error)), patterns=patterns, stop=stop)
