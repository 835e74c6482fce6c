"""Ranked evidence -> the citations of an answer."""

import math
import re
from collections.abc import Mapping, Sequence

from index.records import Article, Span
from qa.development import Said
from qa.evidence import Evidence
from qa.marks import find_marks
from qa.records import Citation, Hit, Question, Step

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
    steps: Sequence[Said] = (),
) -> tuple[Citation, ...]:
    """The best sentence, and up to two more that come near it or that give the amount at another time.

    Args:
        question: what was asked.
        ranked: sentences, best first.
        shares: the probability of each that it is the one that answers.
        also_cite: a further sentence is cited from this share of the best one's probability on.
        also_in: article id -> ids of its copies.
        steps: from `find_development`; their sentences are cited.
    """
    told = {id(said.evidence) for said in steps}
    texts = {_sentence(said.evidence) for said in steps}
    chosen: list[tuple[Evidence, float]] = []
    free = MOST_CITATIONS - len(steps)
    for evidence, share in zip(ranked, shares, strict=True):
        near = free > 0 and _sentence(evidence) not in texts and share >= also_cite * shares[0]
        if id(evidence) in told or near:
            chosen.append((evidence, share))
            texts.add(_sentence(evidence))
            free -= id(evidence) not in told
    return tuple(_citation(question, n, *item, also_in) for n, item in enumerate(chosen, start=1))


def shown_steps(steps: Sequence[Said], citations: Sequence[Citation]) -> tuple[Step, ...]:
    """A development in terms of the citations that tell it."""
    numbers = {(citation.article_id, citation.start): citation.n for citation in citations}
    return tuple(
        Step(said.date, said.text, numbers[said.evidence.candidate.article.id, said.evidence.sentence.start], said.mark)
        for said in steps
    )


def answer_text(citations: Sequence[Citation], hits: Sequence[Hit]) -> str:
    """The cited sentences, each after the one that it leans on and before its number."""
    texts = {hit.article.id: hit.article.text for hit in hits}
    return " ".join(_quote(citation, texts[citation.article_id]) for citation in citations)


def _quote(citation: Citation, text: str) -> str:
    start = citation.context.start if citation.context else citation.start
    return f"{text[start : citation.end]} [{citation.n}]"


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    best = max(scores)
    exponentials = [math.exp(score - best) for score in scores]
    whole = sum(exponentials)
    return [value / whole for value in exponentials]


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


def _sentence(evidence: Evidence) -> str:
    return _text(evidence.candidate.article, evidence.sentence)


def _text(article: Article, span: Span) -> str:
    return article.text[span.start : span.end]
