"""Names in a question typed without capitals, or in nothing else: the passages found tell which words they are."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from index.analysis import term
from index.concepts import Concept
from qa.records import Question
from qa.retriever import Candidate

_INSIDE = re.compile(r"(?<=[a-zß-ÿ\d,;] )[^\W\d_]+")
"""A word in the middle of a sentence, where a capital says that it is a name."""


def with_names(question: Question, candidates: Sequence[Candidate]) -> Question:
    """The question; if it has no capitals to tell its names by, what the passages mostly write with one is a name."""
    if _has_capitals(question.text):
        return question
    forms = [(item.article.language, _forms(item.chunk.text, item.article.language)) for item in candidates]
    concepts = [replace(each, is_name=each.is_name or _is_name(each, forms)) for each in question.concepts]
    return replace(question, concepts=tuple(concepts))


def _has_capitals(text: str) -> bool:
    """Whether some letters are capitals; that of the first one says nothing."""
    return not text.isupper() and text[1:] != text[1:].lower()


def _is_name(concept: Concept, forms: Sequence[tuple[str, dict[str, int]]]) -> bool:
    return sum(found.get(term, 0) for language, found in forms for term in concept.variants[language]) > 0


@lru_cache(maxsize=5_000)
def _forms(text: str, language: str) -> dict[str, int]:
    """Term -> how much more often a text writes it with a capital than without, in the middle of a sentence."""
    forms: dict[str, int] = {}
    for match in _INSIDE.finditer(text):
        word = match.group()
        name = term(word.lower(), language)
        forms[name] = forms.get(name, 0) + (1 if word[0].isupper() else -1)
    return forms
