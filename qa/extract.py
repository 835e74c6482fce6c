"""Ranked evidence -> the citations of an answer."""

import math
from collections.abc import Sequence

from index.records import Article, Span
from qa.context import find_context
from qa.development import Said
from qa.duplicates import Stories, also_in
from qa.evidence import Evidence
from qa.marks import find_marks
from qa.records import Citation, Hit, Question, Step

MOST_CITATIONS = 3


def cite(
    question: Question,
    ranked: Sequence[Evidence],
    shares: Sequence[float],
    also_cite: float,
    stories: Stories,
    steps: Sequence[Said] = (),
) -> tuple[Citation, ...]:
    """The best sentence, and up to two more that come near it or that give the amount at another time.

    Args:
        question: what was asked.
        ranked: sentences, best first.
        shares: the probability of each that it is the one that answers.
        also_cite: a further sentence is cited from this share of the best one's probability on.
        stories: those that more than one article tells.
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
    return tuple(_citation(question, n, *item, stories) for n, item in enumerate(chosen, start=1))


def shown_steps(steps: Sequence[Said], citations: Sequence[Citation]) -> tuple[Step, ...]:
    """A development in terms of the citations that tell it."""
    numbers = {(citation.article_id, citation.start): citation.n for citation in citations}
    return tuple(
        Step(said.date, said.text, numbers[said.evidence.candidate.article.id, said.evidence.sentence.start], said.mark)
        for said in steps
    )


def answer_text(citations: Sequence[Citation], hits: Sequence[Hit]) -> str:
    """The cited sentences, each after the one that it leans on, be that cited too or not, and before its number."""
    texts = {hit.article.id: hit.article.text for hit in hits}
    return " ".join(_quote(citation, citations, texts[citation.article_id]) for citation in _as_read(citations))


def _as_read(citations: Sequence[Citation]) -> list[Citation]:
    """Best first; those that lean on one another together, in the order of their article."""
    firsts = [_first(citation, citations) for citation in citations]
    return sorted(citations, key=lambda citation: (firsts.index(_first(citation, citations)), citation.start))


def _first(citation: Citation, citations: Sequence[Citation]) -> Citation:
    """Where the cited sentences begin that lead up to this one."""
    leant_on = _leant_on(citation, citations)
    return _first(leant_on, citations) if leant_on else citation


def _leant_on(citation: Citation, citations: Sequence[Citation]) -> Citation | None:
    """The citation of the sentence that this one leans on."""
    place = citation.context and (citation.article_id, citation.context.start)
    return next((other for other in citations if (other.article_id, other.start) == place), None)


def _quote(citation: Citation, citations: Sequence[Citation], text: str) -> str:
    context = None if _leant_on(citation, citations) else citation.context
    before = f"{text[context.start : context.end]} " if context else ""
    return f"{before}{citation.text} [{citation.n}]"


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    best = max(scores)
    exponentials = [math.exp(score - best) for score in scores]
    whole = sum(exponentials)
    return [value / whole for value in exponentials]


def _citation(question: Question, n: int, evidence: Evidence, share: float, stories: Stories) -> Citation:
    article, chunk, sentence = evidence.candidate.article, evidence.candidate.chunk, evidence.sentence
    text = _text(article, sentence)
    marks = find_marks(text, question.kind, question.text, article.language)
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
        context=find_context(article, chunk.sentences, sentence),
        marks=tuple(Span(sentence.start + mark.start, sentence.start + mark.end) for mark in marks),
        also_in=also_in(stories, article, text),
    )


def _sentence(evidence: Evidence) -> str:
    """What it says, whatever its white space."""
    return " ".join(_text(evidence.candidate.article, evidence.sentence).split())


def _text(article: Article, span: Span) -> str:
    return article.text[span.start : span.end]
