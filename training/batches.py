"""What one training step sees: chunks, the questions they answer, and texts to be matched with the teacher.

The language of every chunk and of every question is drawn on its own, so that the four directions occur in every
step and "the same language" is never a reason to prefer a chunk.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.cutting import cut, shortened
from training.data import KINDS, LANGUAGES, Corpus, Language, Passage
from training.noise import Switcher, damage
from training.settings import Recipe
from training.walk import walk


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage as the index holds it. `keys` name the sentences: the same fact has the same key in every chunk."""

    sentences: tuple[tuple[int, ...], ...]
    keys: tuple[tuple[int, int], ...]
    language: Language
    teacher: int | None
    """Row of the teacher's passage vectors, where the chunk is the whole passage."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the number of its chunk in the batch, and the key of the answering sentence."""

    pieces: tuple[int, ...]
    language: Language
    chunk: int
    key: tuple[int, int]
    teacher: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One step. `alone` are texts with the teacher vector (width,) they should meet; the last ones are phrases."""

    chunks: list[Chunk]
    asked: list[Asked]
    alone: list[tuple[int, ...]]
    alone_teacher: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Teacher:
    """The teacher's vectors: passages and questions in the corpus's order, sentences and phrases with their texts."""

    passages: NDArray[np.float16]
    questions: NDArray[np.float16]
    sentences: list[tuple[str, str]]
    sentence_vectors: NDArray[np.float16]
    phrases: list[tuple[str, str]]
    phrase_vectors: NDArray[np.float16]


class Batches:
    """Endless shuffled batches, drawn with the step's own random state: any step can be made again."""

    def __init__(
        self, corpus: Corpus, teacher: Teacher, tokenizer: Tokenizer, switcher: Switcher, recipe: Recipe
    ) -> None:
        """The corpus must be the one that the teacher's vectors were made from."""
        self._teacher, self._tokenizer, self._switcher, self._recipe = teacher, tokenizer, switcher, recipe
        self._passages, self._numbers = corpus.passages, corpus.numbers()
        counts = [len(p.questions) for p in self._passages]
        self._first_question = np.concatenate([[0], np.cumsum(counts)])

    @property
    def steps_an_epoch(self) -> float:
        """Steps until every sibling pair has been seen once."""
        return len(self._numbers["pairs"]) / max(self._recipe.pairs, 1)

    def batch(self, step: int) -> Batch:
        """The batch of a step (from 0)."""
        chooser = random.Random(self._recipe.seed * 1_000_003 + step)
        chunks: list[Chunk] = []
        asked: list[Asked] = []
        for kind in KINDS:
            share = 0.0 if kind == "singles" else self._recipe.split
            size: int = getattr(self._recipe, kind)
            for item in self._drawn(step, len(self._numbers[kind]), size, kind):
                for number in self._numbers[kind][item]:
                    self._add(number, share, chooser, chunks, asked)
        alone, vectors = self._alone(step, chooser)
        return Batch(chunks, asked, alone, vectors)

    def _drawn(self, step: int, count: int, size: int, kind: str) -> list[int]:
        return walk(step, count, size, f"{self._recipe.seed} {kind}")

    def _add(self, number: int, share: float, chooser: random.Random, chunks: list[Chunk], asked: list[Asked]) -> None:
        """A passage, cut up with the probability `share`, and its questions."""
        passage = self._passages[number]
        language = chooser.choice(LANGUAGES)
        parts = cut(len(passage.nl), share, chooser)
        first = len(chunks)
        for part in parts:
            chunks.append(self._chunk(passage, number, language, part, chooser, number if len(parts) == 1 else None))
        for place, question in enumerate(passage.questions):
            home = next(n for n, part in enumerate(parts) if question.sentence in part)
            pieces = self._question(question.text(asked_in := chooser.choice(LANGUAGES)), asked_in, chooser)
            row = int(self._first_question[number]) + place
            asked.append(Asked(pieces, asked_in, first + home, (number, question.sentence), row))

    def _chunk(
        self,
        passage: Passage,
        number: int,
        language: Language,
        part: list[int],
        chooser: random.Random,
        row: int | None,
    ) -> Chunk:
        sentences = [passage.sentences(language)[n] for n in part]
        if chooser.random() < self._recipe.switched_texts:
            sentences = [self._switcher.switch(s, language, self._recipe.switch, chooser) for s in sentences]
        pieces = [tuple(e.ids) for e in self._tokenizer.encode_batch(sentences, add_special_tokens=False)]
        return Chunk(shortened(pieces), tuple((number, n) for n in part), language, row)

    def _question(self, text: str, language: Language, chooser: random.Random) -> tuple[int, ...]:
        text = damage(text, language, self._switcher, self._recipe, chooser)
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _alone(self, step: int, chooser: random.Random) -> tuple[list[tuple[int, ...]], NDArray[np.float16]]:
        """Sentences on their own (Dutch four times in five) and Dutch lexicon phrases, each with its teacher vector."""
        teacher = self._teacher
        rows = self._drawn(step, len(teacher.sentences), self._recipe.sentences, "sentences")
        texts = [teacher.sentences[n][1 if chooser.random() < 0.2 else 0] for n in rows]
        more = self._drawn(step, len(teacher.phrases), self._recipe.words, "phrases")
        texts += [teacher.phrases[n][0] for n in more]
        pieces = [tuple(e.ids) for e in self._tokenizer.encode_batch(texts, add_special_tokens=False)]
        return pieces, np.concatenate([teacher.sentence_vectors[rows], teacher.phrase_vectors[more]])
