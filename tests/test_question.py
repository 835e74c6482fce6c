"""What a question is understood to ask."""

import datetime as dt
import json
from pathlib import Path

import pytest

from index.dates import DateRange
from index.errors import QuestionError
from qa.marks import find_marks
from qa.news_time import asked_period, wants_latest
from qa.question import MAX_CHARACTERS, parse_question
from qa.smalltalk import small_talk

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("why did SoftBank sell Nvidia?", "en", "why"),
        ("waarom verkocht SoftBank zijn belang in Nvidia?", "nl", "why"),
        ("Hoeveel heeft Microsoft geïnvesteerd?", "nl", "how_much"),
        ("WHEN IS THE PAYPAY LISTING PLANNED", "en", "when"),
        ("wie heeft OpenAI opgericht", "nl", "who"),
        ("waar komt het nieuwe kantoor van Brontaal", "nl", "where"),
        ("what did the council decide about the tram?", "en", "what"),
    ],
)
def test_language_and_kind(text, language, kind):
    question = parse_question(text)
    assert (question.language, question.kind) == (language, kind)


def test_words_that_only_ask_are_no_concepts():
    assert [concept.word for concept in parse_question("why did SoftBank sell Nvidia?").concepts] == [
        "softbank",
        "sell",
        "nvidia",
    ]


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t"])
def test_an_empty_question_is_refused_in_one_line(text):
    with pytest.raises(QuestionError, match="the question is empty"):
        parse_question(text)


def test_a_far_too_long_question_is_refused_in_one_line():
    with pytest.raises(QuestionError, match="100,000 characters"):
        parse_question("a" * 100_000)
    assert parse_question("a" * MAX_CHARACTERS).text == "a" * MAX_CHARACTERS


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "marked"),
    [
        ("Het bedrijf betaalt 22,5 miljard dollar.", "how_much", "hoeveel betaalt het?", ["22,5 miljard dollar"]),
        ("It paid $3 million in 2024.", "how_much", "how much did it pay in 2024?", ["$3 million"]),
        ("De beurs opent begin 2026.", "when", "wanneer opent de beurs?", ["begin 2026"]),
        ("Elke Sommerfeld volgt Brandsma op.", "who", "wie volgt Brandsma op?", ["Elke Sommerfeld"]),
        ("Zij vertrekt omdat het geld op is.", "why", "waarom vertrekt zij?", ["omdat het geld op is"]),
        ("Het kantoor komt in Utrecht.", "where", "waar komt het kantoor?", ["in Utrecht"]),
        ("Het kantoor komt in Utrecht.", "how", "hoe komt het kantoor er?", []),
    ],
)
def test_what_is_asked_for_is_marked(sentence, kind, question, marked):
    assert [sentence[span.start : span.end] for span in find_marks(sentence, kind, question)] == marked


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("hoeveel omzet in 2024?", "2024-01-01", "2024-12-31"),
        ("what happened last month", "2026-10-01", "2026-10-31"),
        ("wat gebeurde er vorig jaar", "2025-01-01", "2025-12-31"),
        ("sinds mei", "2026-05-01", None),
        ("since December", "2025-12-01", None),
        ("before 2020", None, "2019-12-31"),
        ("op 3 maart 2025", "2025-03-03", "2025-03-03"),
        ("March 5, 2024", "2024-03-05", "2024-03-05"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("who may sue?", None, None),
        ("waarom verkocht SoftBank Nvidia?", None, None),
    ],
)
def test_dates_in_a_question(question, since, until):
    expected = DateRange(since and dt.date.fromisoformat(since), until and dt.date.fromisoformat(until))
    assert asked_period(question, TODAY) == expected


def test_questions_for_how_things_stand_now():
    assert wants_latest("hoeveel is OpenAI nu waard?")
    assert wants_latest("who is the latest CEO?")
    assert not wants_latest("wie nam het bedrijf over?")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_small_talk_and_what_only_looks_like_it(language):
    rows = [json.loads(line) for line in (BENCHMARKS / "smalltalk.jsonl").read_text("utf-8").splitlines()]
    wrong = [row[language] for row in rows if bool(small_talk(row[language], language)) == (row["kind"] == "question")]
    assert wrong == []


def test_no_benchmark_question_is_taken_for_small_talk():
    rows = [json.loads(line) for line in (BENCHMARKS / "news" / "questions.jsonl").read_text("utf-8").splitlines()]
    assert [
        row["id"] for row in rows if small_talk(row["question_nl"], "nl") or small_talk(row["question_en"], "en")
    ] == []
