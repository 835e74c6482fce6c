"""RSS and Atom feeds: one article an entry."""

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import Any, BinaryIO

from index.articles import make_article, reading_with_library
from index.dates import PublicationDate
from index.errors import ArticleError, DateError
from index.readers.html import html_to_text
from index.records import Article

MAX_ENTRIES = 10_000


def read_feed(file: BinaryIO, file_id: str) -> Iterator[Article | ArticleError]:
    """The article of each entry, as far as the feed carries its text; pages that it links to are not fetched."""
    with reading_with_library("feed", "feedparser"):
        import feedparser

        entries: list[Any] = feedparser.parse(file).entries  # bytes it would first take for the name of a file
    if not entries:
        raise ArticleError("not a feed, or one without entries")
    for number, entry in enumerate(entries[:MAX_ENTRIES], 1):
        try:
            yield _article(entry, file_id)
        except (ArticleError, DateError) as error:
            yield ArticleError(f"entry {number}: {error}")


def _article(entry: Any, file_id: str) -> Article:  # noqa: ANN401 (feedparser's dictionary)
    contents = [str(content.get("value", "")) for content in entry.get("content", [])]
    text = html_to_text(max([*contents, str(entry.get("summary", ""))], key=len))
    title = html_to_text(str(entry.get("title", "")))
    name = entry.get("id") or entry.get("link") or title
    if not name:
        raise ArticleError("it has neither an id nor a link nor a title")
    return make_article(f"{file_id}#{name}", text, title=title, date=_date(entry), url=entry.get("link"))


def _date(entry: Any) -> PublicationDate | None:  # noqa: ANN401 (feedparser's dictionary)
    """The day (UTC) of its publication, which feedparser gives as a time tuple."""
    moment = entry.get("published_parsed")
    if moment is None:
        return None
    try:
        day = dt.datetime.fromtimestamp(calendar.timegm(moment), tz=dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return PublicationDate.parse(day.isoformat())
