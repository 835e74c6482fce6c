"""What several tests need."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import ARTICLES, write

from index.update import Report, update_archive


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
