"""The changed files of the sources, read into batches of changes to publish."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.batches import Batch, NewArticle, article_digest
from index.errors import ArticleError, UnreadableError
from index.files import UNFINISHED, FileRecord
from index.loading import file_digest, load_articles
from index.plan import FilePlan, Plan, Report, Skipped
from index.records import Article
from index.sources import SourceFile
from index.store import Store

_SMALLEST, _LARGEST = 40_000, 1_000_000
"""Characters of articles published together: so many that a batch takes seconds, whatever the model's speed."""

_SECONDS = (1.0, 4.0)
"""A batch that took less is followed by a larger one, one that took more by a smaller one."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's time tells a later change apart; some file systems count in whole seconds."""

_LISTED_PROBLEMS = 100
"""Problems remembered of one file; a file of a million bad lines needs no more."""


@dataclass(slots=True)
class Found:
    """What was found in one source. A source that `keeps` articles (a feed) does not lose those it no longer lists."""

    source: str
    plan: FilePlan
    keeps: bool = False
    articles: int = 0

    @property
    def files(self) -> int:
        """How many files there are."""
        return len(self.plan.read) + len(self.plan.same)


@dataclass(slots=True)
class _Changes:
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    def plan(self) -> Plan:
        return Plan(*(tuple(sorted(ids)) for ids in (self.added, self.changed, self.removed, self.unchanged)))


class Collector:
    """Reads what changed and hands it on in batches; a file's record goes with the last of its articles."""

    def __init__(
        self,
        store: Store,
        prepare: Callable[[Article, str], NewArticle],
        publish: Callable[[Batch], int],
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        """Compare with a store.

        Args:
            store: only read.
            prepare: makes an article of a file (by its id) ready to be published.
            publish: applies a batch, and returns how many passages it embedded.
            progress: called with (articles done, articles in all).
            stop: asked after each article; what has gathered is still published.
        """
        self._store, self._prepare, self._publish = store, prepare, publish
        self._progress = progress or (lambda done, total: None)
        self._stop = stop or (lambda: False)
        self._changes, self._batch = _Changes(), Batch()
        self._skipped: list[Skipped] = []
        self._ids: set[str] = set()
        self._size, self._filled = _SMALLEST, 0
        self._done = self._total = self._embedded = 0
        self._stopped = False

    def collect(self, found: list[Found]) -> Report:
        """Go through all sources. Removals come first, so that what is deleted is gone without waiting for the rest."""
        for item in found:
            self._note(item)
        self._total = sum(_articles_in(file) for item in found for file, _ in item.plan.read)
        self._progress(0, self._total)
        for item in found:
            for file, record in item.plan.read:
                if not self._stopped:
                    self._look(file, record, item)
                    self._stopped = self._stop()
        self._flush()
        return Report(self._changes.plan(), tuple(self._skipped), self._embedded, self._stopped)

    def _note(self, item: Found) -> None:
        """What needs no reading: the files that are gone, and those that are as they were."""
        self._batch.gone += [record.id for record in item.plan.gone]
        self._changes.removed += self._store.files.article_ids(record.id for record in item.plan.gone)
        unchanged = self._store.files.article_ids(record.id for _, record in item.plan.same)
        self._changes.unchanged += unchanged
        item.articles += len(unchanged)
        self._skipped += [Skipped(file.path, reason) for file, record in item.plan.same for reason in record.problems]

    def _look(self, file: SourceFile, record: FileRecord | None, item: Found) -> None:
        """Read a file, unless its digest tells that only its time has changed."""
        file_id = record.id if record else self._store.files.free_id(file.source, file.relative, self._ids)
        self._ids.add(file_id)
        reading = _Reading(file, file_id, self._store.files.articles(file_id), keeps=item.keeps)
        try:
            reading.digest = file_digest(file.path)
            if record and reading.digest == record.digest:
                reading.keeps, reading.problems = True, list(record.problems)
                self._done += max(1, len(reading.known))
            else:
                for outcome in load_articles(file.path, file_id):
                    self._take(outcome, reading)
                    if self._stop():
                        self._batch.files.append(reading.record(finished=False))
                        return
        except ArticleError as error:  # what is stored of the file is kept
            reading.keeps, reading.problems = True, [str(error)]
            if isinstance(error, UnreadableError):
                reading.digest = None  # the next update tries again
            self._done += 1
        self._finish(reading, item)

    def _take(self, outcome: Article | ArticleError, reading: "_Reading") -> None:
        """One article, or the reason why something is none."""
        self._done += 1
        if isinstance(outcome, ArticleError):
            reading.problems.append(str(outcome))
            return
        if problem := self._clash(outcome.id, reading):
            reading.problems.append(problem)
            return
        reading.seen.add(outcome.id)
        before = reading.known.get(outcome.id)
        if before == article_digest(outcome):
            self._changes.unchanged.append(outcome.id)
            return
        (self._changes.added if before is None else self._changes.changed).append(outcome.id)
        self._batch.articles.append(self._prepare(outcome, reading.file_id))
        self._filled += len(outcome.text)
        if self._filled >= self._size:
            self._batch.files.append(reading.record(finished=False))
            self._flush()

    def _clash(self, article_id: str, reading: "_Reading") -> str | None:
        if article_id in reading.seen:
            return f"the id {article_id} occurs twice"
        if article_id not in reading.known and (holder := self._store.files.holder(article_id)):
            return f"the id {article_id} is that of an article in {holder}"
        return None

    def _finish(self, reading: "_Reading", item: Found) -> None:
        """Note what became of the articles that the file held before, and remember the file.

        One of which nothing could be read keeps what is stored of it.
        """
        reading.keeps |= bool(reading.problems) and not reading.seen
        left = [article_id for article_id in reading.known if article_id not in reading.seen]
        if reading.keeps:
            self._changes.unchanged += left
        else:
            self._changes.removed += left
            self._batch.removed += left
        item.articles += len(reading.seen) + (len(left) if reading.keeps else 0)
        self._batch.files.append(reading.record(finished=True))
        self._skipped += [Skipped(reading.file.path, reason) for reason in reading.listed_problems()]

    def _flush(self) -> None:
        """Publish what has gathered, and fit the next batch to the time it took."""
        started = time.monotonic()
        self._embedded += self._publish(self._batch)
        seconds = time.monotonic() - started
        if self._filled and seconds < _SECONDS[0]:
            self._size = min(_LARGEST, 2 * self._size)
        elif seconds > _SECONDS[1]:
            self._size = max(_SMALLEST, self._size // 2)
        self._batch, self._filled = Batch(), 0
        self._progress(self._done, max(self._done, self._total))


@dataclass(slots=True)
class _Reading:
    """One file while it is read: the articles known of it before (id -> digest), and those seen now."""

    file: SourceFile
    file_id: str
    known: dict[str, bytes]
    keeps: bool
    seen: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    digest: bytes | None = None

    def listed_problems(self) -> list[str]:
        more = len(self.problems) - _LISTED_PROBLEMS
        return self.problems if more <= 0 else [*self.problems[:_LISTED_PROBLEMS], f"and {more:,} more problems"]

    def record(self, *, finished: bool) -> FileRecord:
        """What to remember; a file that was not read to its end, or was written to just now, is looked at again."""
        record = FileRecord(self.file_id, self.file.source, self.file.relative, UNFINISHED, UNFINISHED, None)
        if not finished or self.digest is None:
            return record
        record = replace(record, digest=self.digest, problems=tuple(self.listed_problems()))
        return replace(record, size=self.file.size, modified=self.file.modified) if _is_settled(self.file) else record


def _is_settled(file: SourceFile) -> bool:
    """Whether the file's size and time will tell a later change from what has been read."""
    try:
        status = file.path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (file.size, file.modified) and (
        time.time_ns() - file.modified > _SETTLED
    )


def _articles_in(file: SourceFile) -> int:
    """How many articles a file may hold, for the progress shown."""
    if file.path.suffix.lower() != ".jsonl":
        return 1
    try:
        with file.path.open("rb") as lines:
            return sum(block.count(b"\n") for block in iter(lambda: lines.read(1 << 20), b"")) or 1
    except OSError:
        return 1
