"""What several tests need."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import ARTICLES, write

from index.archive import Archive
from index.update import Report, update_archive
from qa import Answer, Assistant, Refusal


@pytest.fixture
def embedder() -> CountingEmbedder:
    """A model that counts."""
    return CountingEmbedder()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of three articles, written some time ago."""
    folder = tmp_path / "source"
    for name, text in ARTICLES.items():
        write(folder / name, text)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where the archive goes."""
    return tmp_path / "index"


@pytest.fixture
def update(index: Path, source: Path, embedder: CountingEmbedder) -> Callable[..., Report]:
    """Bring the archive up to date with the source, or with the sources named."""

    def run(*sources: Path | str, **options: object) -> Report:
        return update_archive(index, sources or (source,), embedder, **options)

    return run


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Answer | Refusal]]:
    """Asks articles that are given as file name -> text; every question is answered unless a threshold is given."""
    opened = []

    def run(texts: dict[str, str], question: str, threshold_shift: float = -1.0, **options: object) -> Answer | Refusal:
        for name, text in texts.items():
            write(tmp_path / "source" / name, text)
        embedder = CountingEmbedder()
        update_archive(tmp_path / "index", [tmp_path / "source"], embedder)
        opened.append(Assistant(Archive.open(tmp_path / "index"), embedder))
        return opened[-1].ask(question, threshold_shift=threshold_shift, **options)

    yield run
    for assistant in opened:
        assistant.close()
