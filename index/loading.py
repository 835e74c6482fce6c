"""Files -> articles. One reader per suffix; what cannot be read is an ArticleError that says why."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from index.dates import PublicationDate
from index.errors import ArticleError, DateError, SourceError
from index.language import detect_language
from index.records import Article
from index.sentences import sentence_spans

MAX_BYTES = 10_000_000
"""A news article is a few kilobytes; a larger file is something else."""

MAX_LINE = 100_000
"""Longest line in characters: text without line ends of this size is data, not an article."""

TITLE_CHARACTERS = 100

_HEADER = re.compile(r"\s*date (\S+)(?:\s+|$)")
_BLANK = re.compile(r"\s+")


def find_files(source: Path) -> list[Path]:
    """All files of a folder that a reader exists for, sorted; or the one file given.

    Hidden files and folders, and links that lead out of the folder, are passed over.

    Raises:
        SourceError: there is no such folder or file, or nothing in it can be read as an article.
    """
    if not source.exists():
        raise SourceError(f"{source}: there is no such folder or file")
    if source.is_file():
        return [source]
    root = source.resolve()
    files = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in READERS
        and not any(part.startswith(".") for part in path.relative_to(source).parts)
        and path.is_file()
        and path.resolve().is_relative_to(root)
    )
    if not files:
        raise SourceError(f"{source}: no articles here; files must end in {', '.join(READERS)}")
    return files


def load_articles(path: Path, article_id: str) -> Iterator[Article]:
    """Read the article, or the articles, of one file.

    Raises:
        ArticleError: the file is not an article; the message names it and the reason.
    """
    try:
        reader = READERS.get(path.suffix.lower(), read_text)
        yield from reader(_bytes(path), article_id)
    except (ArticleError, DateError) as error:
        raise ArticleError(f"{path}: {error}") from error
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read ({error.strerror})") from error


def read_text(data: bytes, article_id: str) -> Iterator[Article]:
    """The native format: `date 2025-12-22 ` and the running text; without the header the date is unknown."""
    text = decode(data)
    header = _HEADER.match(text)
    date = PublicationDate.parse(header.group(1)) if header else None
    yield make_article(article_id, text[header.end() :] if header else text, date=date)


READERS: dict[str, Callable[[bytes, str], Iterator[Article]]] = {".txt": read_text}


def decode(data: bytes) -> str:
    """UTF-8 text with \\n line ends.

    Raises:
        ArticleError: it is binary, in another encoding, or has a line that no text has.
    """
    if b"\0" in data:
        raise ArticleError("a binary file, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8 (byte {error.start})") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise ArticleError(f"a line of more than {MAX_LINE:,} characters is not an article")
    return text


def make_article(
    article_id: str,
    text: str,
    *,
    title: str | None = None,
    date: PublicationDate | None = None,
    url: str | None = None,
) -> Article:
    """An Article with its language and title filled in.

    Raises:
        ArticleError: there is no text.
    """
    text = text.strip()
    if not any(character.isalnum() for character in text):
        raise ArticleError("no text in it")
    language = detect_language(text)
    return Article(article_id, text, title or title_from(text, language), language, date, url)


def title_from(text: str, language: str) -> str:
    """The first sentence, shortened at a word with an ellipsis."""
    paragraph = text.split("\n\n", 1)[0]
    first = sentence_spans(paragraph, language)[0]
    title = _BLANK.sub(" ", paragraph[first.start : first.end])
    if len(title) <= TITLE_CHARACTERS:
        return title
    return title[:TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise ArticleError("an empty file")
    if size > MAX_BYTES:
        raise ArticleError(f"{size / 1e6:.0f} MB is more than an article's {MAX_BYTES / 1e6:.0f} MB")
    return path.read_bytes()
