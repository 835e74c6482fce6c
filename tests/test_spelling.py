"""Typing errors in questions are mended where the articles or the dictionaries tell what was meant."""

import json
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import write

from index.archive import Archive
from index.language import detect_language
from index.spelling import corrected
from index.update import update_archive
from qa import Assistant

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
HELD = {"brelvaro": 3, "tgv": 1, "almelo": 2, "softbank": 5, "verkoopt": 1}


def read(text, language="nl"):
    return corrected(text, language, lambda word: HELD.get(word, 0))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("waarom verkocht softbnk zijn belang", "waarom verkocht softbank zijn belang"),  # one letter missing
        ("wie leidt brelvarro", "wie leidt brelvaro"),  # one too many
        ("wie leidt brelvara in amlelo", "wie leidt brelvaro in almelo"),  # a wrong one; two that changed places
        ("WIE LEIDT BRELVRO", "WIE LEIDT BRELVARO"),
        ("wie vervnagt de directeur", "wie vervangt de directeur"),  # known from the dictionary alone
        ("waar bouwt men ipv in almelo, evt later", "waar bouwt men in plaats van in almelo, eventueel later"),
        ("WAAROM BOUWT MEN NIET IVM HET WEER", "WAAROM BOUWT MEN NIET IN VERBAND MET HET WEER"),
    ],
)
def test_a_slip_is_mended(typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "wie leidt brelvaro in almelo",
        "wie leidt Brelvoro, en wat is Almel?",  # names that may well be others
        "wie leidt belvairo",  # more than a slip away
        "wie won de almalo",  # a wrong letter in a short word
        "kosten 2025 van de fx9",
        "waarom verkocht de NAV zijn belang",  # a name
        "hoe hard rijdt de tgv",  # the articles know it
        "hoe duur is een zonnepaneel op het dak",
    ],
)
def test_what_is_no_slip_stays(text):
    assert read(text) == text


def test_tidy_questions_are_read_as_they_are(tmp_path):
    update_archive(tmp_path, [BENCHMARKS / "news" / "articles"], CountingEmbedder())
    archive = Archive.open(tmp_path)
    rows = [json.loads(line) for line in (BENCHMARKS / "news" / "questions.jsonl").read_text("utf-8").splitlines()]
    texts = [row[f"question_{language}"] for row in rows for language in ("nl", "en")]
    changed = [text for text in texts if archive.corrected(text, detect_language(text)) != text]
    archive.close()
    assert changed == ["welke ijslander moet amankwah vervangen bij kennemerkust"]  # the articles have "ijslanders"


def test_a_reader_is_told_how_a_question_was_read(tmp_path):
    write(tmp_path / "source" / "a.txt", "Directeur Mulder leidt Brelvaro sinds mei.")
    embedder = CountingEmbedder()
    update_archive(tmp_path / "index", [tmp_path / "source"], embedder)
    assistant = Assistant(Archive.open(tmp_path / "index"), embedder)
    reply = assistant.ask("wie leidt brelvro", threshold_shift=-1)
    assert reply.question.text == "wie leidt brelvaro"
    assert reply.notices == ("Gelezen als: wie leidt brelvaro",)
    assert assistant.ask("wie leidt  brelvaro", threshold_shift=-1).notices == ()
    assistant.close()
