"""However a question is typed, the same is understood: shouted, without capitals, question mark or accents."""

import json
from pathlib import Path

import pytest

from index.analysis import fold_accents
from index.concepts import question_concepts
from qa.double import questions_in
from qa.question import parse_question
from qa.smalltalk import small_talk

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "news" / "questions.jsonl"
ARTICLES = {
    "stake.txt": " date 2025-03-04 Gisteren stak Rheinkamp Ventures 160 miljoen euro in het Utrechtse Brontaal.",
    "bank.txt": "Volgens een ANDERE bank gaat de bank in Utrecht dicht.",
    "english.txt": "Last week the Dutch bank said that Brontaal of Utrecht has money.",
}
QUESTION = "Hoeveel stak Rheinkamp Ventures in het Utrechtse Brontaal, of een bank, in maart 2025?"
NAMES = {"rheinkamp", "ventures", "utrechtse", "brontaal", "2025"}


def sloppy(text):
    """The ways to type a question that should make no difference."""
    return {
        "capitals": text.upper(),
        "no capitals": text.lower(),
        "one capital": text.capitalize(),
        "no question mark": text.rstrip("?"),
        "no accents": fold_accents(text),
    }


def names(question):
    return {concept.word for concept in question.concepts if concept.is_name}


@pytest.mark.parametrize("way", sloppy(""))
def test_the_questions_of_the_benchmark_ask_the_same_however_typed(way):
    def understood(text):
        question = parse_question(text)
        words = [fold_accents(concept.word) for concept in question.concepts]
        time = question.period, question.reported, question.latest
        return question.kind, words, time, len(questions_in(text)), small_talk(text, question.language)

    rows = [json.loads(line) for line in BENCHMARK.read_text("utf-8").splitlines()]
    texts = [row[f"question_{language}"] for row in rows for language in ("nl", "en")]
    assert [text for text in texts if understood(sloppy(text)[way]) != understood(text)] == []


def test_capitals_say_nothing_where_there_is_nothing_else():
    shouted = question_concepts("KOST HET 160 MILJOEN, ZOALS BANKEN ZEGGEN?", "nl")
    assert [concept.word for concept in shouted if concept.is_name] == ["160"]


@pytest.mark.parametrize("way", sloppy(""))
def test_the_articles_tell_the_names(ask, way):
    reply = ask(ARTICLES, sloppy(QUESTION)[way])
    assert names(reply.question) == names(ask(ARTICLES, QUESTION).question) == NAMES
    assert reply.notices == ()


def test_a_name_in_the_other_language_is_one(ask):
    articles = {"a.txt": "De studie van het Amerikaanse Brontaal begint.", "b.txt": "De Amerikaanse bank is hier."}
    assert "american" in names(ask(articles, "when did the american study begin").question)
    assert "study" not in names(ask(articles, "when did the american study begin").question)


@pytest.mark.parametrize("way", sloppy(""))
def test_the_same_sentences_are_found_with_the_same_scores(ask, way):
    tidy, typed = ask(ARTICLES, QUESTION), ask(ARTICLES, sloppy(QUESTION)[way])
    assert [(c.article_id, c.start) for c in typed.citations] == [(c.article_id, c.start) for c in tidy.citations]
    if way != "no question mark":  # which the model reads as well
        assert [c.score for c in typed.citations] == pytest.approx([c.score for c in tidy.citations], abs=1e-4)
