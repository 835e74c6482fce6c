"""What tantivy keeps: a document for each passage, and one of numbers that the index is checked by."""

from dataclasses import dataclass
from pathlib import Path

import tantivy

from index.analysis import terms


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed of a chunk."""

    key: int
    language: str
    text: str
    first_day: int
    last_day: int
    source: str


def open_index(folder: Path) -> tantivy.Index:
    """The index of a folder, which shows what others commit when it is told to, not from a thread of its own."""
    index = tantivy.Index(_schema(), path=str(folder))
    index.config_reader(reload_policy="manual")
    return index


def document_of(passage: Passage) -> tantivy.Document:
    """A passage as it is indexed, its terms marked with its language."""
    marked = " ".join(f"{passage.language}:{term}" for term in terms(passage.text, passage.language))
    document = number_fields(key=passage.key, first_day=passage.first_day, last_day=passage.last_day)
    document.add_text("terms", marked)
    document.add_text("source", passage.source)
    return document


def number_fields(**fields: int) -> tantivy.Document:
    """A document of numbers alone."""
    document = tantivy.Document()
    for name, value in fields.items():
        document.add_unsigned(name, value)
    return document


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("sequence", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("count", stored=True)
    builder.add_unsigned_field("first_day", indexed=True, fast=True)
    builder.add_unsigned_field("last_day", indexed=True, fast=True)
    return builder.build()
