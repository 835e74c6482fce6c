"""Copies of one story: the same wire copy in two files counts once."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache

from index.records import Article

_SHINGLE = 5
_SAME = 0.8
"""Share of common shingles from which on two texts are copies (Broder 1997 uses such a resemblance)."""


def find_copies(articles: Iterable[Article]) -> dict[str, str]:
    """Article id -> id of the article that it is a copy of, for those that are one.

    The oldest of the copies is the original; of the same day, the first by id.
    """
    ordered = sorted(articles, key=lambda article: (article.date.first if article.date else dt.date.max, article.id))
    originals: list[Article] = []
    copies: dict[str, str] = {}
    for article in ordered:
        original = next((each for each in originals if _resemblance(each, article) >= _SAME), None)
        if original is None:
            originals.append(article)
        else:
            copies[article.id] = original.id
    return copies


def also_in(copies: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Article id -> ids of its copies, from what `find_copies` found."""
    return {original: tuple(sorted(c for c, o in copies.items() if o == original)) for original in copies.values()}


def _resemblance(one: Article, other: Article) -> float:
    """Jaccard index of the texts' shingles; 0 where it cannot be `_SAME`, as one text is so much longer."""
    first, second = _shingles(one.text), _shingles(other.text)
    if min(len(first), len(second)) < _SAME * max(len(first), len(second)):
        return 0.0
    common = len(first & second)
    return common / (len(first) + len(second) - common)


@lru_cache(maxsize=2000)
def _shingles(text: str) -> frozenset[int]:
    words = text.casefold().split()
    return frozenset(hash(tuple(words[i : i + _SHINGLE])) for i in range(max(1, len(words) - _SHINGLE + 1)))
