"""How words are analysed, translated and searched across languages."""

import pytest

from index.analysis import term, terms, words
from index.concepts import question_concepts
from index.language import detect_language
from index.lexicon import Lexicon, load_lexicon


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("verkocht", "verkopen", "nl"),
        ("ging", "gaan", "nl"),
        ("sold", "sell", "en"),
        ("lorries", "lorry", "en"),
        ("financiële", "financieel", "nl"),
        ("café", "cafe", "nl"),
    ],
)
def test_forms_of_a_word_share_a_term(one, other, language):
    assert term(one, language) == term(other, language)


def test_stop_words_are_left_out_and_numbers_stay():
    assert words("De kat zit op de mat, voor 22,5 miljoen", "nl") == ["kat", "zit", "mat", "22", "5", "miljoen"]
    assert terms("The cats sat on the mats", "en") == ["cat", "sit", "mat"]


def test_translations_come_most_usual_first_and_names_have_none():
    dutch = load_lexicon("nl")
    assert dutch.translations("waarom") == ["why"]
    assert dutch.translations("Belang")[0] == "stake"
    assert dutch.translations("nvidia") == []
    assert "waarom" in dutch
    assert "softbnk" not in dutch


def test_a_dutch_compound_is_translated_by_its_parts():
    lexicon = Lexicon({"stroom": "electricity; current", "net": "grid", "belang": "-"}, compounds=True)
    assert lexicon.translations("stroomnet") == ["electricity grid"]
    assert lexicon.translations("stroombelang") == []
    assert Lexicon({"soft": "zacht", "bank": "bank"}, compounds=False).translations("softbank") == []


def test_a_concept_is_known_by_its_translations_in_the_other_language():
    (softbank, sell) = question_concepts("why did SoftBank sell?", "en")
    assert softbank.is_name
    assert softbank.variants == {"nl": {"softbank": 1.0}, "en": {"softbank": 1.0}}
    assert not sell.is_name
    assert sell.variants["nl"][term("verkopen", "nl")] < sell.variants["en"]["sell"] == 1.0


def test_words_of_the_other_language_are_understood_in_a_mixed_question():
    by_word = {concept.word: concept for concept in question_concepts("waarom sold SoftBank zijn shares", "nl")}
    assert term("verkopen", "nl") in by_word["sold"].variants["nl"]
    assert term("aandeel", "nl") in by_word["shares"].variants["nl"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("WAAROM VERKOCHT SOFTBANK ZIJN BELANG", "nl"),
        ("how much did it cost", "en"),
        ("recept voor appeltaart", "nl"),
    ],
)
def test_language_of_a_question(text, language):
    assert detect_language(text) == language
