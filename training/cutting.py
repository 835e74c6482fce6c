"""Passages cut into chunks as the index cuts articles: each behind the lead sentence, none longer than can be read."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

MAX_TOKENS = 254
_SHORT = 8
"""Sentences up to which a passage may stay whole; beyond it is an article."""


def cut(sentences: int, share: float, chooser: random.Random) -> list[list[int]]:
    """Sentence numbers of each chunk of a passage: of articles always, of short passages for a `share`, else whole."""
    if sentences > _SHORT:
        cuts = [chooser.choice((3, 4))]
        while (following := cuts[-1] + chooser.choice((2, 3, 3))) < sentences:
            cuts.append(following)
        return behind_lead(sentences, cuts)
    if share and chooser.random() < share:
        return behind_lead(sentences, [chooser.choice((2, 3))])
    return [list(range(sentences))]


def behind_lead(sentences: int, cuts: Iterable[int]) -> list[list[int]]:
    """The parts between the cuts, the first sentence in front of each."""
    return [[0, *range(max(start, 1), end)] for start, end in pairwise([0, *cuts, sentences])]


def shortened(sentences: Iterable[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """The pieces of each sentence, cut to what the model reads in all; a sentence keeps at least one piece."""
    room, kept = MAX_TOKENS, []
    for sentence in sentences:
        kept.append(tuple(sentence[: max(room, 1)]))
        room -= len(sentence)
    return tuple(kept)
