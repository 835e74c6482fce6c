"""The sentences that a question is most easily answered wrongly with: others of its article, and its siblings'."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from training.data import Corpus

RANKED = 24
"""Sentences kept for a question; several of them stand in one part of a passage."""

Rivals = Mapping[str, list[tuple[int, int]]]
"""English question -> passage and sentence numbers, those that look most like its answer first."""


def find_rivals(
    corpus: Corpus, questions: Mapping[str, NDArray[np.float16]], sentences: Mapping[str, NDArray[np.float16]]
) -> Rivals:
    """For each question and near miss the sentences of its item (article, pair or storyline) most like it.

    Args:
        corpus: its questions and near misses are looked up.
        questions: English question -> its vector (width,).
        sentences: English sentence -> its vector (width,).
    """
    passages, found = corpus.passages, {}
    for items in corpus.numbers().values():
        for item in items:
            places = [(number, place) for number in item for place in range(len(passages[number].en))]
            table = np.stack([sentences[passages[number].en[place]] for number, place in places]).astype(np.float32)
            for question in (question for number in item for question in passages[number].asked):
                scores = table @ questions[question.en].astype(np.float32)
                found[question.en] = [places[n] for n in np.argsort(-scores)[:RANKED]]
    return found
