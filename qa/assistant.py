"""The public API: open an archive, search it, ask it."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.archive import Archive
from index.dates import DateRange
from index.embedding import Embedder, load_recorded_embedder, require_same_model
from index.limits import EVERYTHING, Limits, known_sources
from qa.abstain import answer_probability, is_enough
from qa.duplicates import find_copies
from qa.evidence import Evidence, gather_evidence
from qa.extract import cite, softmax
from qa.followup import standalone_question
from qa.question import parse_question
from qa.records import Answer, Citation, Hit, Question, Refusal, Turn
from qa.retriever import retrieve
from qa.smalltalk import small_talk
from qa.weights import Weights, load_weights

READ = 40
"""Passages of which every sentence is weighed; measured in docs/retrieval.md."""

_ALL_DAYS = DateRange()

_REFUSALS = {
    "not_enough_evidence": {
        "nl": "Dat staat niet in de artikelen. De naaste passages staan erbij, maar zijn geen antwoord.",
        "en": "The articles do not say. The nearest passages are shown, but they are not an answer.",
    },
    "nothing_found": {
        "nl": "In deze artikelen is hierover niets gevonden.",
        "en": "Nothing about this was found in these articles.",
    },
}


@dataclass(frozen=True, slots=True)
class Considered:
    """What a question brought up: sentences ranked by their score, best first; article id -> ids of its copies."""

    question: Question
    evidence: tuple[Evidence, ...]
    scores: tuple[float, ...]
    also_in: dict[str, tuple[str, ...]]
    timings_ms: dict[str, float]


class Assistant:
    """Answers questions from one archive. Safe to use from several threads."""

    def __init__(self, archive: Archive, embedder: Embedder | None = None, weights: Weights | None = None) -> None:
        """Use an open archive; the embedder that it was built with is loaded on first use unless it is given.

        Raises:
            ModelMismatchError: the embedder given is another one than the archive was built with.
        """
        if embedder is not None:
            require_same_model(archive.config.model, embedder)
        self.archive = archive
        self._embedder = embedder
        self._weights = weights or load_weights()
        self._loading = threading.Lock()

    @classmethod
    def open(cls, folder: Path | str) -> "Assistant":
        """Open the index in a folder. The model is loaded on first use.

        Raises:
            ArchiveError: there is no index, or it cannot be used.
        """
        return cls(Archive.open(folder))

    def close(self) -> None:
        """Release the archive's files."""
        self.archive.close()

    def warm_up(self) -> Embedder:
        """Load the model now (it takes seconds) rather than at the first question.

        Raises:
            ModelError, ModelMismatchError: it is gone, or is another one.
        """
        with self._loading:
            if self._embedder is None:
                self._embedder = load_recorded_embedder(self.archive.config.model)
            return self._embedder

    def sources(self) -> dict[str, int]:
        """The folders, files and feeds that the articles came from, each with how many, sorted."""
        with self.archive.reading():
            return self.archive.store.files.article_counts()

    def search(self, text: str, k: int = 5, days: DateRange = _ALL_DAYS, sources: Sequence[str] = ()) -> list[Hit]:
        """The k passages that most probably answer a question, best first.

        Args:
            text: the question.
            k: how many; fewer come back where fewer are found.
            days: only articles that may have appeared in these days.
            sources: only articles from one of these (names as `sources()` gives them); from all where it is empty.

        Raises:
            QuestionError: the question is empty or far too long.
            SourceError: the archive has no such source.
        """
        return _hits(self.consider(text, self.limits(days, sources)))[:k]

    def ask(
        self,
        text: str,
        days: DateRange = _ALL_DAYS,
        history: Sequence[Turn] = (),
        threshold_shift: float = 0.0,
        *,
        sources: Sequence[str] = (),
    ) -> Answer | Refusal:
        """Answer a question with the sentences that answer it, or refuse.

        Args:
            text: the question.
            days: only articles that may have appeared in these days.
            history: earlier turns of the conversation, oldest first.
            threshold_shift: added to the evidence an answer needs (-1 to 1).
            sources: only articles from one of these (names as `sources()` gives them); from all where it is empty.

        Raises:
            QuestionError: the question is empty or far too long.
            SourceError: the archive has no such source.
        """
        limits = self.limits(days, sources)
        asked = parse_question(text, limits)
        if polite := small_talk(asked.text, asked.language):
            return Refusal(asked, "small_talk", polite)
        considered = self.consider(standalone_question(asked.text, history), limits)
        hits, notices = tuple(_hits(considered)), self._notices(considered.question)
        reason = self._why_not(considered, threshold_shift)
        if reason:
            text = _REFUSALS[reason][considered.question.language]
            return Refusal(considered.question, reason, text, hits, notices, considered.timings_ms)
        citations = self._cite(considered)
        texts = {hit.article.id: hit.article.text for hit in hits}
        answer = " ".join(_quote(citation, texts[citation.article_id]) for citation in citations)
        return Answer(considered.question, answer, citations, hits, notices, considered.timings_ms)

    def limits(self, days: DateRange = _ALL_DAYS, sources: Sequence[str] = ()) -> Limits:
        """Limits for `consider`.

        Raises:
            SourceError: the archive has no such source.
        """
        return Limits(days, known_sources(sources, self.sources()) if sources else ())

    def consider(self, text: str, limits: Limits = EVERYTHING) -> Considered:
        """Every sentence that was looked at for a question, with its features and score, best first.

        Raises:
            QuestionError: the question is empty or far too long.
        """
        started = time.perf_counter()
        question = parse_question(text, limits)
        embedder = self.warm_up()
        query = embedder.queries([question.text])
        understood = time.perf_counter()
        with self.archive.reading():
            rarity = self.archive.rarity(question.concepts)
            candidates = retrieve(self.archive, question, query, rarity, self._weights, READ)
        retrieved = time.perf_counter()
        evidence = gather_evidence(question, rarity, candidates)
        scores = [float(np.array(item.features) @ self._weights.evidence) for item in evidence]
        copies = find_copies({item.article.id: item.article for item in candidates}.values())
        order = sorted(range(len(evidence)), key=lambda i: (-scores[i], evidence[i].candidate.key, i))
        order = [i for i in order if evidence[i].candidate.article.id not in copies]
        ended = time.perf_counter()
        return Considered(
            question,
            tuple(evidence[i] for i in order),
            tuple(scores[i] for i in order),
            _also_in(copies),
            {
                "understand": _milliseconds(started, understood),
                "retrieve": _milliseconds(understood, retrieved),
                "read": _milliseconds(retrieved, ended),
                "total": _milliseconds(started, ended),
            },
        )

    def _why_not(self, considered: Considered, threshold_shift: float) -> str:
        """The reason for a refusal; empty where the evidence is enough."""
        if not considered.evidence:
            return "nothing_found"
        probability = answer_probability(considered.evidence[0], self._weights)
        languages = considered.question.language, considered.evidence[0].candidate.article.language
        enough = is_enough(probability, *languages, self._weights, threshold_shift)
        return "" if enough else "not_enough_evidence"

    def _cite(self, considered: Considered) -> tuple[Citation, ...]:
        probability = answer_probability(considered.evidence[0], self._weights)
        shares = [share * probability for share in softmax(considered.scores)]
        return cite(considered.question, considered.evidence, shares, self._weights.also_cite, considered.also_in)

    def _notices(self, question: Question) -> tuple[str, ...]:
        limits = question.limits
        undated = self.archive.store.undated(limits.sources) if limits.days else 0
        if not undated:
            return ()
        if question.language == "nl":
            return (f"{undated} artikelen zonder bekende datum zijn niet doorzocht.",)
        return (f"{undated} articles without a known date were not searched.",)


def _hits(considered: Considered) -> list[Hit]:
    """The passages in the order of their best sentences."""
    best: dict[int, Hit] = {}
    for item, score in zip(considered.evidence, considered.scores, strict=True):
        article = item.candidate.article
        also_in = considered.also_in.get(article.id, ())
        best.setdefault(item.candidate.key, Hit(article, item.candidate.chunk, score, also_in))
    return list(best.values())


def _also_in(copies: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Article id -> its copies, from copy -> original."""
    return {original: tuple(sorted(c for c, o in copies.items() if o == original)) for original in copies.values()}


def _quote(citation: Citation, text: str) -> str:
    """The cited sentence, after the one that it leans on, and its number."""
    start = citation.context.start if citation.context else citation.start
    return f"{text[start : citation.end]} [{citation.n}]"


def _milliseconds(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)
