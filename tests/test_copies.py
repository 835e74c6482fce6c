"""One story in several articles: what they say in the same words counts once, what is new in one of them does not."""

from dataclasses import replace

import pytest

from index.dates import PublicationDate
from index.records import Article
from qa.duplicates import also_in, find_copies, find_stories, is_repeated

WORDS = " ".join(f"De {n}e bewoner van Lutten vertelt over de brand." for n in range(20))
OLD, NEW = (f"Bij de brand in Lutten raakten zeker {n} mensen gewond. {WORDS}" for n in ("12", "19"))
FIRST = Article("first.txt", OLD, "Brand", "nl", PublicationDate.parse("2025-03-01"))
COPY = replace(FIRST, id="copy.txt", text=OLD.replace(" ", "\n", 9))
UPDATED = Article("updated.txt", NEW, "Brand", "nl", PublicationDate.parse("2025-03-02"))
AGAIN = replace(UPDATED, id="again.txt", date=PublicationDate.parse("2025-03-03"))
QUESTION = "Hoeveel mensen raakten gewond bij de brand in Lutten?"


def dated(day, text):
    return f" date {day} {text}"


def test_a_copy_is_one_whatever_its_white_space():
    assert find_copies([COPY, FIRST]) == {"first.txt": "copy.txt"}
    stories = find_stories([COPY, FIRST])
    assert is_repeated(stories, FIRST, FIRST.text)
    assert not is_repeated(stories, COPY, COPY.text)
    assert also_in(stories, COPY, COPY.text) == ("first.txt",)


def test_only_what_an_older_version_says_is_repeated():
    stories = find_stories([AGAIN, UPDATED, COPY, FIRST])
    assert [article.id for article in stories["again.txt"]] == ["copy.txt", "first.txt", "updated.txt", "again.txt"]
    assert not is_repeated(stories, UPDATED, NEW)
    assert is_repeated(stories, AGAIN, NEW)
    assert is_repeated(stories, UPDATED, WORDS)
    assert also_in(stories, UPDATED, NEW) == ("again.txt",)
    assert also_in(stories, FIRST, WORDS) == ("again.txt", "copy.txt", "updated.txt")


def test_an_article_that_nobody_copied_tells_a_story_of_its_own():
    assert find_stories([FIRST, replace(FIRST, id="b.txt", text="De kat slaapt.")]) == {}


def test_an_updated_story_is_found_and_cited_beside_the_old_one(ask):
    reply = ask({"old.txt": dated("2025-03-01", OLD), "new.txt": dated("2025-03-02", NEW)}, QUESTION)
    told = {(citation.article_id, citation.also_in) for citation in reply.citations if citation.marks}
    assert told == {("old.txt", ()), ("new.txt", ())}
    assert "zeker 19 mensen" in reply.text
    assert {hit.article.id for hit in reply.passages} == {"old.txt", "new.txt"}


@pytest.mark.parametrize("byline", ["", "Van onze verslaggever. "])
def test_a_sentence_that_a_copy_has_too_is_cited_once_and_the_copy_is_named(ask, byline):
    reply = ask({"a.txt": OLD, "b.txt": byline + OLD.replace(" in Lutten", "\nin Lutten")}, QUESTION)
    best = reply.citations[0]
    other = {"a.txt": "b.txt", "b.txt": "a.txt"}[best.article_id]
    assert best.also_in == (other,)
    assert sum("zeker 12 mensen" in citation.text for citation in reply.citations) == 1
