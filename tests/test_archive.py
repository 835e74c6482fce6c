"""Derived indexes: made again from the store without embedding, refreshed by the change log, verified and repaired."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import ARTICLES, write

from index.archive import Archive
from index.concepts import question_concepts
from index.errors import ArchiveDamagedError, ArchiveMissingError
from index.store import Store
from index.update import Report
from index.verify import repair_archive, verify_archive

Update = Callable[..., Report]


@pytest.fixture
def built(update: Update, index: Path) -> Path:
    """An archive of the three articles."""
    update()
    return index


def found(archive: Archive, embedder: CountingEmbedder, text: str) -> tuple[list[str], list[str]]:
    """The article ids of the best dense and lexical hits, best first, without those that no longer exist."""
    with archive.reading():
        dense = archive.search_dense(embedder.queries([text]), 10)
        lexical = archive.search_lexical(question_concepts(text, "nl"), 10)
        return tuple(
            [stored[key].article.id for key, _ in hits if key in stored]
            for hits in (dense, lexical)
            for stored in [archive.store.chunks(key for key, _ in hits)]
        )


def flip(path: Path, place: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0x10
    path.write_bytes(data)


def derived_files(index: Path) -> Iterator[Path]:
    yield index / "dense" / "0.faiss"
    for path in sorted((index / "lexical").iterdir()):
        if path.suffix not in (".lock", "") and path.stat().st_size:
            yield path


DAMAGE = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "flipped": flip,
    "flipped at the end": lambda path: flip(path, 0.98),
    "garbage": lambda path: path.write_bytes(b"garbage"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_derived_files_are_noticed_and_made_again(
    built: Path, embedder: CountingEmbedder, damage: str, tmp_path: Path
) -> None:
    before = embedder.embedded
    files = list(derived_files(built))
    for number, path in enumerate(files if damage == "flipped" else files[:: len(files) // 3]):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(built, copy)
        DAMAGE[damage](copy / path.relative_to(built))
        with closing(Archive.open(copy)) as archive:
            assert archive.check() == []
            dense, lexical = found(archive, embedder, "de hond blaft")
            assert (dense[0], lexical[0]) == ("a.txt", "a.txt")
        assert verify_archive(copy) == []
    assert embedder.embedded == before


def test_verify_tells_what_is_damaged_and_changes_nothing(built: Path) -> None:
    assert verify_archive(built) == []
    flip(built / "dense" / "0.faiss")
    flip(next((built / "lexical").glob("*.term")))
    for _ in range(2):
        dense, lexical = verify_archive(built)
        assert "0.faiss: the checksum does not match" in dense
        assert ".term: the checksum does not match" in lexical
    assert repair_archive(built) == ["the dense and the lexical index made again"]
    assert verify_archive(built) == []


@pytest.mark.parametrize("name", ["dense", "lexical"])
def test_a_derived_index_of_another_archive_is_foreign(
    built: Path, update: Update, tmp_path: Path, embedder: CountingEmbedder, name: str
) -> None:
    from index.update import update_archive

    write(tmp_path / "other" / "x.txt", "Heel iets anders.")
    write(tmp_path / "other" / "y.txt", "Nog iets anders.")
    update_archive(tmp_path / "foreign", [tmp_path / "other"], embedder)
    target = built / name
    shutil.rmtree(target)
    shutil.copytree(tmp_path / "foreign" / name, target)
    assert "belongs to another archive" in verify_archive(built)[0]
    with closing(Archive.open(built)) as archive:
        assert archive.check() == []


def test_a_restored_copy_of_the_database_gets_its_indexes_anew(
    built: Path, update: Update, source: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    shutil.copy(built / "articles.sqlite3", tmp_path / "backup")
    write(source / "d.txt", "Iets over het weer.")
    update()
    shutil.copy(tmp_path / "backup", built / "articles.sqlite3")
    with closing(Archive.open(built)) as archive:
        assert archive.check() == []
        assert "d.txt" not in found(archive, embedder, "het weer")[1]
    write(source / "e.txt", "Iets over de bank.")
    update()
    assert verify_archive(built) == []


def test_an_open_archive_follows(built: Path, update: Update, source: Path, embedder: CountingEmbedder) -> None:
    with closing(Archive.open(built)) as archive:
        assert not archive.refresh()
        write(source / "d.txt", "Het weer wordt beter.")
        update()
        assert archive.refresh()
        assert found(archive, embedder, "het weer wordt beter")[1] == ["d.txt"]
        (source / "d.txt").unlink()
        write(source / "a.txt", "Een ander verhaal.")
        update()
        dense, lexical = found(archive, embedder, "het weer, de hond blaft")
        assert "d.txt" not in dense + lexical
        assert lexical == []
        assert archive.check() == []


def test_everything_inside_reading_is_one_state(built: Path, update: Update, source: Path) -> None:
    with closing(Archive.open(built)) as archive, archive.reading():
        (source / "a.txt").unlink()
        thread = threading.Thread(target=update)
        thread.start()
        thread.join()
        assert archive.store.article("a.txt") is not None
        assert archive.store.counts()["articles"] == 3
    with closing(Archive.open(built)) as archive:
        assert archive.store.article("a.txt") is None


def test_altered_text_is_never_served(built: Path, update: Update, embedder: CountingEmbedder) -> None:
    with closing(sqlite3.connect(built / "articles.sqlite3")) as database, database:
        database.execute("UPDATE articles SET text = replace(text, 'hond', 'wolf') WHERE id = 'a.txt'")
    with closing(Archive.open(built)) as archive, pytest.raises(ArchiveDamagedError, match="a.txt is not as it was"):
        archive.store.article("a.txt")
    assert any("a.txt is not as it was stored" in line for line in verify_archive(built))
    done = repair_archive(built)
    assert "taken out; index its source again" in done[0]
    assert verify_archive(built) == []
    assert update().plan.added == ("a.txt",)
    assert verify_archive(built) == []


@pytest.mark.parametrize("change", ["DELETE FROM vectors", "UPDATE vectors SET vector = zeroblob(length(vector))"])
def test_lost_vectors_are_noticed_and_embedded_again(built: Path, embedder: CountingEmbedder, change: str) -> None:
    with closing(sqlite3.connect(built / "articles.sqlite3")) as database, database:
        database.execute(change)
    shutil.rmtree(built / "dense")
    with pytest.raises(ArchiveDamagedError, match="vector of a passage is missing or altered.*verify --repair"):
        Archive.open(built)
    assert len(verify_archive(built)) == 2
    before = embedder.embedded
    assert repair_archive(built, lambda model: embedder)[0] == "4 passages embedded again"
    assert embedder.embedded == before + 4
    assert verify_archive(built) == []


def test_stale_offsets_are_noticed(built: Path) -> None:
    with closing(sqlite3.connect(built / "articles.sqlite3")) as database, database:
        database.execute('UPDATE chunks SET "end" = 100000 WHERE article_id = ?', ("b.txt",))
    assert any("a passage of the article b.txt" in line for line in verify_archive(built))


def test_no_archive(index: Path) -> None:
    with pytest.raises(ArchiveMissingError, match="no index here; build one with: article-qa index"):
        Archive.open(index)
    assert not index.exists()


def test_an_archive_whose_beginning_was_cut_short_is_missing(index: Path, update: Update) -> None:
    index.mkdir()
    (index / "articles.sqlite3").touch()
    with pytest.raises(ArchiveMissingError):
        Archive.open(index)
    assert update().plan.added == tuple(ARTICLES)


def test_searching_works_where_the_disk_takes_no_more(
    built: Path, update: Update, source: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(source / "d.txt", "Het weer wordt beter.")
    with closing(Archive.open(built)) as archive, closing(Store(built)) as store:
        before = store.counts()["articles"]
        update()
        monkeypatch.setattr("index.locks.FileLock.acquire", _refuse)
        assert found(archive, embedder, "het weer wordt beter")[0][0] == "d.txt"
        assert store.counts()["articles"] == before + 1


def _refuse(*args: object, **options: object) -> None:
    raise OSError(28, "No space left on device")
