"""Markdown, with or without YAML front matter (title, date, url)."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from index.articles import decode, make_article, parse_date
from index.errors import ArticleError
from index.records import Article

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_FRONT_MATTER = 20_000
_MAX_NESTING = 20

_PLAIN = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), ""),  # an image
    (re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)"), r"\1"),  # a link
    (re.compile(r"<(https?://[^>\s]+)>"), r"\1"),
    (re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),  # a rule
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$", re.MULTILINE), r"\n\1\n"),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*_])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*_])"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
)
_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")


def read_markdown(file: BinaryIO, file_id: str) -> Iterator[Article]:
    """One article, its text without the marks. A heading at its very top is its title."""
    text = decode(file.read()).replace("\r\n", "\n")
    fields: dict[str, Any] = {}
    if front := _FRONT_MATTER.match(text):
        fields, text = _front_matter(front.group(1)), text[front.end() :]
    title = _field(fields, "title")
    if heading := _HEADING.match(text):
        title, text = title or _plain(heading.group(1)), text[heading.end() :]
    date = parse_date(_field(fields, "date"))
    yield make_article(file_id, _plain(text), title=title, date=date, url=_field(fields, "url"))


def _front_matter(text: str) -> dict[str, Any]:
    """The fields as texts: YAML's own reading of dates fails on impossible ones without saying so."""
    import yaml

    if len(text) > _MAX_FRONT_MATTER:
        raise ArticleError(f"more than {_MAX_FRONT_MATTER:,} characters of front matter")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_NESTING:
                raise ArticleError("its front matter is nested too deeply")
        fields = yaml.load(text, Loader=yaml.BaseLoader)  # makes nothing but texts, lists, mappings
    except yaml.YAMLError as error:
        raise ArticleError(f"its front matter is not YAML ({' '.join(str(error).split())[:100]})") from error
    except (RecursionError, ValueError) as error:
        raise ArticleError("its front matter cannot be read") from error
    return fields if isinstance(fields, dict) else {}


def _field(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def _plain(text: str) -> str:
    for pattern, replacement in _PLAIN:
        text = pattern.sub(replacement, text)
    return text
