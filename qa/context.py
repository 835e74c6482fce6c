"""The sentence that another one leans on, and cannot be understood without ("That cost 40 million euros.")."""

import re
from collections.abc import Sequence

from index.analysis import lemma
from index.records import Article, Span
from index.sentences import sentence_spans

_PARAGRAPHS = re.compile(r"\n\s*\n")
_CLOSED = re.compile(r"[.!?…][\"'”’»)\]]*$")
"""How running text ends; a heading does not."""

_IN_FRONT = {
    "nl": r"(?:(?:maar|en|want|dus|of)\s+)?(?:(?:volgens|door|met|voor|van|bij|aan|op|in|uit|naar|over|na|tegen)\s+)?",
    "en": r"(?:(?:but|and|so|or|yet)\s+)?(?:(?:according to|by|with|for|from|at|to|on|in|of|about|after|against)\s+)?",
}
_TIMES = {
    "nl": r"minuut|uur|dag|week|weekend|maand|kwartaal|jaar|seizoen|eeuw|ochtend|middag|avond|nacht|"
    r"lente|voorjaar|zomer|herfst|najaar|winter|(?:maan|dins|woens|donder|vrij|zater|zon)dag",
    "en": r"minute|hour|day|week|weekend|month|quarter|year|season|century|morning|afternoon|evening|"
    r"spring|summer|autumn|fall|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
}
_NAMED = r"(?!\s+(?:(?:van|of)\b|(?-i:[A-ZÀ-Þ])))"
_POINTING = {
    "nl": r"(?:het|de) (?:bedrijf|concern|fabriek|club|bank|gemeente|minister|onderneming|maatschappij|topman|topvrouw)"
    rf"\b{_NAMED}|(?:dit|deze)(?!\s+(?:{_TIMES['nl']})\b)|dat|die|zo(?!['’]n)|dan|daar\w*|hier\w*|hij|hem|zij|ze|"
    r"het(?=\s+(?P<next>\w+))|hun|hen|haar|zijn|beide|toch|ook|wel",
    "en": rf"(?:this|these)(?!\s+(?:{_TIMES['en']})s?\b)|that|those|he|him|she|it|they|them|his|her|its|their|such|"
    r"both|there(?!\s+(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should)\b)|"
    rf"the (?:company|group|firm|club|bank|council|minister|factory|plant|deal|move|plan)\b{_NAMED}",
}
_LEANING = {
    language: re.compile(
        rf"[\"'“‘(]?{_IN_FRONT[language]}(?!(?-i:[A-Z]{{2}}))(?:{_POINTING[language]})\b(?!-)", re.IGNORECASE
    )
    for language in _POINTING
}
_NO_VERB = re.compile(r"(?:ge|be|ver|ont|her)\w+[dt]e|\w*(?:ende|en|ste|[^dt]e)")
"""What the dictionary takes for a form of a Dutch verb and is an adjective or a noun ("het vertraagde project")."""


def find_context(article: Article, sentences: Sequence[Span], sentence: Span) -> Span | None:
    """The sentence before one that leans on it; None where it does not, or where nothing but headings comes before.

    Args:
        article: what the sentence is from.
        sentences: of its passage.
        sentence: one of these.
    """
    if not _leans(article.text[sentence.start : sentence.end], article.language):
        return None
    before = [span for span in sentences if span.end <= sentence.start]
    return before[-1] if before else _last_sentence(article.text[: sentence.start], article.language)


def _leans(text: str, language: str) -> bool:
    """Whether a sentence begins with a word that points at what was said before it."""
    match = _LEANING[language].match(text)
    after_het = match and match.groupdict().get("next")
    return bool(match) and (not after_het or _is_verb(after_het.lower()))


def _is_verb(word: str) -> bool:
    """Whether a Dutch word is a verb's third person, so that "het" in front of it is no article."""
    infinitive = lemma(word, "nl")
    return infinitive != word and infinitive.endswith("n") and not _NO_VERB.fullmatch(word)


def _last_sentence(text: str, language: str) -> Span | None:
    """The last sentence of a text that ends at the border of a paragraph or passage; its headings are none."""
    starts = [0, *(match.end() for match in _PARAGRAPHS.finditer(text))]
    for start, end in reversed(list(zip(starts, [*starts[1:], len(text)], strict=True))):
        paragraph = text[start:end].rstrip()
        if _CLOSED.search(paragraph):
            return sentence_spans(paragraph, language, start)[-1]
    return None
