"""Ranked evidence -> the citations of an answer."""

import math
import re
from collections.abc import Mapping, Sequence

from index.records import Article, Span
from qa.evidence import Evidence
from qa.marks import find_marks
from qa.records import Citation, Question

MOST_CITATIONS = 3

_LEANING = re.compile(
    r"[\"'“‘]?(?:dat|dit|die|deze|zo|dan|daar\w*|hier\w*|hij|zij|ze|het|hun|haar|zijn|beide|toch|ook|wel|"
    r"(?:het|de) (?:bedrijf|concern|fabriek|club|bank|gemeente|minister|onderneming|maatschappij|topman|topvrouw)|"
    r"he|she|it|they|this|that|these|those|his|her|its|their|such|both|there|"
    r"the (?:company|group|firm|club|bank|council|minister|factory|plant|deal|move|plan))\b",
    re.IGNORECASE,
)


def cite(
    question: Question,
    ranked: Sequence[Evidence],
    shares: Sequence[float],
    also_cite: float,
    also_in: Mapping[str, tuple[str, ...]],
) -> tuple[Citation, ...]:
    """The best sentence, and up to two more that come near it.

    Args:
        question: what was asked.
        ranked: sentences, best first.
        shares: the probability of each that it is the one that answers.
        also_cite: a further sentence is cited from this share of the best one's probability on.
        also_in: article id -> ids of its copies.
    """
    chosen: dict[str, tuple[Evidence, float]] = {}
    for evidence, share in zip(ranked, shares, strict=True):
        text = _text(evidence.candidate.article, evidence.sentence)
        if len(chosen) < MOST_CITATIONS and text not in chosen and (not chosen or share >= also_cite * shares[0]):
            chosen[text] = (evidence, share)
    return tuple(_citation(question, n, *item, also_in) for n, item in enumerate(chosen.values(), start=1))


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    exponentials = [math.exp(score - max(scores)) for score in scores]
    return [value / sum(exponentials) for value in exponentials]


def _citation(
    question: Question, n: int, evidence: Evidence, share: float, also_in: Mapping[str, tuple[str, ...]]
) -> Citation:
    article, chunk, sentence = evidence.candidate.article, evidence.candidate.chunk, evidence.sentence
    text = _text(article, sentence)
    marks = find_marks(text, question.kind, question.text)
    return Citation(
        n=n,
        article_id=article.id,
        title=article.title,
        date=article.date,
        start=sentence.start,
        end=sentence.end,
        text=text,
        score=share,
        passage=Span(chunk.start, chunk.end),
        context=_context(article, chunk.sentences, sentence),
        marks=tuple(Span(sentence.start + mark.start, sentence.start + mark.end) for mark in marks),
        also_in=also_in.get(article.id, ()),
    )


def _context(article: Article, sentences: Sequence[Span], sentence: Span) -> Span | None:
    """The sentence before, where this one cannot be understood without it."""
    before = [span for span in sentences if span.end <= sentence.start]
    return before[-1] if before and _LEANING.match(_text(article, sentence)) else None


def _text(article: Article, span: Span) -> str:
    return article.text[span.start : span.end]
