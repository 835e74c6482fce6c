"""Checking an archive, and making again what can be made again."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index import dense_files
from index.batches import Batch
from index.chunking import content_of, contextual_text, lead_sentence
from index.dense import DenseIndex
from index.derived import DerivedDense, DerivedLexical, write_dense
from index.embedding import Embedder, embed_chunks, load_recorded_embedder
from index.errors import ArchiveDamagedError
from index.files import UNFINISHED
from index.lexical import LexicalIndex
from index.locks import derived_lock, writer_lock
from index.store import Store

_WAIT = 60.0
_EMBEDDED = 64


def verify_archive(folder: Path) -> list[str]:
    """What is wrong with an archive, one line each; empty when all is well. Nothing is changed.

    Checked are the database's own structure, the digest of every article, the offsets of every passage and
    sentence, the presence and checksum of every vector, the checksums of the derived files, and that the
    derived indexes hold exactly the passages that the database holds.

    Raises:
        ArchiveError: there is no archive, or it cannot be opened at all.
    """
    with closing(Store(folder)) as store, store.reading():
        return check_store(store) + _check_dense(folder, store) + _check_lexical(folder, store)


def check_store(store: Store) -> list[str]:
    """What is wrong in the database; nothing else can be right where this is not."""
    problems = store.check()
    return problems or [reason for _, reason in _damaged_articles(store)] + store.vectors.check()


def compare_keys(name: str, index: DenseIndex | LexicalIndex, store: Store) -> list[str]:
    """Whether a derived index that claims to be in step with the store holds exactly its passages."""
    if index.sequence != store.sequence or sorted(index.keys) == store.keys.since(0):
        return []
    return [f"the {name} index does not hold what the database holds"]


def repair_archive(folder: Path, load: Callable[[str], Embedder] = load_recorded_embedder) -> list[str]:
    """Make the derived indexes again from the database, and vectors that are missing or altered by embedding again.

    An article whose text is not as it was stored is taken out; the next update of its source brings it back.

    Args:
        folder: the archive's.
        load: called with the name of the model that the archive was built with, where something has to be embedded.

    Returns:
        What was done, one line each.

    Raises:
        ArchiveDamagedError: the database's own structure is damaged.
        ArchiveError: the archive cannot be used, or not be written.
        ModelError: the model is no longer there.
    """
    done = []
    with writer_lock(folder), closing(Store(folder)) as store:
        if problems := store.check():
            raise ArchiveDamagedError(f"{folder}: {problems[0]}; remove the folder and index the articles again")
        for article_id, reason in _damaged_articles(store):
            _take_out(store, article_id)
            done.append(f"{reason}: taken out; index its source again")
        store.vectors.remove(store.vectors.altered())
        if lacking := store.vectors.without_vector():
            _embed_again(store, lacking, load(store.config.model))
            done.append(f"{len(lacking)} passages embedded again")
        store.tidy()
        _derive_again(folder, store)
        done.append("the dense and the lexical index made again")
    return done


def _damaged_articles(store: Store) -> list[tuple[str, str]]:
    """The articles that are not as they were stored, each with what is wrong with it."""
    damaged = []
    for article_id in store.article_ids():
        try:
            store.article(article_id)
            store.chunks_of(article_id)
        except ArchiveDamagedError as error:
            damaged.append((article_id, str(error)))
    return damaged


def _check_dense(folder: Path, store: Store) -> list[str]:
    try:
        derived = DerivedDense(folder, store)
    except ArchiveDamagedError as error:
        return [str(error)]
    return [*derived.damaged.values(), *compare_keys("dense", derived.index, store)]


def _check_lexical(folder: Path, store: Store) -> list[str]:
    with derived_lock(folder, _WAIT):
        try:
            index = LexicalIndex(folder)
        except ArchiveDamagedError as error:
            return [str(error)]
        if not store.knows(index.sequence):
            return [f"{folder}: the lexical index belongs to another archive"]
        return compare_keys("lexical", index, store)


def _take_out(store: Store, article_id: str) -> None:
    record = store.files.get(store.files.holder(article_id) or "")
    unfinished = [replace(record, size=UNFINISHED, digest=None)] if record else []
    store.publish(Batch(removed=[article_id], files=unfinished))


def _embed_again(store: Store, keys: list[int], embedder: Embedder) -> None:
    contents = store.keys.contents(keys)
    for start in range(0, len(keys), _EMBEDDED):
        part = store.chunks(keys[start : start + _EMBEDDED])
        chunks = [
            (item.chunk, contextual_text(item.article, item.chunk, lead_sentence(item.article)))
            for item in part.values()
        ]
        digests = [content_of(chunk, text) for chunk, text in chunks]
        if digests != [contents[key] for key in part]:
            raise ArchiveDamagedError("the passages were made by another version; index the articles again")
        store.vectors.add(digests, embed_chunks(embedder, chunks))


def _derive_again(folder: Path, store: Store) -> None:
    with derived_lock(folder, _WAIT):
        LexicalIndex(folder, create=True)
    lexical = DerivedLexical(folder, store)
    with store.reading():
        lexical.refresh()
    write_dense(folder, store, list(dense_files.part_numbers(folder)))
