"""Text -> index terms: words without stop words, reduced to their lemma's stem, per language."""

import unicodedata
from functools import cache, lru_cache

import simplemma
import Stemmer
import tantivy

_NAMES = {"nl": "dutch", "en": "english"}


def words(text: str, language: str) -> list[str]:
    """Lower-case words and numbers in order, stop words left out."""
    return _splitter(language).analyze(text)


def terms(text: str, language: str) -> list[str]:
    """What is indexed for a text: one term a word, in order."""
    return [term(word, language) for word in words(text, language)]


@lru_cache(maxsize=200_000)
def term(word: str, language: str) -> str:
    """The stem of the word's lemma, without accents: "verkocht" and "verkopen" become one."""
    stem: str = _stemmer(language).stemWord(fold_accents(lemma(word, language)))
    return stem


def lemma(word: str, language: str) -> str:
    """The dictionary form of a lower-case word; the word itself where it is not known."""
    return simplemma.lemmatize(word, lang=language).lower()


def fold_accents(text: str) -> str:
    """Letters without their accents, as many people type them."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@cache
def _splitter(language: str) -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword(_NAMES[language]))
        .build()
    )


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer":
    return Stemmer.Stemmer(_NAMES[language])
