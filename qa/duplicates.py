"""Articles that tell one story, nearly in the same words; what several of them say in the same ones counts once.

A wire copy in two files differs in its byline or its white space. An updated story differs in what is new, and that is
no copy of anything.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import takewhile

from index.records import Article

Stories = Mapping[str, tuple[Article, ...]]
"""Article id -> the articles that tell its story, itself among them, the oldest first."""

_SHINGLE = 5
_SAME = 0.8
"""Share of common shingles from which on two texts tell one story (Broder 1997 uses such a resemblance)."""


def find_copies(articles: Iterable[Article]) -> dict[str, str]:
    """Article id -> id of the article that it is a copy of, for those that are one.

    The oldest of the copies is the original; of the same day, the first by id.
    """
    originals: list[Article] = []
    copies: dict[str, str] = {}
    for article in _oldest_first(articles):
        original = next((each for each in originals if _resemblance(each, article) >= _SAME), None)
        if original is None:
            originals.append(article)
        else:
            copies[article.id] = original.id
    return copies


def find_stories(articles: Iterable[Article]) -> Stories:
    """The stories that more than one of these articles tells."""
    ordered = _oldest_first(articles)
    copies = find_copies(ordered)
    stories: dict[str, list[Article]] = defaultdict(list)
    for article in ordered:
        stories[copies.get(article.id, article.id)].append(article)
    return {article.id: tuple(story) for story in stories.values() if len(story) > 1 for article in story}


def also_in(stories: Stories, article: Article, text: str) -> tuple[str, ...]:
    """Ids of the other articles of a story that have a text of one, whatever their white space, sorted."""
    others = (other for other in stories.get(article.id, ()) if other.id != article.id)
    return tuple(sorted(other.id for other in others if _has(other, text)))


def is_repeated(stories: Stories, article: Article, text: str) -> bool:
    """Whether an older article of the story has a text of this one, whatever its white space."""
    older = takewhile(lambda other: other.id != article.id, stories.get(article.id, ()))
    return any(_has(other, text) for other in older)


def _oldest_first(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda article: (article.date.first if article.date else dt.date.max, article.id))


def _has(article: Article, text: str) -> bool:
    return " ".join(text.split()) in " ".join(article.text.split())


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
