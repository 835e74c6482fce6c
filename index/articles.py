"""Text -> Article: what every reader ends with."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from index.dates import PublicationDate
from index.errors import ArticleError, DateError, UnreadableError
from index.language import detect_language
from index.records import LANGUAGES, Article
from index.sentences import sentence_spans

MAX_CHARACTERS = 1_000_000
"""A news article is a few thousand characters, a long report some hundred thousand; more than this is data."""

MAX_PARAGRAPH = 50_000
"""Longest paragraph in characters: text of this size without a blank line is data, and is slow to take apart."""

TITLE_CHARACTERS = 100

_HEADER = re.compile(r"\s*date (\S+)(?:\s+|$)")
_BLANK = re.compile(r"\s+")
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def decode(data: bytes) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises:
        ArticleError: it is binary or in another encoding.
    """
    if b"\0" in data:
        raise ArticleError("a binary file, not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8 (byte {error.start})") from error


def make_article(
    article_id: str,
    text: str,
    *,
    title: str | None = None,
    date: PublicationDate | None = None,
    url: str | None = None,
    language: str | None = None,
) -> Article:
    """An Article with its language and title filled in where they are not given.

    A text that begins with the native header (`date 2025-12-22 `) brings its own date.

    Raises:
        ArticleError: there is no text, or too much, or half a character somewhere.
        DateError: the header's date does not exist.
    """
    text, article_id, url = clean(text), clean(article_id), url and clean(url)
    if date is None and (header := _HEADER.match(text)):
        date, text = PublicationDate.parse(header.group(1)), text[header.end() :].strip()
    _require_article(text)
    language = language if language in LANGUAGES else detect_language(text)
    title = shorten(_BLANK.sub(" ", clean(title or "")).strip()) or _title_from(text, language)
    return Article(article_id, text, title, language, date, url)


def clean(text: str) -> str:
    """Text with \\n line ends and without NULs and surrounding white space.

    Raises:
        ArticleError: it holds halves of characters (lone surrogates), which no file can hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ArticleError(f"half a character at position {error.start}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def parse_date(text: str | None) -> PublicationDate | None:
    """A date, or the date of a time (2025-12-22T10:00:00Z), as an ISO 8601 field holds it; None for an empty one.

    Raises:
        DateError: there is something else in it.
    """
    return PublicationDate.parse(re.split(r"[T ]", text.strip(), maxsplit=1)[0]) if text and text.strip() else None


def shorten(title: str) -> str:
    """A title cut at a word, with an ellipsis, where it is too long."""
    if len(title) <= TITLE_CHARACTERS:
        return title
    return title[:TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


@contextmanager
def reading_with_library(kind: str, library: str) -> Iterator[None]:
    """Whatever a file-format library raises over a damaged file, as the reason to leave it out; it logs nothing.

    Raises:
        ArticleError: anything was raised inside.
        UnreadableError: the library is not there.
    """
    log = logging.getLogger(library)
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    except (ArticleError, DateError, OSError):
        raise
    except ImportError as error:
        raise UnreadableError(f"{library} cannot be loaded ({error})") from error
    except Exception as error:  # noqa: BLE001 (these libraries fail in as many ways as files can be damaged)
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ArticleError(f"not a readable {kind} file ({reason[:100]})") from error
    finally:
        log.setLevel(level)


def _require_article(text: str) -> None:
    if not any(character.isalnum() for character in text):
        raise ArticleError("no text in it")
    if len(text) > MAX_CHARACTERS:
        raise ArticleError(f"{len(text):,} characters are more than an article's {MAX_CHARACTERS:,}")
    if max(map(len, _PARAGRAPH_END.split(text))) > MAX_PARAGRAPH:
        raise ArticleError(f"a paragraph of more than {MAX_PARAGRAPH:,} characters is not an article's")


def _title_from(text: str, language: str) -> str:
    """The first sentence, shortened."""
    paragraph = _PARAGRAPH_END.split(text, maxsplit=1)[0][: 10 * TITLE_CHARACTERS]
    first = sentence_spans(paragraph, language)[0]
    return shorten(_BLANK.sub(" ", paragraph[first.start : first.end]))
