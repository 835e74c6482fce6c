"""Articles that visitors add: checked, kept in the archive's folder, and indexed."""

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.archive import Archive
from index.embedding import Embedder
from index.errors import ArchiveBusyError, ArchiveWriteError, ArticleError, ArticleQAError
from index.loading import load_articles
from index.plan import Report
from index.records import Article
from index.sources import SUFFIXES, is_feed
from index.update import update_archive
from ui.chat import report_fault
from ui.escaping import safe
from ui.render import one_line
from ui.texts import say, say_reason

FOLDER = "uploads"

MOST_FILES = 20
MAX_BYTES = 20_000_000
"""Size of the largest file that is taken."""

Progress = Callable[[int, int], None]

_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not taken, by the name the visitor knows it by, and why."""

    name: str
    reason: str


class Uploads:
    """Adds articles to one archive, from visitors and from the folders it was made of."""

    def __init__(self, archive: Archive, embedder: Embedder) -> None:
        """Add to an archive, with the model that it was built with; the files are kept in its folder, in `uploads`."""
        self._archive = archive
        self._folder = archive.folder / FOLDER
        self._embedder = embedder

    def add(self, files: Sequence[str], language: str, progress: Progress) -> str:
        """Take files in; HTML that tells what became of them. What goes wrong is told in it, too."""
        if not files:
            return _lines([say(language, "nothing_chosen")])
        if len(files) > MOST_FILES:
            return _lines([say(language, "too_many", most=MOST_FILES)])
        left_out = [item for file in files if (item := self._keep(Path(file), language))]
        sources = [self._folder] if len(left_out) < len(files) else []
        return self._update(sources, left_out, language, progress)

    def rebuild(self, language: str, progress: Progress) -> str:
        """Read all folders again; HTML that tells what changed."""
        sources = [Path(source) for source in self._archive.store.files.sources() if not is_feed(source)]
        return self._update(sources, [], language, progress)

    def _keep(self, file: Path, language: str) -> LeftOut | None:
        """Copy a file under a name of ours: its own, made harmless, and a digest, so that none replaces another."""
        name = file.name
        suffix = file.suffix.lower()
        if suffix not in SUFFIXES:
            return LeftOut(name, say(language, "not_an_article_file", suffixes=", ".join(SUFFIXES)))
        if file.stat().st_size > MAX_BYTES:
            return LeftOut(name, say(language, "too_large", megabytes=MAX_BYTES // 1_000_000))
        try:
            if not any(isinstance(item, Article) for item in load_articles(file, name)):
                raise ArticleError("no article in it")
        except ArticleError as error:
            return LeftOut(name, str(error))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
        stem = _NAME.sub("_", one_line(file.stem)).strip("._")[:60] or "article"
        try:
            self._folder.mkdir(exist_ok=True)
            shutil.copyfile(file, self._folder / f"{stem}-{digest}{suffix}")
        except OSError as error:
            raise ArchiveWriteError(f"the files cannot be kept ({error.strerror})") from error
        return None

    def _update(self, sources: Sequence[Path], left_out: list[LeftOut], language: str, progress: Progress) -> str:
        lines = []
        try:
            present = [source for source in sources if source.exists()]
            if present:
                report = update_archive(self._archive.folder, present, self._embedder, progress)
                left_out += [LeftOut(item.path.name, item.reason) for item in report.skipped]
                lines.append(_summary(report, len(left_out), language))
        except ArchiveBusyError:
            lines.append(say(language, "being_changed"))
        except ArticleQAError:  # its text may name folders of this machine
            lines.append(report_fault(language))
        return _lines([*lines, *(_told(item, language) for item in left_out)])


def _summary(report: Report, skipped: int, language: str) -> str:
    plan = report.plan
    return say(
        language,
        "added",
        added=len(plan.added),
        changed=len(plan.changed),
        removed=len(plan.removed),
        skipped=skipped,
    )


def _told(item: LeftOut, language: str) -> str:
    return say(language, "left_out", name=one_line(item.name), reason=say_reason(language, item.reason))


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"<p>{safe(line)}</p>" for line in lines)
