"""Bringing an archive up to date with its sources: what has changed is read, embedded and published in batches."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from index.archive import create_store
from index.batches import Batch, NewArticle
from index.chunking import chunk_article, content_of, contextual_text, lead_sentence
from index.collecting import Collector
from index.config import IndexConfig
from index.derived import DerivedLexical, write_dense
from index.embedding import Embedder, embed_chunks, require_same_model
from index.errors import ArchiveMissingError
from index.finding import find_changes, refuse_empty, require_apart, require_articles
from index.locks import writer_lock
from index.plan import Plan as Plan
from index.plan import Report
from index.plan import Skipped as Skipped
from index.records import Article
from index.sources import ALL, Patterns, is_empty, is_feed
from index.store import Store

_EMBEDDED = 64
"""Passages embedded, and their vectors kept, in one go."""

Progress = Callable[[int, int], None]
"""Called with (articles done, articles in all)."""

Stop = Callable[[], bool]
"""Asked between batches whether to stop."""


def update_archive(
    folder: Path,
    sources: Sequence[Path | str],
    embedder: Embedder,
    progress: Progress | None = None,
    *,
    patterns: Patterns = ALL,
    prune: bool = False,
    stop: Stop | None = None,
) -> Report:
    """Make the archive hold exactly the articles that its sources hold now; other sources' articles stay.

    A file that cannot be read is skipped with its reason, and what is stored of it is kept. What an address of a
    feed no longer lists is kept.

    Args:
        folder: the archive's; made where there is none.
        sources: folders, files, or addresses of feeds.
        embedder: the model that the archive was built with.
        progress: called with (articles done, articles in all).
        patterns: which files of the folders to take; the others count as not there.
        prune: also remove the articles of sources that have nothing left, or are no longer there.
        stop: asked between batches; what has been published by then stays.

    Raises:
        SourceError: a source is missing, or none of its files is an article, or (without `prune`) all of them are gone.
        ModelMismatchError: the index was built with another model.
        ArchiveBusyError: another process is updating it.
        ArchiveError: the index folder cannot be used.
    """
    require_apart(sources)
    with closing(Updater(folder, embedder)) as updater:
        return updater.update(sources, progress, patterns=patterns, prune=prune, stop=stop)


def check_sources(
    folder: Path, sources: Sequence[Path | str], *, patterns: Patterns = ALL, prune: bool = False
) -> None:
    """Refuse what `update_archive` would refuse before reading any file; quick enough to do before loading a model.

    Raises:
        SourceError, ArchiveError: as `update_archive` would.
    """
    require_apart(sources)
    with tempfile.TemporaryDirectory() as temporary, _store_or_empty(folder, Path(temporary)) as store:
        for source in (Path(source) for source in sources if not is_feed(source)):
            if is_empty(source, patterns):
                refuse_empty(store, source, prune)


def plan_update(
    folder: Path, sources: Sequence[Path | str], *, patterns: Patterns = ALL, prune: bool = False
) -> Report:
    """What `update_archive` would do. Nothing is written, and no model is needed.

    Raises:
        SourceError, ArchiveError: as `update_archive` would.
    """
    require_apart(sources)
    with tempfile.TemporaryDirectory() as temporary, _store_or_empty(folder, Path(temporary)) as store:
        found = find_changes(store, sources, Path(temporary), patterns, prune)
        return Collector(store, lambda article, file_id: NewArticle(article, file_id, ()), lambda batch: 0).collect(
            found
        )


class Updater:
    """Updates one archive, again and again; what it holds open makes the next update quick."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Open the archive, or begin one.

        Raises:
            ModelMismatchError: it was built with another model.
            ArchiveError: it cannot be used.
        """
        self._folder, self._embedder = folder, embedder
        self._store = create_store(folder, IndexConfig(embedder.name, embedder.dimension))
        self._lexical: DerivedLexical | None = None
        try:
            self._config = self._store.config
            require_same_model(self._config.model, embedder)
        except BaseException:
            self._store.close()
            raise

    def close(self) -> None:
        """Release the files."""
        self._store.close()

    def update(
        self,
        sources: Sequence[Path | str],
        progress: Progress | None = None,
        *,
        patterns: Patterns = ALL,
        prune: bool = False,
        stop: Stop | None = None,
        only: Collection[Path] | None = None,
    ) -> Report:
        """As `update_archive`; with `only`, look at these files and folders of the sources and at nothing else."""
        with writer_lock(self._folder):
            before, cut_short = self._store.sequence, self._store.vectors.untidy
            found = find_changes(self._store, sources, self._folder / "feeds", patterns, prune, only)
            report = Collector(self._store, self._prepare, self._publish, progress, stop).collect(found)
            if not report.stopped:
                self._store.tidy(None if cut_short else before)
            self._derive()
            write_dense(self._folder, self._store)
        if only is None and not report.stopped:
            require_articles(found, report)
        return report

    def _prepare(self, article: Article, file_id: str) -> NewArticle:
        lead = lead_sentence(article)
        chunks = chunk_article(article, self._config.chunk_characters)
        return NewArticle(article, file_id, tuple((chunk, contextual_text(article, chunk, lead)) for chunk in chunks))

    def _publish(self, batch: Batch) -> int:
        embedded = _embed(self._store, batch.articles, self._embedder)
        self._store.publish(batch)
        self._derive()
        return embedded

    def _derive(self) -> None:
        """Bring the lexical index in step; readers bring their dense index in step themselves."""
        self._lexical = self._lexical or DerivedLexical(self._folder, self._store)
        with self._store.reading():
            self._lexical.refresh()


def _embed(store: Store, new: list[NewArticle], embedder: Embedder) -> int:
    """Embed the passages that no vector is stored for; how many those were."""
    passages = {content_of(chunk, text): (chunk, text) for item in new for chunk, text in item.chunks}
    missing = sorted(store.vectors.missing(passages), key=lambda content: (len(passages[content][1]), content))
    for start in range(0, len(missing), _EMBEDDED):
        part = missing[start : start + _EMBEDDED]
        store.vectors.add(part, embed_chunks(embedder, [passages[content] for content in part]))
    return len(missing)


@contextmanager
def _store_or_empty(folder: Path, temporary: Path) -> Iterator[Store]:
    try:
        store = Store(folder)
    except ArchiveMissingError:
        store = Store(temporary, IndexConfig("", 0))
    with closing(store):
        yield store
