"""Amounts, dates, reasons and places in sentences."""

import pytest

from qa.marks import find_marks


def marked(sentence: str, kind: str, language: str | None = None) -> list[str]:
    return [sentence[span.start : span.end] for span in find_marks(sentence, kind, "", language=language)]


@pytest.mark.parametrize(
    ("sentence", "amounts"),
    [
        ("It was sold in May 2024.", []),
        ("Het opende in 2024 voor 5 miljoen euro.", ["5 miljoen euro"]),
        ("In 2023/24 it lost the title.", []),
        ("He paid 2000 euro for 1950 bricks.", ["2000 euro", "1950"]),
        ("On March 5 the doors open at 14.30 uur.", []),
        ("De crèche gaat om vijf uur open, van 5 tot 10 mei.", []),
        ("Covid-19 closed it.", []),
        ("Het kost 5-10 euro.", ["5", "10 euro"]),
        ("2 miljoen in 2024 en 3 miljoen in 2025", ["2 miljoen", "3 miljoen"]),
        ("Van 2000 naar 3000 woningen.", ["2000", "3000"]),
        ("Het kost een miljoen euro.", ["een miljoen euro"]),
        ("Half a million people paid a million dollars.", ["Half a million", "a million dollars"]),
        ("Het trok miljoenen bezoekers.", ["miljoenen"]),
        ("From €300k to $1.2B.", ["€300k", "$1.2B"]),
        ("Het kost €3 mrd.", ["€3 mrd"]),
        ("It raised EUR 300 million.", ["EUR 300 million"]),
        ("Er viel één dode.", ["één"]),
        ("One person died.", ["One"]),
        ("No one knows, and one of them left the canteen of Martien.", []),
    ],
)
def test_amounts(sentence, amounts):
    assert marked(sentence, "how_much") == amounts


@pytest.mark.parametrize(
    ("sentence", "times"),
    [
        ("It closed on July 4 2024.", ["July 4 2024"]),
        ("It closed on the 4th of July 2024.", ["4th of July 2024"]),
        ("Het sloot op 3 okt. 2025.", ["3 okt. 2025"]),
        ("Het sluit 5 mrt.", ["5 mrt"]),
        ("Op 12-03-2025 ging het om 8 uur open.", ["12-03-2025", "8 uur"]),
        ("It opens at 8 pm.", ["8 pm"]),
        ("It closed two years ago.", ["two years ago"]),
        ("Vanochtend sloot wat twee weken geleden opende.", ["Vanochtend", "twee weken geleden"]),
        ("Overmorgen gaat het open.", ["Overmorgen"]),
        ("In het najaar van 2024 begon het.", ["het najaar van 2024"]),
        ("De 2000 woningen kosten 2000 euro.", []),
        ("Theresa May may march on.", []),
    ],
)
def test_times(sentence, times):
    assert marked(sentence, "when") == times


@pytest.mark.parametrize(
    ("sentence", "reasons"),
    [
        ("Unions want higher wages.", []),
        ("He closed the door and left.", []),
        ("Since 2020 the firm has been alone.", []),
        ("Het begint om 14.30 uur.", []),
        ("Het is gebouwd door BAM in 2020.", []),
        ("Het sloot door de brand.", ["door de brand"]),
        ("Om die reden sloot het.", ["Om die reden sloot het"]),
        ("Hij leent om 2 miljoen te kunnen betalen.", ["om 2 miljoen te kunnen betalen"]),
        ("Since May it is shut, because 40 pipes burst.", ["because 40 pipes burst"]),
    ],
)
def test_reasons(sentence, reasons):
    assert marked(sentence, "why") == reasons


def test_the_language_of_the_article_tells_which_words_give_a_reason():
    assert marked("Door sales rose", "why", "en") == []
    assert marked("Door sales rose", "why", "nl") == ["Door sales rose"]


@pytest.mark.parametrize(
    ("sentence", "places"),
    [
        ("In Utrecht komt een kantoor.", ["In Utrecht"]),
        ("Het staat aan de Coolsingel in 's-Hertogenbosch.", ["aan de Coolsingel", "in 's-Hertogenbosch"]),
        ("Het is verkocht aan Brontaal.", []),
        ("In March it moved.", []),
    ],
)
def test_places(sentence, places):
    assert marked(sentence, "where") == places
