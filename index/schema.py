"""The tables of an archive, and how older formats become this one."""

import sqlite3
from collections.abc import Callable

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE publications (sequence INTEGER PRIMARY KEY, time TEXT NOT NULL);
CREATE TABLE files (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    digest BLOB, problems TEXT NOT NULL, UNIQUE (source, path)
) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE, digest BLOB NOT NULL,
    date TEXT, first_day INTEGER, last_day INTEGER, language TEXT NOT NULL, title TEXT NOT NULL, url TEXT,
    pages TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX articles_by_file ON articles (file);
CREATE INDEX articles_by_day ON articles (first_day, last_day);
CREATE INDEX articles_by_language ON articles (language);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, sentences TEXT NOT NULL, content BLOB NOT NULL,
    sequence INTEGER NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE INDEX chunks_by_content ON chunks (content);
CREATE INDEX chunks_by_sequence ON chunks (sequence);
CREATE TABLE removals (key INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX removals_by_sequence ON removals (sequence);
CREATE TABLE vectors (content BLOB PRIMARY KEY, vector BLOB NOT NULL, checksum INTEGER NOT NULL)
"""


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {}
"""Format -> the step from it to the next one; each runs inside a transaction. A format without one (1, which was
never released) cannot be brought along."""
