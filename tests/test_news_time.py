"""Which days a question is about, and which times limit the search."""

import datetime as dt

import pytest

from index.dates import DateRange, PublicationDate
from qa.news_time import asked_period, dated_near, reported_since, wants_latest

TODAY = dt.date(2025, 11, 23)


def days(since: str | None, until: str | None) -> DateRange:
    return DateRange(since and dt.date.fromisoformat(since), until and dt.date.fromisoformat(until))


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("who left on July 4 2024?", "2024-07-04"),
        ("who left on the 4th of July 2024?", "2024-07-04"),
        ("who left on the 3rd of May?", "2025-05-03"),
        ("wie vertrok op 3 okt. 2025?", "2025-10-03"),
        ("May 1st", "2025-05-01"),
        ("on Oct 12", "2025-10-12"),
        ("wie vertrok op 15-03-2024?", "2024-03-15"),
        ("who left on 2024-03-15?", "2024-03-15"),
        ("who left on 12/31/2024?", "2024-12-31"),
        ("wat gebeurde er eergisteren?", "2025-11-21"),
        ("wat gebeurde er afgelopen vrijdag?", "2025-11-21"),
        ("what happened last Sunday?", "2025-11-16"),
        ("wie komt er maandag? volgende maandag", "2025-11-24"),
        ("wat gebeurt er overmorgen?", "2025-11-25"),
    ],
)
def test_a_day_is_known_however_it_is_written(question, day):
    assert asked_period(question, TODAY) == days(day, day)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("wat gebeurde er het afgelopen jaar?", "2024-11-23", "2025-11-23"),
        ("what happened in the last year?", "2024-11-23", "2025-11-23"),
        ("what happened last year?", "2024-01-01", "2024-12-31"),
        ("what happened in May of last year?", "2024-05-01", "2024-05-31"),
        ("wie won er afgelopen week?", "2025-11-16", "2025-11-23"),
        ("wie won er vorige week?", "2025-11-10", "2025-11-16"),
        ("in de afgelopen drie maanden", "2025-08-23", "2025-11-23"),
        ("in the last 6 months", "2025-05-23", "2025-11-23"),
        ("who left two weeks ago?", "2025-11-03", "2025-11-09"),
        ("wie vertrok er een jaar geleden?", "2024-01-01", "2024-12-31"),
        ("which station came last two years ago?", "2023-01-01", "2023-12-31"),
        ("winst vorig kwartaal", "2025-07-01", "2025-09-30"),
        ("profit in Q3 2025", "2025-07-01", "2025-09-30"),
        ("winst in het derde kwartaal", "2025-07-01", "2025-09-30"),
        ("sales in the first half of 2025", "2025-01-01", "2025-06-30"),
        ("wie won er afgelopen zomer?", "2025-06-01", "2025-08-31"),
        ("what opened this spring?", "2025-03-01", "2025-05-31"),
        ("winter 2024", "2024-12-01", "2025-02-28"),
        ("seizoen 2023/24", "2023-01-01", "2024-12-31"),
        ("the next two weeks", "2025-11-23", "2025-12-07"),
        ("the last week of 2024", "2024-01-01", "2024-12-31"),
        ("the last year of the war", None, None),
        ("het laatste jaar van de oorlog", None, None),
        ("the last day of the strike", None, None),
    ],
)
def test_other_times_in_a_question(question, since, until):
    assert asked_period(question, TODAY) == days(since, until)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("tussen 2020 en 2023", "2020-01-01", "2023-12-31"),
        ("van 2020 tot 2023", "2020-01-01", "2023-12-31"),
        ("from 2020 to 2023", "2020-01-01", "2023-12-31"),
        ("in 2023 en in 2024", "2023-01-01", "2024-12-31"),
        ("between May and July 2025", "2025-05-01", "2025-07-31"),
        ("between May and July", "2025-05-01", "2025-07-31"),
        ("tussen november en februari", "2024-11-01", "2025-02-28"),
        ("van december 2023 tot en met maart", "2023-12-01", "2024-03-31"),
        ("from last month to next month", "2025-10-01", "2025-12-31"),
        ("in 2024 en 2023", "2023-01-01", "2024-12-31"),
        ("van 5 tot 10 mei 2025", "2025-05-05", "2025-05-10"),
        ("May 3-5, 2025", "2025-05-03", "2025-05-05"),
    ],
)
def test_a_period_has_two_ends(question, since, until):
    assert asked_period(f"who led it {question}?", TODAY) == days(since, until)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("since 3rd May 2024", "2024-05-03", None),
        ("sinds de zomer van 2024", "2024-06-01", None),
        ("vanaf vorige week", "2025-11-10", None),
        ("na 2020", "2021-01-01", None),
        ("after 3 May 2025", "2025-05-04", None),
        ("vóór 2020", None, "2019-12-31"),
        ("voor 3 mei 2025", None, "2025-05-02"),
        ("voor 2026", "2026-01-01", "2026-12-31"),
        ("tot 2023", None, "2022-12-31"),
        ("tot en met 2023", None, "2023-12-31"),
    ],
)
def test_a_time_may_be_one_end(question, since, until):
    assert asked_period(f"wat kostte het {question}?", TODAY) == days(since, until)


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("what has happened since July 4 2024?", "2024-07-04"),
        ("wat is er sinds vorige week veranderd?", "2025-11-10"),
        ("what has changed since last month?", "2025-10-01"),
        ("sinds gisteren", "2025-11-22"),
        ("since the beginning of 2024", "2024-01-01"),
        ("sinds het begin van 2024", "2024-01-01"),
        ("wie vertrok er twee weken geleden?", "2025-11-03"),
        ("in de afgelopen drie maanden", "2025-08-23"),
        ("wat gebeurde er in mei vorig jaar?", "2024-01-01"),
        ("before last year", None),
        ("the last week of 2024", None),
        ("from 2020 to 2023", None),
        ("what is planned for next month?", None),
    ],
)
def test_what_no_earlier_article_can_tell(question, since):
    assert reported_since(question, TODAY) == days(since, None)


@pytest.mark.parametrize(
    "question",
    [
        "hoeveel van de 2000 woningen?",
        "who paid $2000?",
        "who sold 1950 bricks?",
        "wie kreeg 2000 euro?",
        "who says this may help?",
        "kritiek op Jan Peters",
    ],
)
def test_what_only_looks_like_a_date(question):
    assert asked_period(question, TODAY) == DateRange()


def test_a_time_far_off_is_still_a_time():
    assert asked_period("the past 999 years", TODAY) == days("1026-11-23", "2025-11-23")


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("De 2000 woningen zijn samen 300 miljoen euro waard.", "2025-12-22"),
        ("On July 4 2024 it was worth 300 million.", "2024-07-04"),
        ("In the summer of 2024 it was worth 300 million.", "2024"),
        ("In mei vorig jaar was het 300 miljoen waard.", "2024-05"),
    ],
)
def test_when_an_amount_was_so(sentence, date):
    found = dated_near(sentence, sentence.index("300"), PublicationDate.parse("2025-12-22"))
    assert found == PublicationDate.parse(date)


@pytest.mark.parametrize(
    "words", ["huidige", "actuele", "op dit moment", "vandaag", "thans", "nog steeds", "current", "still", "to date"]
)
def test_words_that_ask_for_the_newest(words):
    assert wants_latest(f"wie is {words} directeur")
