"""What sentences of different times say of an amount or a date, by all signs of the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import terms
from index.dates import PublicationDate
from index.records import Span
from qa.amounts import DATE, comparable, differ, without_marks
from qa.changing import tells_change
from qa.evidence import FEATURES, Evidence
from qa.marks import find_marks
from qa.news_time import dated_near
from qa.records import Question

KINDS = frozenset({"how_much", "when"})
"""The kinds of question whose answers can be compared."""

MOST_STEPS = 3
_LOOKED_AT = 10
"""Best sentences among which to look; what ranks lower is about something else."""
_BEFORE, _AFTER = 5, 3
"""Words around an amount that may name what it measures."""
_TIMES = 3
"""An amount more than this many times another is hardly the same thing at another time (a price, and the takings)."""
_STEM = 5
"""Letters from which on a term may be the stem of a longer one."""
_NAMES = FEATURES.index("article_names")


@dataclass(frozen=True, slots=True)
class Said:
    """An amount or a date in a sentence: `mark` in the article's text, and when that was so.

    `around` are the words of the question, names left out, that stand beside it; `whole` tells whether none is missing,
    `changed` whether the sentence tells that something was otherwise before.
    """

    evidence: Evidence
    mark: Span
    date: PublicationDate
    unit: str
    value: str
    around: frozenset[str]
    whole: bool
    changed: bool

    @property
    def names(self) -> float:
        """The share of the question's names that the article has."""
        return self.evidence.features[_NAMES]

    @property
    def text(self) -> str:
        """As the article puts it."""
        return self.evidence.candidate.article.text[self.mark.start : self.mark.end]


def find_development(question: Question, ranked: Sequence[Evidence]) -> tuple[Said, ...]:
    """What the best sentence says and what others say of the same thing at other times, oldest first.

    Two sentences speak of the same thing where their articles name the same of the question's names, their amounts
    have the same unit, and the same word of the question stands beside them in either language ("a valuation of 300
    billion", "the valuation to 900 billion"). Without a name in the question, nothing tells one thing from another. One
    such word may be of many things ("the costs"), so one of the sentences must tell a change, or both have all of them.

    Args:
        question: what was asked.
        ranked: sentences, best first.

    Returns:
        Two or three of different dates and values, the best sentence's among them; none where there is no such pair.
    """
    if question.kind not in KINDS or not ranked:
        return ()
    others = [said for evidence in ranked[1:_LOOKED_AT] for said in _said(question, evidence)]
    for anchor in _said(question, ranked[0]):
        steps = [anchor]
        for said in others:
            if _is_step(said, anchor, steps):
                steps.append(said)
        if len(steps) > 1:
            return tuple(sorted(steps[:MOST_STEPS], key=lambda said: (said.date.last, said.date.first)))
    return ()


def _is_step(said: Said, anchor: Said, steps: Sequence[Said]) -> bool:
    """Whether this is the same thing as the anchor's, at a time and of a value that no step has."""
    named = said.names >= anchor.names > 0
    same = named and said.unit == anchor.unit and bool(said.around & anchor.around) and not _far_apart(said, anchor)
    new = all(said.date.text != step.date.text and differ(said.unit, said.value, step.value) for step in steps)
    sure = said.changed or anchor.changed or (said.whole and anchor.whole)
    return same and new and sure and all(said.evidence is not step.evidence for step in steps)


def _far_apart(one: Said, other: Said) -> bool:
    if one.unit == DATE:
        return False
    low, high = sorted((float(one.value), float(other.value)))
    return high > _TIMES * low


def _said(question: Question, evidence: Evidence) -> list[Said]:
    article, sentence = evidence.candidate.article, evidence.sentence
    text = article.text[sentence.start : sentence.end]
    asked = {concept.word for concept in question.concepts if not concept.is_name}
    changed = tells_change(text, article.language)
    found = []
    for mark in find_marks(text, question.kind, question.text):
        amount = text[mark.start : mark.end]
        known = comparable(amount, question.kind)
        date = article.date
        if date and question.kind == "how_much":
            date = dated_near(text, mark.start, date)
        if known and date:
            span = Span(sentence.start + mark.start, sentence.start + mark.end)
            beside = _beside(text, mark, question.kind)
            around = _spoken_of(question, beside, article.language)
            whole = _spoken_of(question, f"{beside} {amount}", article.language) >= asked
            found.append(Said(evidence, span, date, *known, around, whole, changed))
    return found


def _beside(sentence: str, mark: Span, kind: str) -> str:
    """The words around a mark, other marks left out."""
    blank = without_marks(sentence, kind)
    return " ".join([*blank[: mark.start].split()[-_BEFORE:], *blank[mark.end :].split()[:_AFTER]])


def _spoken_of(question: Question, text: str, language: str) -> frozenset[str]:
    """The words of the question, names left out, that a text has, be it as part of a longer word."""
    own = terms(text, language)
    return frozenset(
        concept.word
        for concept in question.concepts
        if not concept.is_name and any(_akin(term, other) for term in own for other in concept.variants[language])
    )


def _akin(term: str, other: str) -> bool:
    """Whether two terms are the same, or the one is derived from the other ("waard", "waardering")."""
    short, long = sorted((term, other), key=len)
    return term == other or (len(short) >= _STEM and long.startswith(short))
