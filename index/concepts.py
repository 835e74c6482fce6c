"""A question's words as concepts: what each may be called in an article of either language."""

import re
from dataclasses import dataclass

from index.analysis import lemma, term, terms, words
from index.lexicon import load_lexicon
from index.records import LANGUAGES

TRANSLATED = 0.8
"""Worth of a translation against the word itself; measured in docs/retrieval.md."""

PHRASE_PART = 0.5
"""Worth of one word of a translation that is a phrase ("stock market listing")."""

_ASKING = frozenset(
    "waarom waardoor waarvoor waarmee waaraan waarin waarover waartoe waarop hoeveel hoelang hoezo welk welke wie "
    "wiens wanneer waar wat hoe komt mag moet gaat gaan krijgt kan kunnen wil willen zal zullen zou wordt worden "
    "werd werden "
    "heeft hebben had is zijn was waren doet doen deed graag eigenlijk "
    "why how what who whom whose which when where much many long does did do done is are was were will would can could "
    "shall should may might must has have had get gets getting come please".split()
)
"""Words that ask or help; what they ask for is the question's kind, not something to look up."""

ABBREVIATED = {
    "ipv": "in plaats van", "ivm": "in verband met", "mbt": "met betrekking tot", "tov": "ten opzichte van",
    "dmv": "door middel van", "obv": "op basis van", "tgv": "ten gevolge van", "igv": "in geval van",
    "nav": "naar aanleiding van", "evt": "eventueel", "bijv": "bijvoorbeeld", "enz": "enzovoort",
    "svp": "alstublieft", "aub": "alstublieft",
}  # fmt: skip
"""Dutch function words in the short form in which they are typed -> in full."""

_CLITICS = frozenset("s t n m d re ve ll".split())
"""What an apostrophe leaves behind ("Arm's")."""

_PASSED_OVER = _ASKING | _CLITICS | ABBREVIATED.keys()

_NAME = re.compile(r"(?<=[a-zß-ÿ\d,;] )[A-ZÀ-Þ][^\W\d_]*")
"""A capital in the middle of a sentence, after a word that is not shouted: "Arm" is the company, not the limb."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of a question, and the index terms that stand for it: language -> term -> worth (0 to 1].

    `is_name` tells whether it was written as a name, or has no known translation (a name, a number, a typing error).
    """

    word: str
    variants: dict[str, dict[str, float]]
    is_name: bool


def question_concepts(question: str, language: str) -> list[Concept]:
    """The question's content words, each once, in order, with their translations."""
    content = [word for word in dict.fromkeys(words(question, language)) if word not in _PASSED_OVER]
    names = set() if question.isupper() else {word.lower() for word in _NAME.findall(question)}
    return [_concept(word, language, word in names) for word in content]


def _concept(word: str, language: str, written_as_name: bool) -> Concept:
    """The word as it is in both languages (it may be a name), and its translations.

    A word that the question's language does not know is looked up in the other one: people mix languages.
    """
    variants: dict[str, dict[str, float]] = {each: {term(word, each): 1.0} for each in LANGUAGES}
    known = _translations(word, language)
    spoken = language if known or word in load_lexicon(language) else _other(language)
    for translation in known if spoken == language else _translations(word, spoken):
        target = variants[_other(spoken)]
        parts = terms(translation, _other(spoken))
        for part in parts:
            target[part] = max(target.get(part, 0.0), TRANSLATED if len(parts) == 1 else PHRASE_PART)
    untranslated = all(len(found) == 1 for found in variants.values())
    return Concept(word, variants, written_as_name or untranslated)


def _translations(word: str, language: str) -> list[str]:
    lexicon = load_lexicon(language)
    return lexicon.translations(word) or lexicon.translations(lemma(word, language))


def _other(language: str) -> str:
    return "en" if language == "nl" else "nl"
