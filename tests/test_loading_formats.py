"""Markdown, web pages, PDF, Word, JSON lines and feeds."""

import json
import random
from pathlib import Path

import pytest
from samples import write
from samples_formats import FEED, PAGE, SAMPLES, docx, pdf

from index.errors import ArticleError
from index.loading import load_articles, read_articles
from index.records import Article


def load(path: Path) -> list[Article | ArticleError]:
    return list(load_articles(path, path.name))


def one(path: Path) -> Article:
    (article,) = load(path)
    assert isinstance(article, Article)
    return article


def reason(path: Path) -> str:
    with pytest.raises(ArticleError) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_markdown(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.md", SAMPLES[".md"]))
    assert (article.title, str(article.date), article.url) == ("Een kop", "2025-12", "https://example.org/a")
    assert article.text.startswith("De kat zit op de mat en heet Minoes.\n\n")
    assert "De hond\n" in article.text
    assert "Hij blaft." in article.text
    assert not set("*_`#[]") & set(article.text)


def test_markdown_without_front_matter(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.md", "# Een kop\n\nDe snake_case kat kost 3 * 4 * 5 euro."))
    assert (article.title, article.text) == ("Een kop", "De snake_case kat kost 3 * 4 * 5 euro.")


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("date: 2025-13-45", "'2025-13-45' is not a date: there is no such day"),
        ("a: [", "its front matter is not YAML"),
        ("a: " + "[" * 5000, "its front matter is nested too deeply"),
        ("a: " + "b" * 30_000, "more than 20,000 characters of front matter"),
    ],
    ids=["date", "broken", "deep", "long"],
)
def test_bad_front_matter(tmp_path: Path, front: str, message: str) -> None:
    assert reason(write(tmp_path / "a.md", f"---\n{front}\n---\nDe kat.")).startswith(message)


def test_front_matter_of_aliases_stays_small(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 15))
    assert one(write(tmp_path / "a.md", f"---\n{bomb}---\nDe kat.")).text == "De kat."


def test_html(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.html", PAGE))
    assert (article.title, str(article.date)) == ("SoftBank verkoopt Nvidia", "2025-12-22")
    assert article.url == "https://example.org/a"
    paragraphs = article.text.split("\n\n")
    assert paragraphs[-3].startswith("SoftBank heeft zijn hele belang")
    assert paragraphs[-2] == "Geld voor OpenAI"
    assert not any(word in article.text for word in ("alert", "Voorpagina", "rechten"))


def test_html_without_a_date_has_none(tmp_path: Path) -> None:
    text = "In 2019 en op 3 mei 2021 gebeurde er van alles met de kat op de mat in het huis van de buren. " * 5
    assert one(write(tmp_path / "a.html", f"<html><body><article><p>{text}</p></article></body></html>")).date is None


def test_html_nested_too_deeply(tmp_path: Path) -> None:
    assert reason(write(tmp_path / "a.html", "<div>" * 100_000 + "De kat.")) == "elements nested more than 200 deep"


def test_pdf_keeps_its_pages(tmp_path: Path) -> None:
    lines = [
        "date 2025-12-22 De kat zit op de mat en de financie-",
        "ring is rond, zegt de baas van het huis.",
        "Einde.",
    ]
    article = one(write(tmp_path / "a.pdf", pdf(lines, ["Tweede bladzijde loopt", "door."], ["Derde."])))
    assert str(article.date) == "2025-12-22"
    assert "de financiering is rond" in article.text
    assert [article.page(article.text.index(word)) for word in ("kat", "Einde", "Tweede", "Derde")] == [1, 1, 2, 3]
    assert [article.text[start:].split()[0] for start in article.pages] == ["De", "Tweede", "Derde."]


def test_pdf_without_text(tmp_path: Path) -> None:
    assert reason(write(tmp_path / "a.pdf", pdf([]))) == "no text in it"


def test_pdf_of_too_many_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.pdf.MAX_PAGES", 2)
    path = write(tmp_path / "a.pdf", pdf(["a"], ["b"], ["c"]))
    with pytest.raises(ArticleError, match="^3 pages are more than 2$"):
        list(read_articles(path, "a.pdf"))


def test_word(tmp_path: Path) -> None:
    file = docx(("Een kop", "Title"), ("De kat zit.", None), ("", None), ("De hond", "Heading 1"), ("Hij blaft.", None))
    article = one(write(tmp_path / "a.docx", file))
    assert (article.title, article.text, article.date) == ("Een kop", "De kat zit.\n\nDe hond\n\nHij blaft.", None)


def test_word_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.docx.MAX_UNPACKED", 1000)
    path = write(tmp_path / "a.docx", SAMPLES[".docx"])
    with pytest.raises(ArticleError, match="^unpacks to more than"):
        list(read_articles(path, "a.docx"))


def test_json_lines(tmp_path: Path) -> None:
    first, second = load(write(tmp_path / "a.jsonl", SAMPLES[".jsonl"]))
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.id, str(first.date), first.title, first.url) == ("a.jsonl#x", "2025-12-22", "T", "u")
    assert (second.id, second.title, second.date) == ("a.jsonl#2", "De hond.", None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", 'line 2: not an object with a "text"'),
        ('{"text": 1}', 'line 2: not an object with a "text"'),
        ('{"text": "a", "title": 1}', 'line 2: its "title" is not a text'),
        ('{"text": "a", "date": "2025-13-45"}', "line 2: '2025-13-45' is not a date"),
        ('{"text": "\\ud800"}', "line 2: half a character at position 0"),
        ('{"text": "a", "id": "\\ud800"}', "line 2: half a character at position 8"),
        ('{"text": "a", "url": "u\\ud800"}', "line 2: half a character at position 1"),
        ("[" * 100_000, "line 2: nested too deeply"),
        ("\x00", "line 2: not JSON"),
    ],
    ids=range(10),
)
def test_a_bad_line_stops_nothing(tmp_path: Path, line: str, message: str) -> None:
    good = json.dumps({"text": "De kat.", "id": 7, "date": "2025-12-22T10:00:00Z", "language": "en"})
    first, bad, third = load(write(tmp_path / "a.jsonl", f"{good}\n{line}\n\n{good}"))
    assert str(bad).startswith(message)
    assert isinstance(third, Article)
    assert (third.id, third.language, str(third.date)) == ("a.jsonl#7", "en", "2025-12-22")


def test_a_line_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.jsonl.MAX_LINE", 100)
    long, short = load(write(tmp_path / "a.jsonl", json.dumps({"text": "a" * 1000}) + '\n{"text": "De kat."}'))
    assert str(long).startswith("line 1: more than")
    assert isinstance(short, Article)


def test_feed(tmp_path: Path) -> None:
    article, empty = load(write(tmp_path / "a.feed", FEED))
    assert isinstance(article, Article)
    assert (article.id, article.title, str(article.date)) == ("a.feed#urn:1", "Eerste", "2025-12-22")
    assert (article.text, article.url) == ("SoftBank & OpenAI.\n\nTweede alinea.", "https://example.org/1")
    assert str(empty) == "entry 2: no text in it"


def test_a_feed_that_is_the_name_of_a_file_is_not_that_file(tmp_path: Path) -> None:
    private = write(tmp_path / "private.xml", FEED)
    assert reason(write(tmp_path / "a.feed", str(private))) == "not a feed, or one without entries"


def test_not_a_feed(tmp_path: Path) -> None:
    assert reason(write(tmp_path / "a.feed", "<html>hallo")) == "not a feed, or one without entries"


@pytest.mark.parametrize("suffix", SAMPLES)
def test_damaged_files_are_articles_or_have_a_reason(tmp_path: Path, suffix: str) -> None:
    generator = random.Random(5)
    for _ in range(25):
        data = bytearray(SAMPLES[suffix])
        for _ in range(generator.randrange(1, 6)):
            place = generator.randrange(len(data))
            kind = generator.randrange(3)
            if kind == 0:
                data[place] = generator.randrange(256)
            elif kind == 1:
                del data[place : place + generator.randrange(1, 200)]
            else:
                data[place:place] = data[generator.randrange(len(data)) :][:200]
            data = data or bytearray(b"x")
        try:
            outcomes = load(write(tmp_path / f"a{suffix}", bytes(data)))
        except ArticleError as error:
            outcomes = [error]
        for outcome in outcomes:
            assert isinstance(outcome, Article) or "\n" not in str(outcome)
