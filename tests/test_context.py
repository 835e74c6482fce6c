"""The sentence before one that cannot be understood without it, and how the two are quoted."""

import pytest

from index.chunking import chunk_article
from index.records import Article
from qa.context import find_context

BEFORE = {"nl": "De brug van Almen is dicht.", "en": "The bridge of Almen is closed."}


def context(sentence, language, between=" "):
    """What is quoted with the last sentence of an article."""
    article = Article("a.txt", f"{BEFORE[language]}{between}{sentence}", "a", language)
    chunk = chunk_article(article, 1000)[-1]
    found = find_context(article, chunk.sentences, chunk.sentences[-1])
    return found and article.text[found.start : found.end]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Dat kostte 40 miljoen euro."),
        ("nl", "Het kostte 40 miljoen euro."),
        ("nl", "Het is een ramp."),
        ("nl", "Maar dat wist de gemeente."),
        ("nl", "Volgens hem duurt het een jaar."),
        ("nl", "In dat jaar kwam er een pont."),
        ("nl", "De gemeente wil een pont."),
        ("nl", "“Dit is een ramp”, zegt zij."),
        ("en", "It cost 40 million euros."),
        ("en", "But the council knew."),
        ("en", "According to her this takes a year."),
        ("en", "And that was it."),
    ],
)
@pytest.mark.parametrize("between", [" ", "\n\n", "\n\nEen kop\n\n"])
def test_a_sentence_that_points_back_comes_with_the_one_before(language, sentence, between):
    """Also where that ends the paragraph before; a heading is no sentence."""
    assert context(sentence, language, between) == BEFORE[language]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Het museum kreeg 3 miljoen euro."),
        ("nl", "Het vertraagde project kost 3 miljoen euro."),
        ("nl", "Volgens het museum kan dat."),
        ("nl", "Dit jaar komt er een pont."),
        ("nl", "Deze week begint de bouw."),
        ("nl", "De minister van Financiën weigert."),
        ("nl", "De gemeente Almen weigert."),
        ("nl", "Zo'n 300 mensen lopen om."),
        ("nl", "IT-bedrijf Brontaal helpt."),
        ("en", "This year there is a ferry."),
        ("en", "There are 300 houses."),
        ("en", "The council of Almen refuses."),
        ("en", "IT companies help."),
    ],
)
def test_a_sentence_that_is_clear_comes_alone(language, sentence):
    assert context(sentence, language) is None


def test_a_title_is_not_leant_on():
    article = Article("a.txt", "Brug van Almen dicht\n\nDat kost 40 miljoen euro.", "a", "nl")
    chunk = chunk_article(article, 1000)[-1]
    assert find_context(article, chunk.sentences, chunk.sentences[-1]) is None


@pytest.mark.parametrize("between", [" ", "\n\n"])
def test_sentences_that_are_both_cited_are_quoted_once_in_the_order_of_the_article(ask, between):
    first, second = (
        "De brug van Almen kostte 40 miljoen euro.",
        "Dat was 10 miljoen euro meer dan de brug mocht kosten.",
    )
    reply = ask({"a.txt": f"{first}{between}{second}"}, "Hoeveel miljoen euro meer kostte de brug van Almen?")
    numbers = {citation.text: citation.n for citation in reply.citations}
    assert reply.text == f"{first} [{numbers[first]}] {second} [{numbers[second]}]"
