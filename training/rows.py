"""First values of the input-embedding rows: a Dutch word starts where its English translations are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from training.vocabulary import split_compound, words_of

Vector = NDArray[np.float32]

LIGHT = frozenset("a an the to of be in on at by for with from and or it is as one's sb sth".split())
_ENDINGS = (
    ("en", ""), ("en", "e"), ("e", ""), ("s", ""), ("n", ""), ("t", "en"), ("t", ""), ("te", "en"), ("ten", "en"),
    ("de", "en"), ("den", "en"), ("je", ""), ("jes", ""), ("tje", ""), ("er", ""), ("ers", ""), ("ing", "en"),
    ("ingen", "ing"), ("de", ""), ("end", "en"), ("ende", "en"), ("ste", ""), ("st", ""),
)  # fmt: skip


def lemmas(word: str) -> Iterable[str]:
    """Likely base forms of an inflected Dutch word, without looking any up."""
    for ending, base in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: len(word) - len(ending)]
            yield stem + base
            if len(stem) > 2 and stem[-1] == stem[-2]:  # takken -> tak
                yield stem[:-1] + base
            elif len(stem) > 2 and stem[-2] in "aeou" and stem[-1] not in "aeiou":  # daken -> daak, taken -> taak
                yield stem[:-1] + stem[-2] + stem[-1] + base
    if word.startswith("ge") and len(word) > 5:
        yield word[2:].rstrip("dt") + "en"


class RowMaker:
    """Turns a Dutch word into a row, out of the base model's English rows."""

    def __init__(
        self,
        english_rows: Vector,
        spell: Callable[[str], list[int]],
        dutch: dict[str, list[str]],
        english_rank: dict[str, int],
    ) -> None:
        """`spell` gives the base model's piece numbers of an English text; rows are (pieces, width)."""
        self._rows, self._spell, self._rank = english_rows, spell, english_rank
        self._ways: dict[str, list[str]] = {}
        for word, ways in dutch.items():
            for plain in words_of(word):
                if ways and plain not in self._ways and len(words_of(word)) == 1:
                    self._ways[plain] = ways
        self._norm = float(np.linalg.norm(english_rows, axis=1).mean())

    @property
    def known(self) -> list[str]:
        """Dutch words with a translation, by falling frequency."""
        return list(self._ways)

    def row(self, word: str) -> Vector | None:
        """The row (width,), or None where nothing is known about the word."""
        found = self._direct(word)
        if found is None:
            found = next((v for v in (self._direct(lemma) for lemma in lemmas(word)) if v is not None), None)
        if found is None:
            found = self._compound(word)
        return found

    def _direct(self, word: str) -> Vector | None:
        ways = self._ways.get(word)
        if not ways:
            return None
        vectors = [self._phrase(way) for way in ways[:4]]
        weights = [self._commonness(way) / (place + 1) for place, way in enumerate(ways[:4])]
        return self._rescale(np.average(vectors, axis=0, weights=weights))

    def _compound(self, word: str) -> Vector | None:
        parts = split_compound(word, self._ways)
        if parts is None:
            return None
        head, tail = self._direct(parts[0]), self._direct(parts[2])
        return None if head is None or tail is None else self._rescale(0.45 * head + 0.55 * tail)

    def _phrase(self, phrase: str) -> Vector:
        content = [w for w in phrase.split() if w not in LIGHT] or phrase.split()
        mean: Vector = self._rows[self._spell(" ".join(content))].mean(axis=0)
        return mean

    def _commonness(self, phrase: str) -> float:
        ranks = [self._rank.get(w, 20_000) for w in phrase.split() if w not in LIGHT] or [0]
        return 1.0 / (1.0 + math.log1p(max(ranks) / 500.0))

    def _rescale(self, vector: Vector) -> Vector:
        return (vector * (self._norm / float(np.linalg.norm(vector)))).astype(np.float32)
