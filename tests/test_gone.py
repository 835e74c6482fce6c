"""Deleted means gone: of what has been removed or replaced no text and no vector is left in the archive's files."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from fakes import CountingEmbedder
from samples import write

from index.archive import Archive
from index.store import Store
from index.update import Report
from index.verify import verify_archive

Update = Callable[..., Report]

SECRET = "Het geheime telefoonnummer van de bron is zeven acht negen."


@pytest.fixture
def stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few vectors in a file, so that a small archive has several."""
    monkeypatch.setattr("index.dense_files.STRETCH", 4)


def vectors(index: Path, article_id: str) -> list[bytes]:
    """The bytes of an article's vectors as SQLite and as FAISS hold them."""
    with closing(Store(index)) as store:
        keys = [stored.key for stored in store.chunks_of(article_id)]
        stored = store.vectors.of_chunks(keys, store.config.dimension)
    return [form for vector in stored for form in (vector.tobytes(), vector.astype(np.float16).tobytes())]


def holding(index: Path, content: bytes) -> list[str]:
    """The files that hold these bytes."""
    return [path.name for path in sorted(index.rglob("*")) if path.is_file() and content in path.read_bytes()]


def written(index: Path) -> dict[str, int]:
    """When each of the files of vectors was written."""
    return {path.name: path.stat().st_mtime_ns for path in (index / "dense").iterdir()}


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    write(path, "Iets heel anders over het weer van morgen.")


@pytest.mark.usefixtures("stretches")
@pytest.mark.parametrize("change", [remove, replace])
@pytest.mark.parametrize("reading", [False, True], ids=["alone", "with a reader"])
def test_nothing_is_left_of_it(
    update: Update, source: Path, index: Path, change: Callable[[Path], None], reading: bool
) -> None:
    for number in range(20):
        write(source / f"{number}.txt", f"Bericht nummer {number} over zaak {number * 7}.")
    write(source / "secret.txt", SECRET)
    update()
    old = vectors(index, "secret.txt")
    assert holding(index, SECRET.encode()) == ["articles.sqlite3"]
    assert [holding(index, form) for form in old] == [["6.faiss"], ["articles.sqlite3"]]
    change(source / "secret.txt")
    if reading:
        with closing(Archive.open(index)) as archive, archive.reading():
            update()
    else:
        update()
    update()  # what a reader kept in the write-ahead log goes with the next update, if nothing has changed as well
    for content in (SECRET.encode(), *old):
        assert holding(index, content) == []
    assert verify_archive(index) == []


@pytest.mark.usefixtures("stretches")
def test_only_the_file_that_holds_it_is_written_anew(update: Update, source: Path, index: Path) -> None:
    for number in range(20):
        write(source / f"{number:02}.txt", f"Bericht nummer {number} over zaak {number * 7}.")
    update()
    before = written(index)
    (index / "dense.faiss").write_bytes(b"the one file that earlier versions kept")
    write(source / "new.txt", "Een nieuw bericht.")
    update()
    assert written(index) == before
    assert not (index / "dense.faiss").exists()
    (source / "05.txt").unlink()
    update()
    changed = [name for name, time in written(index).items() if before.get(name) != time]
    assert changed == ["1.faiss"]
    with closing(Archive.open(index)) as archive:
        assert archive.check() == []


@pytest.mark.usefixtures("stretches")
def test_what_opening_would_have_to_add_is_written_when_it_is_much(
    update: Update, source: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.derived._LAG", 2)
    update()
    sizes = []
    for number in range(3):
        write(source / f"{number}.txt", f"Bericht nummer {number} over zaak {number * 7}.")
        update()
        sizes.append(sum(path.stat().st_size for path in (index / "dense").iterdir()))
    assert sizes[0] == sizes[1] < sizes[2]


def test_vectors_of_an_update_that_was_cut_short_go_as_well(
    update: Update, source: Path, index: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update()
    write(source / "secret.txt", SECRET)

    def fail(self: Store, batch: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "publish", fail)
        with pytest.raises(KeyboardInterrupt):
            update()
    with closing(Store(index)) as store:
        assert store.counts()["vectors"] == 5  # kept, so that nothing is embedded twice
    (source / "secret.txt").unlink()
    update()
    with closing(Store(index)) as store:
        assert store.counts()["vectors"] == 4
