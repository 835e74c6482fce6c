"""The dense and the lexical index of an archive, kept in step with its store."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from index.chunking import contextual_text, lead_sentence
from index.dense import DenseIndex, read_header
from index.errors import ArchiveBusyError, ArchiveDamagedError
from index.lexical import LexicalIndex, Passage
from index.locks import derived_lock
from index.store import Store, StoredChunk

_ADDING = 2000
"""Chunks read from the store at a time while an index is brought in step."""

_SAVE_SHARE = 0.1
"""The FAISS file is written anew when it misses more than this share of the chunks; up to then, opening adds them."""

_WAIT = 60.0
"""Seconds to wait for another process that is writing the derived indexes."""


class DerivedDense:
    """The FAISS index in memory; its file only makes opening quicker."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Load the file, or begin an empty index where it cannot be used."""
        self._folder, self._store = folder, store
        self._dimension = store.config.dimension
        try:
            self.index = DenseIndex.load(folder, self._dimension)
            self.sound = store.knows(self.index.sequence)
        except ArchiveDamagedError:
            self.sound = False
        if not self.sound:
            self.index = DenseIndex(self._dimension)

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
        index.remove(self._store.removed_since(before))
        for keys in _parts(self._store.keys_since(before)):
            index.add(keys, self._store.vectors.of_chunks(keys, self._dimension))
        index.sequence = sequence
        self.index = index
        return True

    def save(self) -> None:
        """Write the file, unless another process is writing.

        Raises:
            ArchiveWriteError: the disk refused it.
        """
        with derived_lock(self._folder, 0) as acquired:
            if acquired:
                self.index.save(self._folder)


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
            passages = (_passage(stored) for keys in _parts(self._store.keys_since(before))
                        for stored in self._store.chunks(keys).values())  # fmt: skip
            count = self._store.chunk_count()
            self.index.update(sequence, self._store.removed_since(before), passages, count)


def save_dense_if_behind(folder: Path, store: Store) -> None:
    """Write the FAISS file anew if opening the archive would have to add many vectors to it.

    Raises:
        ArchiveError: the disk refused it, or the store lacks a vector.
    """
    with store.reading():
        with suppress(ArchiveDamagedError):  # no usable file: it is written
            saved = read_header(folder).sequence
            changes = len(store.keys_since(saved)) + len(store.removed_since(saved))
            if store.knows(saved) and changes <= _SAVE_SHARE * store.chunk_count():
                return
        dense = DerivedDense(folder, store)
        dense.refresh()
        dense.save()


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _ADDING):
        yield keys[start : start + _ADDING]


def _passage(stored: StoredChunk) -> Passage:
    article = stored.article
    days = (article.date.first.toordinal(), article.date.last.toordinal()) if article.date else (0, 0)
    text = contextual_text(article, stored.chunk, lead_sentence(article))
    return Passage(stored.key, article.language, text, *days, stored.source)
