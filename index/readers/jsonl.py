"""JSON lines: one article a line, with `text` and optionally id, title, date, url and language."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from index.articles import make_article, parse_date
from index.errors import ArticleError, DateError
from index.records import Article

MAX_LINE = 10_000_000
"""Longest line in bytes."""

_FIELDS = ("text", "id", "title", "date", "url", "language")


def read_lines(file: BinaryIO, file_id: str) -> Iterator[Article | ArticleError]:
    """The article of each line, one line in memory at a time, or the reason why it is none.

    An article's id is the file's, `#`, and its own `id`, or failing that its line number.
    """
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield ArticleError(f"line {number}: more than {MAX_LINE / 1e6:.0f} MB")
        elif line.strip():
            try:
                yield _article(line, file_id, number)
            except (ArticleError, DateError) as error:
                yield ArticleError(f"line {number}: {error}")


def _article(line: bytes, file_id: str, number: int) -> Article:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ArticleError("not UTF-8") from error
    except RecursionError as error:
        raise ArticleError("nested too deeply") from error
    except ValueError as error:
        raise ArticleError(f"not JSON ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ArticleError('not an object with a "text"')
    if isinstance(row.get("id"), int):
        row["id"] = str(row["id"])
    for name in _FIELDS:
        if not isinstance(row.get(name), str | None):
            raise ArticleError(f'its "{name}" is not a text')
    date = parse_date(row.get("date"))
    title, url, language = row.get("title"), row.get("url"), row.get("language")
    return make_article(
        f"{file_id}#{row.get('id') or number}", row["text"], title=title, date=date, url=url, language=language
    )
