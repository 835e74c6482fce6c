"""Plain text and what is found in folders: every bad input is one clear reason, and stops nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import write

from index.articles import MAX_PARAGRAPH
from index.errors import ArticleError
from index.loading import FORMATS, load_articles
from index.records import Article
from index.sources import SUFFIXES, scan


def load(path: Path) -> Article:
    (article,) = load_articles(path, path.name)
    assert isinstance(article, Article)
    return article


def test_native_format(tmp_path: Path) -> None:
    article = load(write(tmp_path / "a.txt", " date 2025-12-22 De kat zit.\n\nTussenkop\n\nZij slaapt."))
    assert article.id == "a.txt"
    assert str(article.date) == "2025-12-22"
    assert article.text == "De kat zit.\n\nTussenkop\n\nZij slaapt."
    assert article.title == "De kat zit."
    assert article.language == "nl"


@pytest.mark.parametrize(("header", "date"), [("2025-12", "2025-12"), ("2025", "2025")])
def test_date_keeps_its_precision(tmp_path: Path, header: str, date: str) -> None:
    assert str(load(write(tmp_path / "a.txt", f" date {header} De kat zit.")).date) == date


def test_without_header_the_date_is_unknown(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.txt", "De kat zit.")).date is None


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.txt", b"\xef\xbb\xbf date 2025 De kat\r\nzit.\rNu.")).text == "De kat\nzit.\nNu."


def test_long_title_is_cut_at_a_word(tmp_path: Path) -> None:
    title = load(write(tmp_path / "a.txt", "woord " * 50)).title
    assert len(title) <= 101
    assert title.endswith("woord…")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty file"),
        (b" \n ", "no text in it"),
        (b" date 2025-12-22 ", "no text in it"),
        (b"...", "no text in it"),
        (b" date 2025-13-45 De kat.", "'2025-13-45' is not a date: there is no such day"),
        (b" date gisteren De kat.", "'gisteren' is not a date; write YYYY-MM-DD, YYYY-MM or YYYY"),
        (b"PK\x03\x04\0\0", "a binary file, not text"),
        (b"De kat \xff", "not UTF-8 (byte 7)"),
        (b"a " * 10_000_000, "20 MB is more than an article's 10 MB"),
        (b"a " * MAX_PARAGRAPH, "a paragraph of more than 50,000 characters is not an article's"),
        (b"a b c d.\n\n" * 200_000, "1,999,998 characters are more than an article's 1,000,000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_one_clear_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ArticleError) as caught:
        list(load_articles(write(tmp_path / "a.txt", content), "a.txt"))
    assert str(caught.value) == reason


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.txt", "De kat.")

    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ArticleError, match=r"cannot be read \(Permission denied\)"):
        list(load_articles(path, "a.txt"))
    with pytest.raises(ArticleError, match=r"cannot be read \(No such file"):
        list(load_articles(tmp_path / "b.txt", "b.txt"))


def test_what_is_passed_over(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside.txt", "Buiten.")
    folder = tmp_path / "folder"
    kept = [write(folder / name, "Binnen.") for name in ("B.TXT", "a.txt", "deep/er/c.md")]
    for name in (".hidden.txt", ".git/x.txt", "~$a.docx", "#a.txt#", "a.txt~", ".a.txt.swp", "4913", "a.txt.part"):
        write(folder / name, "Tijdelijk.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "parent").symlink_to(tmp_path)
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    (folder / "broken.txt").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.txt")
    (folder / "folder.txt").mkdir()
    assert [file.path for file in scan(folder)] == sorted([*kept, folder / "inside.txt"])


def test_a_name_that_is_not_text(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_text("De kat.")
    except OSError:
        pytest.skip("this file system only takes names in UTF-8")
    assert scan(tmp_path) == []


def test_every_suffix_has_a_reader() -> None:
    assert {*SUFFIXES, ".feed"} == set(FORMATS)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.one_of(st.sampled_from("aé. \n\r\t'“(:-12"), st.characters(codec="utf-8"))))
def test_any_text_is_an_article_or_has_a_reason(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_text(text, newline="")
    if not any(map(str.isalnum, text.replace("\0", ""))):
        with pytest.raises(ArticleError, match="an empty file|no text in it|a binary file"):
            load(path)
    elif "\0" not in text:
        article = load(path)
        assert article.text == article.text.strip()
        assert article.text in text.replace("\r\n", "\n").replace("\r", "\n")
        assert article.title
