"""Web pages: the article's text without menus and advertisements, its title and date as the page states them."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from index.articles import make_article, parse_date, reading_with_library
from index.errors import ArticleError
from index.records import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_NESTING = 200
"""Deepest nesting of elements; the parsers below recurse."""

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>")
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr p li".split())
_BLOCKS = {"p", "head", "quote", "item", "cell", "code", "ab"}


def read_html(file: BinaryIO, file_id: str) -> Iterator[Article]:
    """One article. The date is unknown where the page does not state it; it is never guessed from the text."""
    data = file.read()
    _require_shallow(data)
    with reading_with_library("HTML", "trafilatura"):
        from trafilatura import bare_extraction

        page = bare_extraction(
            data.decode(errors="replace") if _is_utf8(data) else data,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
        if page is None or isinstance(page, dict) or page.body is None:
            raise ArticleError("no article found in the page")
        text = "\n\n".join(_blocks(page.body))
        title, date, url = page.title, page.date, page.url
    yield make_article(file_id, text, title=title, date=parse_date(date), url=url)


def html_to_text(html: str) -> str:
    """The text of a fragment of HTML, such as an entry of a feed: paragraphs separated by a blank line.

    Raises:
        ArticleError: it is nested too deeply, or not readable.
    """
    _require_shallow(html.encode(errors="replace"))
    if "<" not in html:
        return html
    with reading_with_library("HTML", "trafilatura"):
        from lxml import etree
        from lxml import html as parser

        root = parser.fragment_fromstring(html, create_parent="div")
        etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
        for element in root.iter("p", "div", "br", "li", "h1", "h2", "h3", "h4", "blockquote"):
            element.tail = "\n\n" + (element.tail or "")
        return re.sub(r"[ \t\n]*\n[ \t\n]*\n[ \t\n]*", "\n\n", str(root.text_content()))


def _blocks(body: "_Element") -> Iterator[str]:
    """The texts of the paragraphs, headings and list items, those inside others once."""
    for element in body.iter():
        if element.tag in _BLOCKS and not any(parent.tag in _BLOCKS for parent in element.iterancestors()):
            text = " ".join("".join(map(str, element.itertext())).split())
            if text:
                yield text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _require_shallow(data: bytes) -> None:
    depth = 0
    for closing, name, empty in _TAG.findall(data):
        if not empty and name.lower() not in _VOID:
            depth = max(0, depth + (-1 if closing else 1))
            if depth > MAX_NESTING:
                raise ArticleError(f"elements nested more than {MAX_NESTING} deep")
