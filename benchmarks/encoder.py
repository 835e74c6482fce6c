"""The bundled model as it is run here, beside sentence-transformers with the same files.

    python -m benchmarks.encoder

Both are started in a process of their own; then they read the articles of benchmarks/news, cut into passages, and its
questions one by one. Three times in turn, of which the fastest counts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from index.chunking import chunk_article
from index.config import CHUNK_CHARACTERS
from index.embedding import SentenceTransformerEmbedder, load_bundled
from index.errors import ArticleError
from index.loading import load_articles

NEWS = Path(__file__).parent / "news"
FOLDER = Path(__file__).parent.parent / "index" / "bilingual"
_TIMES = 3
_HERE = "from index.embedding import load_bundled; load_bundled()"
_THERE = f"from sentence_transformers import SentenceTransformer; SentenceTransformer({str(FOLDER)!r}, device='cpu')"


def main() -> None:
    """Measure, and print a table."""
    ours, theirs = load_bundled(), SentenceTransformerEmbedder(str(FOLDER))
    texts, questions = passages(), [question["question_nl"] for question in _questions()]
    print(f"{'seconds':<24}{'here':>8}{'there':>8}{'ratio':>8}")
    compare("start", lambda: start(_HERE), lambda: start(_THERE))
    compare(f"{len(texts)} passages", lambda: ours.documents(texts), lambda: theirs.documents(texts))
    compare(
        f"{len(questions)} questions",
        lambda: [ours.queries([question]) for question in questions],
        lambda: [theirs.queries([question]) for question in questions],
    )


def compare(what: str, here: Callable[[], object], there: Callable[[], object]) -> None:
    """One row of the table."""
    taken = [(seconds(here), seconds(there)) for _ in range(_TIMES)]
    best, other = (min(column) for column in zip(*taken, strict=True))
    print(f"{what:<24}{best:8.2f}{other:8.2f}{other / best:8.2f}", flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def start(code: str) -> None:
    """Run a new Python."""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def passages() -> list[str]:
    """Of the articles."""
    read = [each for path in sorted((NEWS / "articles").iterdir()) for each in load_articles(path, path.name)]
    articles = [article for article in read if not isinstance(article, ArticleError)]
    return [chunk.text for article in articles for chunk in chunk_article(article, CHUNK_CHARACTERS)]


def _questions() -> list[dict[str, str]]:
    return [json.loads(line) for line in (NEWS / "questions.jsonl").read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
