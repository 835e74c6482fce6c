"""Bringing an archive up to date with its sources: plan what changes, then apply it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from index.archive import Archive
from index.chunking import chunk_article, contextual_text, lead_sentence
from index.config import IndexConfig
from index.embedding import Embedder, require_same_model
from index.errors import ArchiveBusyError, ArticleError, SourceError
from index.loading import find_files, load_articles
from index.records import Article
from index.store import NewArticle, Store, article_digest, content_digest

_PUBLISHED = 500
"""Articles published in one transaction."""

_EMBEDDED = 64
"""Passages embedded, and their vectors kept, in one go."""

_Item = TypeVar("_Item")

Progress = Callable[[int, int], None]
"""Called with (articles done, articles in all)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an update will do, by article id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an update did."""

    plan: Plan
    skipped: tuple[Skipped, ...]
    embedded: int


@dataclass(slots=True)
class _Loaded:
    """The articles of all sources, with the source of each, and the files left out."""

    articles: dict[str, tuple[Article, str]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def make_plan(stored: Mapping[str, bytes], found: Mapping[str, bytes]) -> Plan:
    """Compare what is stored with what was found, both as article id -> digest."""
    return Plan(
        added=tuple(sorted(found.keys() - stored.keys())),
        changed=tuple(sorted(key for key in found.keys() & stored.keys() if found[key] != stored[key])),
        removed=tuple(sorted(stored.keys() - found.keys())),
        unchanged=tuple(sorted(key for key in found.keys() & stored.keys() if found[key] == stored[key])),
    )


def update_archive(
    folder: Path, sources: Iterable[Path], embedder: Embedder, progress: Progress | None = None
) -> Report:
    """Make the archive hold exactly the articles that its sources hold now; other sources' articles stay.

    A file that cannot be read is skipped with its reason, and what is stored of it is kept.

    Raises:
        SourceError: a source is missing, or none of its files is an article.
        ModelMismatchError: the index was built with another model.
        ArchiveBusyError: another process is updating it.
        ArchiveError: the index folder cannot be used.
    """
    loaded = _load(list(sources))
    config = IndexConfig(embedder.name, embedder.dimension)
    archive = Archive.create(folder, config)
    try:
        with _writer_lock(folder):
            require_same_model(archive.config.model, embedder)
            report = _apply(archive, loaded, embedder, progress or (lambda done, total: None))
            archive.refresh()
            archive.save()
            return report
    finally:
        archive.close()


def _load(sources: list[Path]) -> _Loaded:
    loaded = _Loaded()
    for source in sources:
        name = str(source.resolve())
        root = source.parent if source.is_file() else source
        before = len(loaded.articles)
        files = find_files(source)
        for path in files:
            article_id = path.relative_to(root).as_posix()
            try:
                for article in load_articles(path, article_id):
                    loaded.articles[article.id] = (article, name)
            except ArticleError as error:
                loaded.skipped.append(Skipped(path, str(error).removeprefix(f"{path}: ")))
                loaded.unread.add(article_id)
        if len(loaded.articles) == before:
            raise SourceError(f"{source}: none of its {len(files)} files is an article ({_first(loaded.skipped)})")
    return loaded


def _first(skipped: list[Skipped]) -> str:
    return f"{skipped[0].path.name}: {skipped[0].reason}" if skipped else "all of them are known already"


def _apply(archive: Archive, loaded: _Loaded, embedder: Embedder, progress: Progress) -> Report:
    store = archive.store
    sources = {source for _, source in loaded.articles.values()}
    stored = {key: digest for source in sources for key, digest in store.digests(source).items()}
    kept = {key: digest for key, digest in stored.items() if key in loaded.unread}
    found = {key: article_digest(article) for key, (article, _) in loaded.articles.items()}
    plan = make_plan(stored, {**kept, **found})
    work = [loaded.articles[key] for key in (*plan.added, *plan.changed)]
    removed, embedded = plan.removed, 0
    progress(0, len(work))
    for batch in _batches(work, _PUBLISHED):
        new = [_chunked(article, source, archive.config.chunk_characters) for article, source in batch]
        embedded += _embed(store, new, embedder)
        store.publish(new, removed)
        removed = ()
        archive.refresh()
        progress(len(batch), len(work))
    if removed:
        store.publish([], removed)
    if plan.changed or plan.removed:
        store.forget_unused_vectors()
    return Report(plan, tuple(loaded.skipped), embedded)


def _chunked(article: Article, source: str, limit: int) -> NewArticle:
    lead = lead_sentence(article)
    chunks = chunk_article(article, limit)
    return NewArticle(article, source, tuple((chunk, contextual_text(article, chunk, lead)) for chunk in chunks))


def _embed(store: Store, new: list[NewArticle], embedder: Embedder) -> int:
    """Embed the passages that no vector is stored for; how many those were."""
    texts = {content_digest(text): text for item in new for _, text in item.chunks}
    missing = sorted(store.without_vector(texts), key=lambda content: len(texts[content]))
    for batch in _batches(missing, _EMBEDDED):
        store.add_vectors(batch, embedder.documents([texts[content] for content in batch]))
    return len(missing)


def _batches(items: list[_Item], size: int) -> Iterator[list[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _writer_lock(folder: Path) -> FileLock:
    lock = FileLock(folder / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ArchiveBusyError(f"{folder}: another process is updating this index; try again later") from error
    return lock
