"""The training texts: single passages, sibling pairs, the two lexicons; and the part held out."""

from __future__ import annotations

import gzip
import json
import lzma
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from index.errors import ArticleQAError
from qa.followup import in_front_of
from training.settings import Recipe

T = TypeVar("T")

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, Language] = ("nl", "en")
Kind = Literal["pairs", "singles", "storylines"]
KINDS: tuple[Kind, Kind, Kind] = ("pairs", "singles", "storylines")
SIBLINGS = ("siblings.jsonl.xz", "siblings-2.jsonl.xz")
STORYLINES = ("storylines.jsonl.xz", "storylines-2.jsonl.xz", "storylines-3.jsonl.xz")


class DataFault(ArticleQAError):
    """A data file is missing or wrong; the message is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both languages, answered by sentence number `sentence` of its passage.

    A follow-up stands as the assistant asks it, in front of the question that it leans on. Its `turns` are that
    question and itself as typed, each in Dutch and English.
    """

    nl: str
    en: str
    sentence: int
    turns: tuple[tuple[str, str], ...] = ()

    def text(self, language: Language) -> str:
        """The question in one language."""
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True)
class Passage:
    """Aligned sentences in both languages, with the questions they answer, and near misses that nothing here answers.

    A near miss names the sentence that it could be mistaken to be answered by; a sibling does not answer it either.
    """

    nl: tuple[str, ...]
    en: tuple[str, ...]
    questions: tuple[Question, ...]
    near_misses: tuple[Question, ...] = ()
    date: str = ""
    """As the file has it; only storylines keep it."""

    @property
    def asked(self) -> tuple[Question, ...]:
        """Its questions, then its near misses."""
        return (*self.questions, *self.near_misses)

    def sentences(self, language: Language) -> tuple[str, ...]:
        """The sentences in one language."""
        return self.nl if language == "nl" else self.en


@dataclass(frozen=True, slots=True)
class Corpus:
    """Single passages; and pairs of passages, and whole articles by four, about the same people at different dates."""

    singles: tuple[Passage, ...]
    pairs: tuple[tuple[Passage, Passage], ...]
    storylines: tuple[tuple[Passage, ...], ...] = ()

    @property
    def passages(self) -> list[Passage]:
        """All passages: singles, pairs, storylines."""
        return [passage for item in self._items() for passage in item]

    def numbers(self) -> dict[Kind, list[range]]:
        """For each item of a kind the numbers of its passages in `passages`."""
        ends = list(accumulate(map(len, self._items()), initial=0))
        ranges = [range(start, end) for start, end in pairwise(ends)]
        first, then = len(self.singles), len(self.singles) + len(self.pairs)
        return {"singles": ranges[:first], "pairs": ranges[first:then], "storylines": ranges[then:]}

    def _items(self) -> list[tuple[Passage, ...]]:
        return [*((single,) for single in self.singles), *self.pairs, *self.storylines]


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield number, json.loads(line)
    except FileNotFoundError:
        raise DataFault(f"data file {path} is missing") from None
    except (OSError, lzma.LZMAError, EOFError, ValueError) as error:
        raise DataFault(f"data file {path} cannot be read: {error}") from None


def _passage(
    nl: list[str], en: list[str], qa: list[dict[str, Any]], near_misses: Iterable[dict[str, Any]] = ()
) -> Passage:
    if len(nl) != len(en):
        raise ValueError(f"{len(nl)} Dutch and {len(en)} English sentences")
    questions, near = (tuple(map(_question, some)) for some in (qa, near_misses))
    if any(not 0 <= q.sentence < len(nl) for q in (*questions, *near)):
        raise ValueError("a question points at a sentence that is not there")
    return Passage(tuple(nl), tuple(en), questions, near)


def _question(item: dict[str, Any]) -> Question:
    if before := item.get("after"):
        nl, en = (in_front_of(item[language], before[language]) for language in LANGUAGES)
        return Question(nl, en, item["s"], ((before["nl"], before["en"]), (item["nl"], item["en"])))
    return Question(item["nl"], item["en"], item["s"])


def _pair(item: dict[str, Any]) -> tuple[Passage, Passage]:
    a, b = (_passage(item[p]["nl"], item[p]["en"], [q for q in item["qa"] if q["p"] == p]) for p in ("a", "b"))
    return a, b


def _near_miss(item: dict[str, Any], pair: tuple[Passage, Passage]) -> tuple[Passage, Passage]:
    """The pair with one more near miss."""
    place = "ab".index(item["p"])
    passage, question = pair[place], Question(item["nl"], item["en"], item["s"])
    if not 0 <= question.sentence < len(passage.nl):
        raise ValueError("a near miss points at a sentence that is not there")
    more = replace(passage, near_misses=(*passage.near_misses, question))
    return (more, pair[1]) if place == 0 else (pair[0], more)


def _storyline(item: dict[str, Any]) -> tuple[Passage, ...]:
    return tuple(replace(_passage(a["nl"], a["en"], a["qa"], a["near"]), date=a["date"]) for a in item["articles"])


def load_corpus(folder: Path) -> Corpus:
    """Reads single passages, sibling pairs, storylines, and near misses, which name the pair by its number from 0.

    Raises:
        DataFault: a file is missing or wrong; names it and the line.
    """
    singles: list[Passage] = []
    pairs: list[tuple[Passage, Passage]] = []
    storylines: list[tuple[Passage, ...]] = []
    path, number = folder, 0
    try:
        path = folder / "passages.jsonl.xz"
        for n, item in _lines(path):
            number = n
            singles.append(_passage(item["nl"], item["en"], item["qa"]))
        for name in SIBLINGS:
            path = folder / name
            for n, item in _lines(path):
                number = n
                pairs.append(_pair(item))
        path = folder / "near-misses.jsonl.xz"
        for n, item in _lines(path):
            number = n
            pairs[item["pair"]] = _near_miss(item, pairs[item["pair"]])
        for name in STORYLINES:
            path = folder / name
            for n, item in _lines(path):
                number = n
                storylines.append(_storyline(item))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        reason = f"field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataFault(f"data file {path}, line {number}: {reason}") from None
    return Corpus(tuple(singles), tuple(pairs), tuple(storylines))


def load_lexicon(path: Path) -> dict[str, list[str]]:
    """Word -> translations, best first, in the file's order of falling frequency. `-` means none."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file if line.strip()]
    except FileNotFoundError:
        raise DataFault(f"data file {path} is missing") from None
    except (OSError, EOFError, ValueError) as error:
        raise DataFault(f"data file {path} cannot be read: {error}") from None
    bad = next((n for n, row in enumerate(rows, 1) if len(row) != 2), None)
    if bad is not None:
        raise DataFault(f"data file {path}, line {bad}: not `word TAB translations`")
    return {word: [] if ways == "-" else ways.split("; ") for word, ways in rows}


def hold_out(corpus: Corpus, recipe: Recipe) -> tuple[Corpus, Corpus]:
    """Splits into (training, held out) by item, the same way every time for a seed."""
    chooser = random.Random(recipe.seed)
    singles = _split(corpus.singles, recipe.held_out, chooser)
    pairs = _split(corpus.pairs, recipe.held_out, chooser)
    storylines = _split(corpus.storylines, recipe.held_out_storylines, chooser)
    return Corpus(singles[0], pairs[0], storylines[0]), Corpus(singles[1], pairs[1], storylines[1])


def _split(items: tuple[T, ...], share: float, chooser: random.Random) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """(the rest, those drawn)."""
    drawn = set(chooser.sample(range(len(items)), round(len(items) * share)))
    rest = (item for n, item in enumerate(items) if n not in drawn)
    return tuple(rest), tuple(item for n, item in enumerate(items) if n in drawn)


def take_share(corpus: Corpus, share: float) -> Corpus:
    """The first part of each kind (the files are in no order that matters)."""

    def part(items: tuple[T, ...]) -> tuple[T, ...]:
        return items[: round(len(items) * share)]

    return Corpus(part(corpus.singles), part(corpus.pairs), part(corpus.storylines))


def without_storylines(corpus: Corpus) -> Corpus:
    """What the first stage of training sees."""
    return replace(corpus, storylines=())
