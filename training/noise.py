"""Small damage done to training texts on purpose: words of the other language, typing errors."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from index.concepts import question_concepts
from training.data import Language
from training.settings import ReaderRecipe, Recipe

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Switcher:
    """Replaces words by a translation, which brings words that are rare in the training text into place."""

    nl_en: dict[str, list[str]]
    en_nl: dict[str, list[str]]

    def switch(self, text: str, language: Language, share: float, chooser: random.Random) -> str:
        """About `share` of the words that the lexicon knows, in the other language."""
        lexicon = self.nl_en if language == "nl" else self.en_nl

        def other(found: re.Match[str]) -> str:
            ways = lexicon.get(found.group().lower())
            if not ways or chooser.random() >= share:
                return found.group()
            return chooser.choice(ways[:2])

        return _WORD.sub(other, text)


def damage(
    text: str, language: Language, switcher: Switcher, recipe: Recipe | ReaderRecipe, chooser: random.Random
) -> str:
    """A question as people type it: now and then a word of the other language, a slip, no question mark."""
    if chooser.random() < recipe.switched_texts:
        text = switcher.switch(text, language, recipe.switch, chooser)
    if chooser.random() < recipe.typo:
        text = mistype(text, chooser)
    return text.rstrip("?!. ") if chooser.random() < recipe.unmarked else text


def keywords(text: str, language: Language) -> str:
    """A question as it is typed into a search box: its content words alone; the text where it has none."""
    return " ".join(concept.word for concept in question_concepts(text, language)) or text


def mistype(text: str, chooser: random.Random) -> str:
    """One letter dropped from, or swapped inside, one word of four letters or more."""
    long_words = [m for m in _WORD.finditer(text) if len(m.group()) >= 4]
    if not long_words:
        return text
    found = chooser.choice(long_words)
    place = chooser.randrange(found.start() + 1, found.end() - 1)
    if chooser.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
