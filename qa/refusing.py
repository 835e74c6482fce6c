"""How a refusal is put: what was searched, and that the answer is not in it."""

from dataclasses import dataclass

_TEXTS = {
    "not_enough_evidence": {
        "nl": "Ik heb {searched} doorzocht, maar het antwoord op deze vraag staat daar niet in.",
        "en": "I searched {searched}, but the answer to this question is not there.",
    },
    "nothing_found": {
        "nl": "Ik heb {searched} doorzocht, maar hierover is daar niets in te vinden.",
        "en": "I searched {searched}, but there is nothing about this in there.",
    },
}
_EMPTY = {
    "nl": "Er is geen artikel om in te zoeken binnen deze periode en bronnen.",
    "en": "There is no article to search within this period and these sources.",
}
_ARTICLES = {"nl": ("1 artikel", "{} artikelen"), "en": ("1 article", "{} articles")}
_DATES = {"nl": ("van {}", "van {} tot en met {}"), "en": ("from {}", "from {} to {}")}


@dataclass(frozen=True, slots=True)
class Extent:
    """How many articles there are, and their earliest and latest known dates; empty where none is known."""

    articles: int
    first: str = ""
    last: str = ""


def refusal_text(reason: str, language: str, searched: Extent) -> str:
    """One sentence that says what was searched, and that the answer was not found.

    Args:
        reason: not_enough_evidence or nothing_found.
        language: nl or en.
        searched: within the limits of the question.
    """
    if not searched.articles:
        return _EMPTY[language]
    one, several = _ARTICLES[language]
    parts = [one if searched.articles == 1 else several.format(searched.articles)]
    if searched.first:
        same, between = _DATES[language]
        single = searched.first == searched.last
        parts.append(same.format(searched.first) if single else between.format(searched.first, searched.last))
    return _TEXTS[reason][language].format(searched=" ".join(parts))
