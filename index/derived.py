"""The dense and the lexical index of an archive, kept in step with its store."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from index import dense_files
from index.chunking import contextual_text, lead_sentence
from index.dense import DenseIndex
from index.errors import ArchiveBusyError, ArchiveDamagedError
from index.lexical import LexicalIndex
from index.lexical_documents import Passage
from index.locks import derived_lock
from index.store import Store, StoredChunk

_ADDING = 2000
"""Chunks read from the store at a time while an index is brought in step."""

_LAG = 1000
"""Vectors that the FAISS index's files may lack; opening the archive adds them."""

_WAIT = 60.0
"""Seconds to wait for another process that is writing the derived indexes."""


class DerivedDense:
    """The FAISS index in memory; its files only make opening quicker."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Load what can be used of the files, and take the rest from the store. Call it inside `store.reading()`.

        `damaged` has the numbers of the files that cannot be used, and why.

        Raises:
            ArchiveDamagedError: the store lacks a vector.
        """
        self._store, self._dimension = store, store.config.dimension
        self.index = DenseIndex(self._dimension)
        self.damaged: dict[int, str] = {}
        for number in dense_files.part_numbers(folder):
            try:
                header, part = dense_files.load_part(folder, number, self._dimension)
                if not store.knows(header.sequence):
                    path = dense_files.part_path(folder, number)
                    raise ArchiveDamagedError(f"{path}: belongs to another archive")
                self.index.merge(part)
            except ArchiveDamagedError as error:
                self.damaged[number] = str(error)
        stored, held = set(store.keys.since(0)), set(self.index.keys)
        self.index.remove(list(held - stored))
        self._add(self.index, sorted(stored - held))
        self.index.sequence = store.sequence

    def refresh(self) -> bool:
        """Take in what has been published since; whether there was anything. Call it inside `store.reading()`.

        Raises:
            ArchiveDamagedError: the store lacks a vector.
        """
        sequence = self._store.sequence
        if self.index.sequence == sequence:
            return False
        index, before = self.index, self.index.sequence
        self.index = DenseIndex(self._dimension)  # should anything fail half-way, it is built anew
        index.remove(self._store.keys.removed_since(before))
        self._add(index, self._store.keys.since(before))
        index.sequence = sequence
        self.index = index
        return True

    def _add(self, index: DenseIndex, keys: list[int]) -> None:
        for part in _parts(keys):
            index.add(part, self._store.vectors.of_chunks(part, self._dimension))


class DerivedLexical:
    """The tantivy index, which is kept on disk and shared by all processes."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Open it, or make it anew where it cannot be used.

        Raises:
            ArchiveError: it cannot be made.
        """
        self._folder, self._store = folder, store
        try:
            self.index = self._open()
        except ArchiveDamagedError:
            with derived_lock(folder, _WAIT) as acquired:
                if not acquired:
                    raise ArchiveBusyError(f"{folder}: another process has been writing for a long time") from None
                try:  # another process may have made it meanwhile
                    self.index = self._open()
                except ArchiveDamagedError:
                    self.index = LexicalIndex(folder, create=True)

    def _open(self) -> LexicalIndex:
        index = LexicalIndex(self._folder)
        if not self._store.knows(index.sequence):
            raise ArchiveDamagedError(f"{self._folder}: the lexical index belongs to another archive")
        return index

    def refresh(self, wait: float = _WAIT) -> bool:
        """Take in what has been published since; whether there was anything. Call it inside `store.reading()`.

        Args:
            wait: seconds; where another process is still writing then, the index stays as it is.

        Raises:
            ArchiveWriteError: the disk refused it.
        """
        sequence, before = self._store.sequence, self.index.sequence
        if before >= sequence:
            return False
        self.index.reload()
        if self.index.sequence < sequence:
            with derived_lock(self._folder, wait) as acquired:
                if acquired:
                    self._catch_up(sequence)
        return self.index.sequence != before

    def _catch_up(self, sequence: int) -> None:
        self.index.reload()
        before = self.index.sequence
        if before < sequence:
            passages = (_passage(stored) for keys in _parts(self._store.keys.since(before))
                        for stored in self._store.chunks(keys).values())  # fmt: skip
            count = self._store.chunk_count()
            self.index.update(sequence, self._store.keys.removed_since(before), passages, count)


def write_dense(folder: Path, store: Store, damaged: Iterable[int] = (), wait: float = _WAIT) -> None:
    """Write those of the FAISS index's files anew that need it, so that none holds a vector of what is removed.

    Args:
        folder: the archive's.
        store: its store, outside `reading()`: the state must be one that no other process writes after this one.
        damaged: numbers of files that are known to be of no use.
        wait: seconds; where another process is still writing then, nothing is written.

    Raises:
        ArchiveError: the disk refused it, or the store lacks a vector.
    """
    with derived_lock(folder, wait) as acquired, store.reading():
        if not acquired:
            return
        dense_files.remove_leftovers(folder)
        sequence, last, dimension = store.sequence, store.keys.last(), store.config.dimension
        for number in sorted({*damaged, *_outdated(folder, store, last)}):
            first, end = dense_files.stretch(number)
            keys = store.keys.between(first, end)
            part = DenseIndex(dimension)
            part.add(keys, store.vectors.of_chunks(keys, dimension))
            dense_files.save_part(folder, number, part, sequence, min(last, end))


def _outdated(folder: Path, store: Store, last: int) -> Iterator[int]:
    """The files that hold vectors of passages that are gone, or that cannot be used; and, if opening the archive
    would have to add many vectors, those that lack some.
    """
    lacking, missing = [], 0
    for number in range(dense_files.part_of(last) + 1):
        first, end = dense_files.stretch(number)
        try:
            header = dense_files.read_header(folder, number)
        except ArchiveDamagedError:
            yield number
            continue
        if not store.knows(header.sequence) or store.keys.any_removed(first, header.last, header.sequence):
            yield number
        elif header.last < min(last, end):
            lacking.append(number)
            missing += min(last, end) - header.last
    if missing > _LAG:
        yield from lacking


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _ADDING):
        yield keys[start : start + _ADDING]


def _passage(stored: StoredChunk) -> Passage:
    article = stored.article
    days = (article.date.first.toordinal(), article.date.last.toordinal()) if article.date else (0, 0)
    text = contextual_text(article, stored.chunk, lead_sentence(article))
    return Passage(stored.key, article.language, text, *days, stored.source)
