"""Which of the archive's languages a text is written in."""

from functools import cache
from typing import Protocol

from index.records import LANGUAGES

SAMPLE_CHARACTERS = 2000
"""More of an article does not make the answer surer."""


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    known: _Identifier = identifier
    return known


def detect_language(text: str) -> str:
    """The language of a text or a question: one of `LANGUAGES`.

    Letter case is ignored: a shouted question is in the same language as a spoken one.
    """
    return _identifier().classify(text[:SAMPLE_CHARACTERS].lower())[0]
