"""Which sentences answer a follow-up.

The question that stands alone finds them, but much of it is the question before: by itself it would bring up the same
sentence again. So each sentence is also weighed by the words of the follow-up alone, by whether it has been cited
already, and by whether its article has: a conversation stays with its articles and seldom with the same sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.archive import Archive
from index.records import Span
from index.vectors import Vectors
from qa.abstain import SIGNALS as OF_ANY_QUESTION
from qa.abstain import probability, signals
from qa.evidence import Evidence, gather_evidence
from qa.followup import FollowUp
from qa.followup_weights import load_followup_weights
from qa.ranking import Ranked, ahead
from qa.records import Citation
from qa.retriever import Candidate

SIGNALS = ("score", "own_score", "latest_sentence", "cited_sentence", "nearest_article", "cited_article")
"""What speaks for (or against) a sentence, in the order of the columns of `sentence_signals`."""

DECISION = (*OF_ANY_QUESTION, *SIGNALS)
"""What tells whether the best sentence answers, in the order of `decision_signals`."""


Sentence = tuple[int, Span]
"""The key of its passage, and where it stands."""


def reranked(ranked: Ranked, own: Mapping[Sentence, float], to: FollowUp) -> Ranked:
    """Sentences ranked as answers to a follow-up: those that were read; the others stay behind them.

    Args:
        ranked: the sentences, for the question that stands alone.
        own: the score of each that was read for the words of the follow-up alone, from `own_scores`.
        to: the follow-up.
    """
    count = sum(item.read is not None for item in ranked.evidence)
    read = Ranked(ranked.evidence[:count], ranked.scores[:count])
    rest = list(zip(ranked.evidence[count:], ranked.scores[count:], strict=True))
    return ahead(read.evidence, sentence_signals(read, own, to) @ load_followup_weights().sentences, rest)


def sentence_signals(ranked: Ranked, own: Mapping[Sentence, float], to: FollowUp) -> np.ndarray:
    """A row for each sentence (n, signals), as in SIGNALS; the arguments are those of `reranked`."""
    latest = [to.latest] if to.latest else []
    articles = {citation.article_id for citation in to.cited}
    rows = [
        (
            score,
            own[item.candidate.key, item.sentence],
            _says(latest, item),
            _says(to.cited, item),
            item.candidate.article.id == to.nearest,
            item.candidate.article.id in articles,
        )
        for item, score in zip(ranked.evidence, ranked.scores, strict=True)
    ]
    return np.array(rows, dtype=float).reshape(-1, len(SIGNALS))


def decision_signals(best: Evidence, row: Sequence[float]) -> list[float]:
    """The signals of the best sentence in the order of DECISION; `row` is its own from `sentence_signals`, the score
    being that from `reranked`."""
    return [*signals(best), *row]


def follow_up_probability(found: Ranked, own: Mapping[Sentence, float], to: FollowUp) -> float:
    """The probability that the best sentence answers a follow-up; `found` is what `reranked` gave."""
    (row,) = sentence_signals(Ranked(found.evidence[:1], found.scores[:1]), own, to)
    return probability(decision_signals(found.evidence[0], row), load_followup_weights().answerable)


def own_scores(
    to: FollowUp, archive: Archive, query: Vectors, candidates: Sequence[Candidate], weights: np.ndarray
) -> dict[Sentence, float]:
    """The score of every sentence of the candidates for the words of the follow-up; inside `archive.reading()`.

    Args:
        to: the follow-up.
        archive: where the candidates are from.
        query: the vector (1, dimension) of those words.
        candidates: found by the question that stands alone.
        weights: of the sentences' features.
    """
    keys = [candidate.key for candidate in candidates]
    rarity = archive.rarity(to.own.concepts)
    cosines, sentences = archive.cosines(query, keys), archive.sentence_cosines(query, keys)
    found = [
        replace(candidate, cosine=cosine, sentence_cosines=tuple(sentences[candidate.key]))
        for candidate, cosine in zip(candidates, cosines, strict=True)
    ]
    evidence = gather_evidence(replace(to.own, kind=to.kind), rarity, found)
    return {(item.candidate.key, item.sentence): float(np.array(item.features) @ weights) for item in evidence}


def _says(citations: Sequence[Citation], item: Evidence) -> bool:
    """Whether one of the citations is this sentence."""
    return any(
        citation.article_id == item.candidate.article.id and Span(citation.start, citation.end).overlaps(item.sentence)
        for citation in citations
    )
