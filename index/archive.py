"""The archive: the store, and the dense and lexical indexes derived from it, kept in step."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.chunking import contextual_text, lead_sentence
from index.concepts import Concept
from index.config import IndexConfig
from index.dates import DateRange
from index.dense import DenseIndex
from index.errors import ArchiveBusyError, ArchiveDamagedError, ArchiveWriteError
from index.lexical import LexicalIndex, Passage
from index.records import LANGUAGES
from index.store import Store, StoredChunk, Vectors

_ADDING = 2000
"""Chunks read from the store at a time while a derived index is brought in step."""

_SAVE_SHARE = 0.1
"""The FAISS file is written anew when it misses more than this share of the chunks; up to then, opening adds them."""

_LEXICAL_WAIT = 60.0
"""Seconds to wait for another process that is bringing the lexical index in step."""


class Archive:
    """An index folder, open for searching. Safe to use from several threads."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Use `Archive.open` or `Archive.create`."""
        self.folder = folder
        self.store = store
        self.config = store.config
        self._lock = threading.RLock()
        self._dense, self._saved = self._load_dense()
        self._lexical = self._load_lexical()
        self.refresh()

    @classmethod
    def open(cls, folder: Path | str) -> "Archive":
        """Open an existing index; derived files that are missing, torn or stale are made again from the store.

        Raises:
            ArchiveError: there is no index, or its database cannot be used.
        """
        return cls(Path(folder), Store(Path(folder)))

    @classmethod
    def create(cls, folder: Path | str, config: IndexConfig) -> "Archive":
        """Open the index in a folder, or begin one with these settings.

        Raises:
            ArchiveWriteError: the folder cannot be made.
            ArchiveError: what is there cannot be used.
        """
        path = Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveWriteError(f"{path}: cannot be made ({error.strerror})") from error
        return cls(path, Store(path, config))

    def close(self) -> None:
        """Release the files."""
        self.store.close()

    # -- searching

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent state of the archive for everything inside, brought up to date first."""
        with self._lock:
            self.refresh()
            with self.store.reading():
                yield

    def search_dense(self, query: Vectors, k: int, days: DateRange | None = None) -> list[tuple[int, float]]:
        """The nearest chunks of a query vector (1, dimension): (key, cosine), best first."""
        return self._dense.search(query, k, self.store.keys_within(days) if days else None)

    def cosines(self, query: Vectors, keys: Sequence[int]) -> list[float]:
        """The cosines of a query vector (1, dimension) with these chunks."""
        return self._dense.scores(query, keys)

    def search_lexical(
        self, concepts: Sequence[Concept], k: int, days: DateRange | None = None
    ) -> list[tuple[int, float]]:
        """The best chunks of each language by their words: (key, BM25), k a language, best first."""
        found = [hit for language in LANGUAGES for hit in self._lexical.search(concepts, language, k, days)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def rarity(self, concepts: Sequence[Concept]) -> list[float]:
        """How rare each concept is in the archive (inverse document frequency, in nats)."""
        return self._lexical.rarity(concepts)

    # -- staying in step

    def refresh(self) -> bool:
        """Take in what has been published since, by this or another process; whether there was anything."""
        with self._lock:
            sequence = self.store.sequence
            moved = self._dense.sequence != sequence
            if moved:
                self._update_dense(sequence)
            if self._lexical.sequence != sequence:
                moved = True
                self._lexical.reload()
                if self._lexical.sequence < sequence:
                    self._update_lexical()
            return moved

    def save(self) -> None:
        """Write the derived files so that the next opening is quick."""
        with self._lock:
            missing = len(self._dense) - self._saved
            if self._saved < 0 or abs(missing) > _SAVE_SHARE * len(self._dense):
                self._dense.save(self.folder)
                self._saved = len(self._dense)

    def check(self) -> list[str]:
        """What is wrong with the archive, one line each; empty when all is well."""
        with self.reading():
            problems = self.store.check()
            expected = self.store.keys_since(0)
            for name, index in (("dense", self._dense), ("lexical", self._lexical)):
                if sorted(index.keys) != expected:
                    problems.append(f"the {name} index is not in step with the database")
            return problems

    def _load_dense(self) -> tuple[DenseIndex, int]:
        try:
            index = DenseIndex.load(self.folder, self.config.dimension)
        except ArchiveDamagedError:
            return DenseIndex(self.config.dimension), -1
        return index, len(index)

    def _load_lexical(self) -> LexicalIndex:
        try:
            return LexicalIndex(self.folder)
        except ArchiveDamagedError:
            with self._lexical_lock():
                try:  # another process may have made it meanwhile
                    return LexicalIndex(self.folder)
                except ArchiveDamagedError:
                    return LexicalIndex(self.folder, create=True)

    def _update_dense(self, sequence: int) -> None:
        removed = self.store.removed_since(self._dense.sequence)
        added = self.store.keys_since(self._dense.sequence)
        self._dense.update(self._dense.sequence, removed, [], self.store.vectors([]))
        for start in range(0, len(added), _ADDING):
            keys = added[start : start + _ADDING]
            self._dense.update(self._dense.sequence, [], keys, self.store.vectors(keys))
        self._dense.sequence = sequence

    def _update_lexical(self) -> None:
        with self._lexical_lock(), self.store.reading():
            self._lexical.reload()
            before, sequence = self._lexical.sequence, self.store.sequence
            if before < sequence:
                passages = self._passages(self.store.keys_since(before))
                self._lexical.update(sequence, self.store.removed_since(before), passages)

    def _passages(self, keys: list[int]) -> Iterator[Passage]:
        for start in range(0, len(keys), _ADDING):
            for stored in self.store.chunks(keys[start : start + _ADDING]).values():
                yield _passage(stored)

    @contextmanager
    def _lexical_lock(self) -> Iterator[None]:
        try:
            with FileLock(self.folder / "lexical.lock", timeout=_LEXICAL_WAIT):
                yield
        except Timeout as error:
            raise ArchiveBusyError(f"{self.folder}: another process has been writing for a long time") from error
        except OSError as error:
            raise ArchiveWriteError(f"{self.folder}: cannot be written ({error.strerror})") from error


def _passage(stored: StoredChunk) -> Passage:
    article = stored.article
    days = (article.date.first.toordinal(), article.date.last.toordinal()) if article.date else (0, 0)
    text = contextual_text(article, stored.chunk, lead_sentence(article))
    return Passage(stored.key, article.language, text, *days)
