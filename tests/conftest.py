"""What several tests need."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.update import Report, update_archive
from tests.fakes import CountingEmbedder

ARTICLES = {
    "a.txt": " date 2025-12-22 De kat zit op de mat. Zij slaapt al uren.\n\nDe hond\n\nDe hond blaft naar de buren.",
    "b.txt": " date 2024-10 SoftBank sold its stake in Nvidia. The money goes to OpenAI.",
    "c.txt": "Een bericht zonder datum over PayPay en de beurs.",
}


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


def write(path: Path, text: str | bytes, age: float = 60.0) -> Path:
    """Write a file as if some seconds ago, so that its size and time can be relied on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return path
