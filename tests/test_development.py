"""Answers that depend on time: how an amount has changed, what "since May" leaves out."""

import datetime as dt

import pytest

from index.dates import DateRange
from ui.changes import development_json, development_line

VALUES = {
    "old.txt": " date 2024-10-08 De waardering van Zonnedak bedraagt 340 miljoen euro, zegt het bedrijf.",
    "new.txt": " date 2025-05-20 The valuation of Zonnedak is now 410 million euros, the company says.",
    "other.txt": " date 2025-06-01 Zonnedak haalde 25 miljoen euro op bij een bank.",
    "rival.txt": " date 2025-07-01 De waardering van Windhoek bedraagt 80 miljoen euro.",
}


@pytest.mark.parametrize(
    "question", ["Wat is de waardering van Zonnedak, hoeveel euro?", "How much is Zonnedak's valuation?"]
)
def test_how_an_amount_has_changed_is_told_with_dates(ask, question):
    reply = ask(VALUES, question)
    told = [(step["date"], step["text"]) for step in development_json(reply)]
    assert told == [("2024-10-08", "340 miljoen euro"), ("2025-05-20", "410 million euros")]
    for step in reply.development:
        citation = next(citation for citation in reply.citations if citation.n == step.n)
        assert citation.start <= step.mark.start < step.mark.end <= citation.end
        assert step.text in citation.text
    assert "2024-10-08: 340 miljoen euro [" in development_line(reply)


def test_a_sentence_that_names_its_own_date_is_of_that_date(ask):
    article = (
        " date 2025-12-22 Sinds Windfonds in april instapte tegen een waardering van 300 miljoen euro is Zonnedak "
        "meer waard. Nieuwe gesprekken duwen de waardering van Zonnedak richting 900 miljoen euro."
    )
    steps = ask({"a.txt": article}, "hoeveel is Zonnedak waard?").development
    assert [(str(step.date), step.text) for step in steps] == [
        ("2025-04", "300 miljoen euro"), ("2025-12-22", "900 miljoen euro"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "second",
    [
        "De waardering van Zonnedak is 340 miljoen euro, meldt de krant.",  # the same amount
        "De waardering van Zonnedak steeg met 12 procent.",  # another unit
        "Zonnedak betaalt 12 miljoen euro huur.",  # another thing
        "De waardering van Zonnedak steeg met 90 miljoen euro.",  # too far apart
    ],
)
def test_amounts_that_do_not_speak_of_the_same_are_no_development(ask, second):
    texts = {"old.txt": VALUES["old.txt"], "new.txt": f" date 2025-05-20 {second}"}
    assert ask(texts, "hoeveel bedraagt de waardering van Zonnedak?").development == ()


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("De bouw van Zonnedak kost 410 miljoen euro.", False),  # "kost" alone may be said of anything
        ("De bouw van Zonnedak kost nu 410 miljoen euro.", True),
        ("De bouw van Zonnedak kost 410 miljoen euro, meer dan begroot.", True),
        ("De bouw van Zonnedak kost meer dan 410 miljoen euro.", False),  # compares with nothing before
        ("De eerste lijn van Zonnedak kost 410 miljoen euro.", True),
    ],
)
def test_a_change_is_told_or_all_that_the_question_asks_of_stands_beside_both(ask, second, told):
    texts = {
        "old.txt": " date 2024-10-08 De eerste lijn van Zonnedak kost 340 miljoen euro.",
        "new.txt": f" date 2025-05-20 {second}",
    }
    reply = ask(texts, "hoeveel kost de eerste lijn van Zonnedak?")
    steps = [step.text for step in reply.development]
    assert steps == (["340 miljoen euro", "410 miljoen euro"] if told else [])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("in 2027", "in 2029", ["2027", "2029"]),
        ("op 3 maart 2027", "in 2029", ["3 maart 2027", "2029"]),
        ("op 3 maart", "op 4 mei", []),  # of the year of each article, so of different things
    ],
)
def test_a_date_is_compared_where_its_year_is_named(ask, before, after, told):
    texts = {
        "old.txt": f" date 2024-10-08 De tram van Zonnedak gaat {before} rijden.",
        "new.txt": f" date 2025-05-20 De tram van Zonnedak gaat {after} rijden.",
    }
    reply = ask(texts, "wanneer gaat de tram van Zonnedak rijden?")
    assert [step.text for step in reply.development] == told


@pytest.mark.parametrize(
    "question",
    [
        "wie noemt Zonnedak een bedrijf?",
        "hoeveel bedraagt de waardering?",  # of what?
    ],
)
def test_other_questions_have_no_development(ask, question):
    assert ask(VALUES, question).development == ()


def test_since_leaves_out_earlier_articles_and_says_so(ask):
    year = dt.date.today().year - 1
    texts = {
        "early.txt": f" date {year}-02-03 Zonnedak opende een fabriek in Zwolle.",
        "late.txt": f" date {year}-08-09 Zonnedak opende een fabriek in Almelo.",
        "undated.txt": "Zonnedak opende een fabriek in Breda.",
    }
    reply = ask(texts, f"waar opende Zonnedak een fabriek sinds mei {year}?")
    assert {hit.article.id for hit in reply.passages} == {"late.txt"}
    assert reply.notices == (
        f"Gezocht in artikelen vanaf {year}-05-01, omdat de vraag daarnaar verwijst.",
        "1 artikel zonder bekende datum is niet doorzocht.",
    )


def test_a_year_that_is_part_of_the_question_leaves_nothing_out(ask):
    texts = {
        "early.txt": " date 2024-02-03 Zonnedak verwacht in 2028 een omzet van 40 miljoen euro.",
        "late.txt": " date 2025-08-09 Zonnedak verwacht een lagere omzet.",
    }
    reply = ask(texts, "welke omzet verwacht Zonnedak in 2028?")
    assert reply.citations[0].article_id == "early.txt"
    assert reply.notices == ()


def test_a_time_in_which_nothing_appeared_leaves_nothing_out(ask):
    reply = ask(VALUES, "how much was Zonnedak's valuation last month?")
    assert reply.passages
    assert reply.notices == ()


def test_the_dates_given_with_a_question_still_hold(ask):
    reply = ask(VALUES, "hoeveel is de waardering sinds 2024?", days=DateRange.parse(None, "2024-12"))
    assert {hit.article.id for hit in reply.passages} == {"old.txt"}
