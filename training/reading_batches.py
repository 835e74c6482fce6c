"""What the reader learns from: questions, each with the passage that answers it and passages that do not.

The language of every question and of every passage is drawn on its own, so that being in one language never
speaks for a passage or against it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.cutting import cut, shortened
from training.data import LANGUAGES, Corpus, Passage, Question
from training.noise import Switcher, damage, keywords
from training.rivals import Rivals
from training.settings import ReaderRecipe
from training.walk import walk


@dataclass(frozen=True, slots=True)
class Text:
    """The pieces of each sentence of a passage; `context` of them, in front, are read but not judged."""

    sentences: tuple[tuple[int, ...], ...]
    context: int = 0


LOOK_ALIKES = 6
"""Passages nearest to a question, its own and the siblings left out, from which one is drawn."""
SIBLINGS = 2
"""Of them a question is tried on at most so many."""
WAYS = 3
"""Ways in which a passage may be cut."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question (its number) with the passages it is tried on (numbers), its own first.

    `right` is the answering sentence's place in the first passage, None for a near miss.
    """

    question: int
    passages: tuple[int, ...]
    right: int | None


@dataclass(slots=True)
class ReadingBatch:
    """One step: pieces of questions, passages, and which is tried on which. A passage is there once for all."""

    questions: list[tuple[int, ...]] = field(default_factory=list)
    passages: list[Text] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def find_look_alikes(
    corpus: Corpus, passages: NDArray[np.float16], questions: Mapping[str, NDArray[np.float16]]
) -> dict[str, list[int]]:
    """English question -> numbers of the passages that look most like what it asks for.

    Args:
        corpus: its questions and near misses are looked up.
        passages: vectors (passages, width), in the corpus's order.
        questions: English question -> its vector (width,).
    """
    table, found, near = passages.astype(np.float32), {}, siblings(corpus)
    for number, passage in enumerate(corpus.passages):
        for question in passage.asked:
            scores = table @ questions[question.en].astype(np.float32)
            scores[[number, *near[number]]] = -1.0
            found[question.en] = np.argsort(-scores)[:LOOK_ALIKES].tolist()
    return found


def siblings(corpus: Corpus) -> list[list[int]]:
    """For each passage (by its number) the others of its pair or storyline."""
    return [
        [other for other in item if other != number]
        for items in corpus.numbers().values()
        for item in items
        for number in item
    ]


@dataclass(frozen=True)
class ReadingBatches:
    """Batches of cases; step numbers from 0.

    Without a switcher no question is damaged and none left out: for measuring.
    """

    corpus: Corpus
    look_alikes: Mapping[str, list[int]]
    rivals: Rivals
    tokenizer: Tokenizer
    recipe: ReaderRecipe
    switcher: Switcher | None = None

    @property
    def steps_an_epoch(self) -> float:
        """Steps until every sibling pair has been seen once."""
        return len(self.corpus.pairs) / self.recipe.pairs

    @cached_property
    def passages(self) -> list[Passage]:
        """Of the corpus."""
        return self.corpus.passages

    @cached_property
    def siblings(self) -> list[list[int]]:
        """For each passage the others of its pair or storyline."""
        return siblings(self.corpus)

    def batch(self, step: int) -> ReadingBatch:
        """The batch of a step."""
        return _Draw(self, step).batch


class _Draw:
    """One batch in the making, from the step's own random state."""

    def __init__(self, source: ReadingBatches, step: int) -> None:
        self._source = source
        self._chooser = random.Random(f"{source.recipe.seed} reading {step}")
        self._cut: dict[int, list[list[int]]] = {}
        self._places: dict[tuple[int, int], int] = {}
        self.batch = ReadingBatch()
        for number in self._asked_about(step):
            passage = source.passages[number]
            for question in passage.questions:
                if source.switcher is None or self._chooser.random() < source.recipe.asked:
                    self._add(number, question, answered=True)
            for question in passage.near_misses:
                self._add(number, question, answered=False)

    def _asked_about(self, step: int) -> Iterator[int]:
        """The passages whose questions are asked."""
        recipe = self._source.recipe
        for kind, items in self._source.corpus.numbers().items():
            for item in walk(step, len(items), getattr(recipe, kind), f"{recipe.seed} reading {kind}"):
                yield from items[item]

    def _add(self, number: int, question: Question, *, answered: bool) -> None:
        home = self._judged_in(number, question.sentence)
        tried = [(number, home), *self._others(number, home, question)]
        right = self._parts(number)[home].index(question.sentence) - (home > 0) if answered else None
        self.batch.cases.append(Case(len(self.batch.questions), tuple(self._place(*at) for at in tried), right))
        self.batch.questions.append(self._question(question, answered=answered))

    def _others(self, number: int, home: int, question: Question) -> Iterator[tuple[int, int]]:
        """Parts of passages that do not answer: of its own, of siblings, of a look-alike."""
        recipe = self._source.recipe
        others = self._rivals(number, home, question) if recipe.rivals else list(self._drawn(number, home))
        yield from others
        if not others or recipe.look_alike == 1.0 or self._chooser.random() < recipe.look_alike:
            other = self._chooser.choice(self._source.look_alikes[question.en])
            yield other, self._chooser.randrange(len(self._parts(other)))

    def _rivals(self, number: int, home: int, question: Question) -> list[tuple[int, int]]:
        """The parts, its own left out, in which the sentences most like an answer are judged."""
        ranked = self._source.rivals[question.en]
        parts = dict.fromkeys((other, self._judged_in(other, sentence)) for other, sentence in ranked)
        return [part for part in parts if part != (number, home)][: self._source.recipe.rivals]

    def _judged_in(self, number: int, sentence: int) -> int:
        return next(n for n, part in enumerate(self._parts(number)) if sentence in part)

    def _drawn(self, number: int, home: int) -> Iterator[tuple[int, int]]:
        if parts := [part for part in range(len(self._parts(number))) if part != home]:
            yield number, self._chooser.choice(parts)
        near = self._source.siblings[number]
        for other in self._chooser.sample(near, min(len(near), SIBLINGS)):
            yield other, self._chooser.randrange(len(self._parts(other)))

    def _parts(self, number: int) -> list[list[int]]:
        """Sentence numbers of the chunks that a passage is cut into; few ways, so that what is read can be kept."""
        if number not in self._cut:
            share = 0.0 if number < len(self._source.corpus.singles) else self._source.recipe.split
            way = random.Random(f"{number} {self._chooser.randrange(WAYS)}")
            self._cut[number] = cut(len(self._source.passages[number].nl), share, way)
        return self._cut[number]

    def _place(self, number: int, part: int) -> int:
        """The place in the batch of a part of a passage, in a language drawn when it first comes by."""
        if (number, part) not in self._places:
            self._places[number, part] = len(self.batch.passages)
            sentences = self._source.passages[number].sentences(self._chooser.choice(LANGUAGES))
            texts = [sentences[n] for n in self._parts(number)[part]]
            pieces = self._source.tokenizer.encode_batch(texts, add_special_tokens=False)
            lead = int(part > 0)  # in front of the first part it is part of the text
            self.batch.passages.append(Text(shortened([encoding.ids for encoding in pieces]), lead))
        return self._places[number, part]

    def _question(self, question: Question, *, answered: bool) -> tuple[int, ...]:
        language, recipe = self._chooser.choice(LANGUAGES), self._source.recipe
        text = question.text(language)
        if self._source.switcher is not None:
            if answered and recipe.keywords and self._chooser.random() < recipe.keywords:  # drawn in its own stage only
                text = keywords(text, language)
            text = damage(text, language, self._source.switcher, recipe, self._chooser)
        return tuple(self._source.tokenizer.encode(text, add_special_tokens=False).ids)
