"""Typing errors in a question: a word that nobody knows, one slip of the fingers away from one that is known.

A slip is a letter too many, one missing, a wrong one, or two that changed places (Damerau 1964: four in five errors).
"""

import re
from collections.abc import Callable, Iterator

from index.analysis import lemma, words
from index.concepts import ABBREVIATED
from index.lexicon import load_lexicon
from index.records import LANGUAGES

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SWAPPED, _MISCOUNTED, _WRONG = 3, 5, 8
"""Letters that a word must have for a slip of that kind to be seen; a shorter one is near too many others."""
_WORD = re.compile(r"[^\W\d_]+")


def corrected(text: str, language: str, held: Callable[[str], int]) -> str:
    """A question without its typing errors, and with typed short forms ("ipv") in full.

    A word is one where no article holds it, no dictionary knows it, and a slip leads to it from a word that does
    appear in the articles or in the dictionary of the question's language. What is written as a name stays: it may
    well be one that the articles do not know, and must not become another.

    Args:
        text: the question.
        language: of the question.
        held: how many passages hold a lower-case word, in any of its forms.
    """
    if text.isupper():
        return corrected(text.lower(), language, held).upper()
    slips = {
        word: meant for word in words(text, language) if word.isalpha() and (meant := _meant(word, language, held))
    }
    return _WORD.sub(lambda match: slips.get(match.group(), match.group()), text)


def _known(word: str, held: Callable[[str], int]) -> bool:
    return bool(held(word)) or any(_in_dictionary(word, language) for language in LANGUAGES)


def _in_dictionary(word: str, language: str) -> bool:
    """Whether a dictionary has the word, or the word that it is a form of."""
    lexicon = load_lexicon(language)
    return word in lexicon or lemma(word, language) in lexicon


def _meant(word: str, language: str, held: Callable[[str], int]) -> str:
    """What was meant by a word that nobody knows; empty where it is known, or nothing leads to it."""
    short = ABBREVIATED.get(word, "") if language == "nl" and not held(word) else ""
    return short or ("" if _known(word, held) else _slipped(word, language, held))


def _slipped(word: str, language: str, held: Callable[[str], int]) -> str:
    """The most usual word that a slip makes this one of; letters that changed places come first."""
    compound = bool(load_lexicon(language).translations(word))
    for slips in (_swapped(word), _changed(word)):
        counts = {slip: held(slip) for slip in slips}
        best = max(counts, key=lambda slip: counts[slip], default="")
        if best and counts[best]:
            return best
        if not compound and (found := next((slip for slip in counts if _in_dictionary(slip, language)), "")):
            return found
    return ""


def _swapped(word: str) -> Iterator[str]:
    if len(word) >= _SWAPPED:
        yield from (word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1))


def _changed(word: str) -> Iterator[str]:
    for n in range(len(word) + 1):
        if len(word) >= _MISCOUNTED:
            yield word[:n] + word[n + 1 :]
            yield from (word[:n] + letter + word[n:] for letter in _LETTERS)
        if len(word) >= _WRONG:
            yield from (word[:n] + letter + word[n + 1 :] for letter in _LETTERS)
