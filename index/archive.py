"""The archive: the store, and the dense and lexical indexes derived from it, kept in step."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index.concepts import Concept
from index.config import IndexConfig
from index.derived import DerivedDense, DerivedLexical, write_dense
from index.errors import ArchiveWriteError
from index.limits import EVERYTHING, Limits
from index.records import LANGUAGES
from index.spelling import corrected
from index.store import Store
from index.vectors import Vectors


class Archive:
    """An index folder, open for searching. Safe to use from several threads."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Use `Archive.open` or `Archive.create`."""
        self.folder = folder
        self.store = store
        self.config = store.config
        self._lock = threading.RLock()
        self._lexical = DerivedLexical(folder, store)
        with store.reading():
            self._dense = DerivedDense(folder, store)
            self._lexical.refresh()
        if self._dense.damaged:
            with suppress(ArchiveWriteError):  # searching works without the files
                write_dense(folder, store, self._dense.damaged, wait=0)

    @classmethod
    def open(cls, folder: Path | str) -> "Archive":
        """Open an existing index; derived files that are missing, torn or stale are made again from the store.

        Raises:
            ArchiveError: there is no index, or its database cannot be used.
        """
        return cls._over(Store(Path(folder)), Path(folder))

    @classmethod
    def create(cls, folder: Path | str, config: IndexConfig) -> "Archive":
        """Open the index in a folder, or begin one with these settings.

        Raises:
            ArchiveWriteError: the folder cannot be made.
            ArchiveError: what is there cannot be used.
        """
        return cls._over(create_store(Path(folder), config), Path(folder))

    @classmethod
    def _over(cls, store: Store, folder: Path) -> "Archive":
        try:
            return cls(folder, store)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Release the files."""
        self.store.close()

    # -- searching

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent state of the archive for everything inside, brought up to date first."""
        with self._lock, self.store.reading():
            self.refresh()
            yield

    def search_dense(self, query: Vectors, k: int, limits: Limits = EVERYTHING) -> list[tuple[int, float]]:
        """The nearest chunks of a query vector (1, dimension) within the limits: (key, cosine), best first."""
        return self._dense.index.search(query, k, self.store.keys_within(limits) if limits else None)

    def cosines(self, query: Vectors, keys: Sequence[int]) -> list[float]:
        """The cosines of a query vector (1, dimension) with these chunks."""
        return self._dense.index.scores(query, keys)

    def sentence_cosines(self, query: Vectors, keys: Sequence[int]) -> dict[int, list[float]]:
        """Key -> the cosines of a query vector (1, dimension) with each of the chunk's sentences, in their order."""
        found = self.store.vectors.of_sentences(keys, self.config.dimension)
        return {key: [float(value) for value in vectors @ query[0]] for key, vectors in found.items()}

    def search_lexical(
        self, concepts: Sequence[Concept], k: int, limits: Limits = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The best chunks of each language within the limits by their words: (key, BM25), k a language, best first."""
        found = [hit for language in LANGUAGES for hit in self._lexical.index.search(concepts, language, k, limits)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def rarity(self, concepts: Sequence[Concept]) -> list[float]:
        """How rare each concept is in the archive (inverse document frequency, in nats)."""
        return self._lexical.index.rarity(concepts)

    def corrected(self, question: str, language: str) -> str:
        """A question without its typing errors, as far as the articles and the dictionaries tell."""
        return corrected(question, language, self._lexical.index.count)

    # -- staying in step

    def refresh(self) -> bool:
        """Take in what has been published since, by this or another process; whether there was anything.

        While another process is at the lexical index, or where the disk refuses to write it, it stays as it is:
        what it finds that is gone from the store is not shown, and what is new is found by the dense index.
        """
        with self._lock, self.store.reading():
            moved = self._dense.refresh()
            with suppress(ArchiveWriteError):
                moved |= self._lexical.refresh(wait=0)
            return moved

    def check(self) -> list[str]:
        """What is wrong with the archive, one line each; empty when all is well."""
        from index.verify import check_store, compare_keys

        with self.reading():
            self._lexical.refresh()  # waits for a writer that is at it
            problems = check_store(self.store)
            for name, index in (("dense", self._dense.index), ("lexical", self._lexical.index)):
                problems += compare_keys(name, index, self.store)
            return problems


def create_store(folder: Path, config: IndexConfig) -> Store:
    """Open the store in a folder, or begin one with these settings.

    Raises:
        ArchiveWriteError: the folder cannot be made.
        ArchiveError: what is there cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveWriteError(f"{folder}: cannot be made ({error.strerror})") from error
    return Store(folder, config)
