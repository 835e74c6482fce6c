"""The public API: open an archive, search it, ask it."""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.archive import Archive
from index.dates import DateRange
from index.embedding import Embedder, load_recorded_embedder, require_same_model
from index.limits import EVERYTHING, Limits, known_sources
from index.vectors import Vectors
from qa.abstain import answer_probability, require_shift, threshold
from qa.considered import Considered, timings
from qa.double import join_replies, questions_in
from qa.evidence import Evidence
from qa.followup import FollowUp, find_follow_up, stands_alone
from qa.followup_weights import load_followup_weights
from qa.leaning import Sentence, follow_up_probability, own_scores, reranked
from qa.notices import date_notices, reading_notices
from qa.question import parse_question
from qa.ranking import Ranked, promising, rank_by_features, rank_by_reading
from qa.records import Answer, Hit, Question, Refusal, Turn
from qa.refusing import Extent
from qa.replying import answer_from, refuse, why_not
from qa.searching import find_evidence
from qa.smalltalk import small_talk
from qa.understanding import narrowed, understand
from qa.weights import Weights, load_weights

if TYPE_CHECKING:
    from qa.close_reading import CloseReader

_ALL_DAYS = DateRange()


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
            self._close_reader()
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
        return list(self.consider(text, self.limits(days, sources)).hits()[:k])

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
            ThresholdError: the shift is not a number from -1 to 1.
        """
        require_shift(threshold_shift)
        limits = self.limits(days, sources)
        asked = parse_question(text, limits)
        if polite := small_talk(asked.text, asked.language):
            return Refusal(asked, "small_talk", polite)
        turns = list(history)
        for part in questions_in(asked.text):
            follow_up = find_follow_up(part, turns)
            reply = self._reply(part, limits, threshold_shift, follow_up)
            if reply.refused and follow_up and stands_alone(follow_up.own):
                alone = self._reply(part, limits, threshold_shift)
                reply = reply if alone.refused else alone
            turns.append(Turn(part, reply))
        return join_replies(asked, turns[len(history) :])

    def limits(self, days: DateRange = _ALL_DAYS, sources: Sequence[str] = ()) -> Limits:
        """Limits for `consider`.

        Raises:
            SourceError: the archive has no such source.
        """
        return Limits(days, known_sources(sources, self.sources()) if sources else ())

    def consider(
        self, text: str, limits: Limits = EVERYTHING, *, narrow: bool = True, follow_up: FollowUp | None = None
    ) -> Considered:
        """Every sentence that was looked at for a question, with its features and score, best first.

        Args:
            text: the question.
            limits: on the articles to search, from `limits`.
            narrow: also leave out articles from before the time that the question refers to ("since May").
            follow_up: how the question leans on a conversation, whose `text` is then asked.

        Raises:
            QuestionError: the question is empty or far too long.
        """
        started = time.perf_counter()
        embedder = self.warm_up()
        with self.archive.reading():
            question = understand(follow_up.text if follow_up else text, limits, self.archive)
            question = follow_up.as_meant(question) if follow_up else question
            question = narrowed(question, self.archive) if narrow else question
        query = embedder.queries([question.text, *([follow_up.own.text] if follow_up else [])])
        understood = time.perf_counter()
        with self.archive.reading():
            found = find_evidence(self.archive, question, query[:1], self._weights)
            first = rank_by_features(found.evidence, self._weights)
            own = self._own_scores(follow_up, query[1:], first) if follow_up else {}
        retrieved = time.perf_counter()
        ranked = rank_by_reading(found.question.text, first, self._weights, self._close_reader())
        ranked = reranked(ranked, own, follow_up) if follow_up else ranked
        ended = time.perf_counter()
        return Considered(
            found.question,
            ranked.evidence,
            ranked.scores,
            *self._decision(found.question, ranked, own, follow_up),
            found.stories,
            timings(started, understood, retrieved, ended),
        )

    def decide(
        self, text: str, limits: Limits = EVERYTHING, threshold_shift: float = 0.0, follow_up: FollowUp | None = None
    ) -> tuple[Considered, str]:
        """What `consider` finds, and the reason for a refusal (empty where that is enough); where what is left of the
        archive by the time that the question refers to does not answer, everything is considered.

        Raises:
            QuestionError: the question is empty or far too long.
        """
        considered = self.consider(text, limits, follow_up=follow_up)
        reason = why_not(considered, threshold_shift)
        if reason and considered.question.limits != limits:
            considered = self.consider(text, limits, narrow=False, follow_up=follow_up)
            reason = why_not(considered, threshold_shift)
        return considered, reason

    def find(self, text: str, limits: Limits = EVERYTHING) -> list[Evidence]:
        """Every sentence of the passages that both searches find for a question, in no order.

        Raises:
            QuestionError: the question is empty or far too long.
        """
        with self.archive.reading():
            question = understand(text, limits, self.archive)
            query = self.warm_up().queries([question.text])
            return find_evidence(self.archive, question, query, self._weights).evidence

    def _decision(
        self, question: Question, ranked: Ranked, own: Mapping[Sentence, float], follow_up: FollowUp | None
    ) -> tuple[float, float]:
        """The probability that the best sentence answers, and that from which on to answer."""
        if not ranked.evidence:
            return 0.0, 1.0
        best = ranked.evidence[0]
        if follow_up:
            needed = threshold(question.language, best, load_followup_weights().thresholds)
            return follow_up_probability(ranked, own, follow_up), needed
        return answer_probability(best, self._weights), threshold(question.language, best, self._weights.thresholds)

    def _close_reader(self) -> "CloseReader":
        from qa.close_reading import load_close_reader  # late: it brings torch

        return load_close_reader()

    def _own_scores(self, follow_up: FollowUp, query: Vectors, first: Ranked) -> dict[Sentence, float]:
        """Of the sentences that are about to be read."""
        return own_scores(follow_up, self.archive, query, promising(first.evidence), self._weights.evidence)

    def _reply(
        self, text: str, limits: Limits, threshold_shift: float, follow_up: FollowUp | None = None
    ) -> Answer | Refusal:
        """The reply to a single question."""
        considered, reason = self.decide(text, limits, threshold_shift, follow_up)
        question, store = considered.question, self.archive.store
        notices = (
            *reading_notices(question.language, follow_up.text if follow_up else text, question.text),
            *date_notices(question.language, limits, question.limits, store.undated(limits.sources)),
        )
        if reason:
            return refuse(considered, reason, Extent(*store.extent(question.limits)), notices)
        return answer_from(considered, self._weights.also_cite, notices)
