"""What the reader learns from: questions, each with the passage that answers it and passages that do not.

The language of every question and of every passage is drawn on its own, so that being in one language never
speaks for a passage or against it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.batches import MAX_TOKENS
from training.data import LANGUAGES, Corpus, Language, Question
from training.noise import Switcher, mistype
from training.settings import ReaderRecipe
from training.walk import walk

Passage = tuple[tuple[int, ...], ...]
"""The pieces of each of its sentences."""

LOOK_ALIKES = 6
"""Passages nearest to a question, its own and the sibling left out, from which one is drawn."""


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
    passages: list[Passage] = field(default_factory=list)
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
    table, found = passages.astype(np.float32), {}
    for number, passage in enumerate(corpus.passages):
        for question in (*passage.questions, *passage.near_misses):
            scores = table @ questions[question.en].astype(np.float32)
            scores[[number, sibling(corpus, number)]] = -1.0
            found[question.en] = np.argsort(-scores)[:LOOK_ALIKES].tolist()
    return found


def sibling(corpus: Corpus, number: int) -> int:
    """The number of the other passage of a pair; of a single one, its own."""
    singles = len(corpus.singles)
    return number if number < singles else singles + ((number - singles) ^ 1)


class ReadingBatches:
    """Batches of cases; step numbers from 0."""

    def __init__(
        self,
        corpus: Corpus,
        look_alikes: Mapping[str, list[int]],
        tokenizer: Tokenizer,
        recipe: ReaderRecipe,
        switcher: Switcher | None = None,
    ) -> None:
        """Without a switcher no question is damaged and none left out: for measuring."""
        self._corpus, self._look_alikes, self._recipe = corpus, look_alikes, recipe
        self._tokenizer, self._switcher = tokenizer, switcher

    @property
    def steps_an_epoch(self) -> float:
        """Steps until every sibling pair has been seen once."""
        return len(self._corpus.pairs) / self._recipe.pairs

    def batch(self, step: int) -> ReadingBatch:
        """The batch of a step."""
        return _Draw(self._corpus, self._look_alikes, self._tokenizer, self._recipe, self._switcher, step).batch


class _Draw:
    """One batch in the making, from the step's own random state."""

    def __init__(
        self,
        corpus: Corpus,
        look_alikes: Mapping[str, list[int]],
        tokenizer: Tokenizer,
        recipe: ReaderRecipe,
        switcher: Switcher | None,
        step: int,
    ) -> None:
        self._corpus, self._look_alikes, self._tokenizer = corpus, look_alikes, tokenizer
        self._recipe, self._switcher = recipe, switcher
        self._passages = corpus.passages
        self._chooser = random.Random(f"{recipe.seed} reading {step}")
        self._cut: dict[int, list[list[int]]] = {}
        self._places: dict[tuple[int, int], int] = {}
        self.batch = ReadingBatch()
        for number in self._numbers(step):
            for question in self._passages[number].questions:
                if switcher is None or self._chooser.random() < recipe.asked:
                    self._add(number, question, answered=True)
            for question in self._passages[number].near_misses:
                self._add(number, question, answered=False)

    def _numbers(self, step: int) -> list[int]:
        """Of the passages whose questions are asked."""
        seed, recipe, singles = f"{self._recipe.seed} reading", self._recipe, len(self._corpus.singles)
        pairs = walk(step, len(self._corpus.pairs), recipe.pairs, f"{seed} pairs")
        alone = walk(step, singles, recipe.singles, f"{seed} singles")
        return [singles + 2 * pair + place for pair in pairs for place in (0, 1)] + alone

    def _add(self, number: int, question: Question, *, answered: bool) -> None:
        parts = self._parts(number)
        home = next(n for n, part in enumerate(parts) if question.sentence in part)
        tried = [self._place(number, home)]
        for other in (sibling(self._corpus, number), self._chooser.choice(self._look_alikes[question.en])):
            if other != number:
                tried.append(self._place(other, self._chooser.randrange(len(self._parts(other)))))
        right = parts[home].index(question.sentence) if answered else None
        self.batch.cases.append(Case(len(self.batch.questions), tuple(tried), right))
        self.batch.questions.append(self._question(question))

    def _parts(self, number: int) -> list[list[int]]:
        """Sentence numbers of the chunks that a passage is cut into, each behind the lead sentence, as in the index."""
        if number not in self._cut:
            whole = list(range(len(self._passages[number].nl)))
            split = number >= len(self._corpus.singles) and self._chooser.random() < self._recipe.split
            cut = self._chooser.choice((2, 3))
            self._cut[number] = [whole[:cut], [0, *whole[cut:]]] if split else [whole]
        return self._cut[number]

    def _place(self, number: int, part: int) -> int:
        """The place in the batch of a part of a passage, in a language drawn when it first comes by."""
        if (number, part) not in self._places:
            self._places[number, part] = len(self.batch.passages)
            sentences = self._passages[number].sentences(self._chooser.choice(LANGUAGES))
            texts = [sentences[n] for n in self._parts(number)[part]]
            pieces = self._tokenizer.encode_batch(texts, add_special_tokens=False)
            self.batch.passages.append(_shortened([encoding.ids for encoding in pieces]))
        return self._places[number, part]

    def _question(self, question: Question) -> tuple[int, ...]:
        language = self._chooser.choice(LANGUAGES)
        text = question.text(language)
        if self._switcher is not None:
            text = self._damaged(text, language, self._switcher)
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _damaged(self, text: str, language: Language, switcher: Switcher) -> str:
        chooser, recipe = self._chooser, self._recipe
        if chooser.random() < recipe.switched_texts:
            text = switcher.switch(text, language, recipe.switch, chooser)
        if chooser.random() < recipe.typo:
            text = mistype(text, chooser)
        return text.rstrip("?!. ") if chooser.random() < recipe.unmarked else text


def _shortened(sentences: list[list[int]]) -> Passage:
    """Cut to what the model reads in all."""
    room, kept = MAX_TOKENS, []
    for sentence in sentences:
        kept.append(tuple(sentence[:room]))
        room -= len(kept[-1])
    return tuple(kept)
