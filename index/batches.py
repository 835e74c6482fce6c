"""What is published together."""

import hashlib
import json
from dataclasses import dataclass, field

from index.files import FileRecord
from index.records import Article, Chunk


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article ready to be published: its file's id, and its chunks, each with the text that is embedded for it."""

    article: Article
    file: str
    chunks: tuple[tuple[Chunk, str], ...]


@dataclass(slots=True)
class Batch:
    """Changes that are published together. `files` are remembered, `gone` are ids of files that no longer exist."""

    articles: list[NewArticle] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def article_digest(article: Article) -> bytes:
    """Equal for two versions of an article exactly when nothing a reader sees differs."""
    fields = [article.text, article.title, article.language, str(article.date), str(article.url)]
    pages = [json.dumps(article.pages)] if article.pages else []
    return hashlib.sha256("\0".join(fields + pages).encode()).digest()
