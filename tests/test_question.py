"""What a question is understood to ask."""

import datetime as dt
import json
from pathlib import Path

import pytest

from index.dates import DateRange, PublicationDate
from index.errors import QuestionError
from qa.double import questions_in
from qa.marks import find_marks
from qa.news_time import asked_period, dated_near, reported_since, wants_latest
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
        ("When did the price rise?", "en", "when"),
        ("Wie won de prijs?", "nl", "who"),
        ("Who was the director when the bridge was closed?", "en", "who"),
        ("Where did the man who founded Brontaal live?", "en", "where"),
        ("In which year was it founded?", "en", "when"),
        ("Vanaf welk jaar geldt de wet?", "nl", "when"),
        ("En hoelang duurt de verbouwing?", "nl", "how_much"),
        ("What does a ticket for the tram cost?", "en", "how_much"),
        ("How did the price change?", "en", "how_much"),
        ("Om welke reden stapt hij op?", "nl", "why"),
        ("Wat is de reden van zijn vertrek?", "nl", "why"),
        ("Wat was de directe oorzaak van de brand?", "nl", "why"),
        ("What was the cause of the fire?", "en", "why"),
        ("What made the price go up?", "en", "why"),
        ("Hoe komt het dat de prijs daalt?", "nl", "why"),
        ("Hoe kwam de brief aan het licht?", "nl", "how"),
        ("Hoe heet de directeur van Brontaal?", "nl", "who"),
        ("Hoe heet is het water in Almen?", "nl", "how_much"),
        ("What is the name of the director?", "en", "who"),
        ("Hoe snel rijdt de tram?", "nl", "how_much"),
        ("How tall is the tower?", "en", "how_much"),
        ("In welk land staat de fabriek?", "nl", "where"),
        ("In which German city did it open?", "en", "where"),
        ("Wat is Brontaal nog waard?", "nl", "how_much"),
        ("What was the price of a ticket?", "en", "how_much"),
        ("brontaal prijs abonnement", "nl", "how_much"),
        ("softbank nvidia waarom", "nl", "why"),
        ("reden vertrek akbulut", "nl", "why"),
    ],
)
def test_language_and_kind(text, language, kind):
    question = parse_question(text)
    assert (question.language, question.kind) == (language, kind)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What happened when the bridge closed?", "what"),
        ("What happened to the people who lost their homes?", "what"),
        ("Wat doet de gemeente waar de brand was?", "what"),
        ("Wat zei de winnaar van de prijs?", "what"),
        ("Hoe won hij de prijs?", "how"),
        ("Is het waar dat de prijzen stijgen?", "what"),
        ("Was het de moeite waard?", "what"),
        ("Did they say when it opens?", "when"),
        ("Is al bekend hoeveel het kost?", "how_much"),
    ],
)
def test_what_stands_in_a_clause_is_asked_for_only_where_the_question_is_put_so(question, kind):
    assert parse_question(question).kind == kind


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
        ("Valued at $1.2bn, up from £300m.", "how_much", "what is it worth?", ["$1.2bn", "£300m"]),
        ("De huur steeg 12 % ten opzichte van 2024.", "how_much", "hoeveel sinds 2024?", ["12 %"]),
        ("On 12 March the firm paid 5 million.", "how_much", "how much?", ["5 million"]),
        ("The firm was sold on March 15.", "when", "when was it sold?", ["March 15"]),
        ("On March 15, 2024 it may close, and all march on.", "when", "when?", ["March 15, 2024"]),
        ("The mayor resigned in May.", "when", "When did the mayor resign?", ["May"]),
        ("Er kwamen acht klachten.", "how_much", "Hoeveel klachten kwamen er?", ["acht"]),
        ("Five people died.", "how_much", "How many died in the 2025 fire?", ["Five"]),
        ("On Monday he came to Paris in March.", "where", "where did he go?", ["to Paris"]),
        ("Gisteren kwam Joost met Piet.", "who", "wie kwam in Joosts auto?", ["Piet"]),
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
        ("what happened in May?", "2026-05-01", "2026-05-31"),
        ("who came on 5 May?", "2026-05-05", "2026-05-05"),
        ("what was sold on March 15?", "2026-03-15", "2026-03-15"),
        ("sinds Jan de Boer directeur is", None, None),
        ("hoeveel verdient Jan Peters?", None, None),
        ("in jan 2025", "2025-01-01", "2025-01-31"),
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


@pytest.mark.parametrize("question", ["And the weekend?", "And was that done?", "en het weekend?"])
def test_a_short_question_is_no_small_talk(question):
    assert small_talk(question, "en") is None
    assert small_talk(question.removesuffix("?"), "en")


@pytest.mark.parametrize(
    "question",
    [
        "Waar is dit?",
        "Wie is dit?",
        "Who is this?",
        "Where is this?",
        "Wie werkt hier?",
        "What help is needed?",
        "And this morning?",
        "and the evening?",
        "hoe gaat het daar?",
        "Top 10",
        "Top 2000",
        "Dag 3",
    ],
)
def test_what_asks_of_some_matter_is_no_small_talk(question):
    assert small_talk(question, "nl") is None


@pytest.mark.parametrize("text", ["Hoe gaat het?", "how's it going?", "Hello there?", "help?", "bedankt <3"])
def test_small_talk_may_be_put_as_a_question(text):
    assert small_talk(text, "nl")


def test_no_benchmark_question_is_taken_for_small_talk():
    rows = [json.loads(line) for line in (BENCHMARKS / "news" / "questions.jsonl").read_text("utf-8").splitlines()]
    assert [
        row["id"] for row in rows if small_talk(row["question_nl"], "nl") or small_talk(row["question_en"], "en")
    ] == []


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("wat is er sinds mei veranderd?", "2026-05-01"),
        ("what has happened since 12 March 2025?", "2025-03-12"),
        ("hoeveel winst maakte Brontaal vorig jaar?", "2025-01-01"),
        ("what did the council decide last month?", "2026-10-01"),
        ("wat gebeurde er gisteren?", "2026-11-21"),
        ("what is the forecast for 2028?", None),
        ("hoe diep stond het ziekenhuis in 2024 in het rood?", None),
        ("wat verandert er vanaf 2025?", None),
        ("what is planned for this year?", None),
        ("since 2030?", None),
    ],
)
def test_only_what_no_earlier_article_can_tell_limits_the_search(question, since):
    assert reported_since(question, TODAY).since == (since and dt.date.fromisoformat(since))


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Sinds april wordt het bedrijf op 300 miljoen geschat.", "2025-04"),
        ("In 2023 it was valued at 300 million.", "2023"),
        ("De waarde was op 3 maart 2025 nog 300 miljoen.", "2025-03-03"),
        ("In 2030 the plant will be worth 300 million.", "2025-12-22"),
        ("Het bedrijf is 300 miljoen waard.", "2025-12-22"),
        ("Volgens Jan de Boer is het 300 miljoen waard.", "2025-12-22"),
        ("In May the firm was worth 300 million.", "2025-05"),
    ],
)
def test_when_an_amount_was_so(sentence, date):
    found = dated_near(sentence, sentence.index("300"), PublicationDate.parse("2025-12-22"))
    assert found == PublicationDate.parse(date)


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("How much did it cost and who paid?", ["How much did it cost", "who paid?"]),
        ("Waarom stopte Akbulut? En wie volgt hem op?", ["Waarom stopte Akbulut?", "En wie volgt hem op?"]),
        ("What does the tram cost, and by whom is it paid?", ["What does the tram cost", "by whom is it paid?"]),
        ("In welke stad woont hij en waar werkt hij?", ["In welke stad woont hij", "waar werkt hij?"]),
        ("Hoeveel kost die brug en wie betaalt hem?", ["Hoeveel kost die brug", "wie betaalt hem?"]),
        ("Who hid the man who sold it and where is he now?", ["Who hid the man who sold it", "where is he now?"]),
        ("Hello, how are you? Why did SoftBank sell Nvidia?", ["Why did SoftBank sell Nvidia?"]),
    ],
)
def test_two_questions_in_one_are_told_apart(message, parts):
    assert list(questions_in(message)) == parts


@pytest.mark.parametrize(
    "question",
    [
        "When and where did it happen?",
        "Waarom en hoe stopte Akbulut?",
        "Hoeveel banen en woningen komen er?",
        "Who is the man who sold Brontaal and who left?",
        "How much do Fotarix and Brontaal earn?",
        "Echt?? waarom stopte hij",
        "Is het waar dat de prijzen stijgen en de lonen dalen?",
        "welke wet die in 2024 inging en waar boeren last van hebben wordt geschrapt?",
        "Did the minister, who resigned in May and whose party lost, apologise?",
        "Which farmers who protested and to whom the minister spoke were fined?",
        "In welke stad en in welk jaar werd het gebouwd?",
        "In which German city and in which year was it built?",
        "How many people and which companies were affected?",
        "Op welke datum en waar vond het plaats?",
        "Did they say where and when it opens?",
    ],
)
def test_a_single_question_stays_whole(question):
    assert questions_in(question) == (question,)


def test_no_question_of_the_benchmark_is_taken_for_two():
    rows = [json.loads(line) for line in (BENCHMARKS / "news" / "questions.jsonl").read_text("utf-8").splitlines()]
    texts = [row[f"question_{language}"] for row in rows for language in ("nl", "en")]
    assert [text for text in texts if len(questions_in(text)) > 1] == []
