"""What has changed in the sources, by size and time of their files; and which sources are refused."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from index.collecting import Found
from index.errors import SourceError
from index.feeds import fetch_feed
from index.files import FileRecord
from index.plan import Report, plan_files
from index.sources import SUFFIXES, Patterns, SourceFile, is_empty, is_feed, scan
from index.store import Store


def find_changes(
    store: Store,
    sources: Sequence[Path | str],
    feeds: Path,
    patterns: Patterns,
    prune: bool,
    only: Collection[Path] | None = None,
) -> list[Found]:
    """Compare each source with what the store remembers of it; feeds are fetched into the folder `feeds`.

    Args:
        store: only read.
        sources: folders, files, or addresses of feeds.
        feeds: where to keep what is fetched.
        patterns: which files to take.
        prune: take sources that have nothing left, or are no longer there, as they are.
        only: look at these files and folders of the sources, and at nothing else.

    Raises:
        SourceError: a source cannot be used.
    """
    found = []
    for source in _once_each(sources):
        if is_feed(source):
            found.append(_find_feed(store, str(source), feeds))
        elif only is None:
            found.append(_find_all(store, Path(source), patterns, prune))
        else:
            found.append(_find_below(store, Path(source), patterns, prune, only))
    if prune:
        named = {item.source for item in found}
        lost = [name for name in store.files.sources() if name not in named and _is_lost(name)]
        found += [Found(name, plan_files([], store.files.of(name))) for name in lost]
    return found


def _find_feed(store: Store, url: str, folder: Path) -> Found:
    return Found(url, plan_files([fetch_feed(url, folder)], store.files.of(url)), keeps=True)


def _find_all(store: Store, source: Path, patterns: Patterns, prune: bool) -> Found:
    name = str(source.resolve())
    files = scan(source, patterns)
    if not files:
        refuse_empty(store, source, prune)
    return Found(name, plan_files(files, store.files.of(name)))


def _find_below(store: Store, source: Path, patterns: Patterns, prune: bool, only: Collection[Path]) -> Found:
    root = source.resolve()
    mine = [path for path in only if path.is_relative_to(root)]
    if mine and is_empty(source, patterns):
        refuse_empty(store, source, prune)
    files: dict[str, SourceFile] = {}
    records: dict[str, FileRecord] = {}
    for path in mine:
        below = None if path == root else path.relative_to(root).as_posix()
        files |= {file.relative: file for file in scan(source, patterns, path if below else None)}
        records |= store.files.of(str(root), below)
    return Found(str(root), plan_files(list(files.values()), records))


def refuse_empty(store: Store, source: Path, prune: bool) -> None:
    """A source without files is a mistake, unless it had some and its articles are meant to go.

    Raises:
        SourceError: it is a mistake.
    """
    stored = len(store.files.of(str(source.resolve())))
    if stored and not prune:
        raise SourceError(
            f"{source}: all of its {stored} files are gone; if their articles are to go as well, run again with --prune"
        )
    if not stored and not os.path.exists(source):
        raise SourceError(f"{source}: there is no such folder or file")
    if not stored:
        raise SourceError(f"{source}: no articles here; files must end in {', '.join(SUFFIXES)}")


def require_apart(sources: Sequence[Path | str]) -> None:
    """Refuse a folder inside another one: each of its files would be two articles.

    Raises:
        SourceError: there is one.
    """
    folders = {Path(source).resolve() for source in sources if not is_feed(source)}
    for folder in sorted(folders):
        if outer := next((parent for parent in folder.parents if parent in folders), None):
            raise SourceError(f"{folder}: lies inside {outer}; name one of the two")


def require_articles(found: list[Found], report: Report) -> None:
    """Refuse a source none of whose files was an article.

    Raises:
        SourceError: there is one.
    """
    for item in found:
        if item.plan.read and not item.articles:
            reason = next((f"{each.path.name}: {each.reason}" for each in report.skipped), "all are known already")
            raise SourceError(f"{item.source}: none of its {item.files} files is an article ({reason})")


def _once_each(sources: Sequence[Path | str]) -> list[Path | str]:
    """Without those that are another one by another name."""
    return list({str(source) if is_feed(source) else Path(source).resolve(): source for source in sources}.values())


def _is_lost(source: str) -> bool:
    return not is_feed(source) and not Path(source).exists()
