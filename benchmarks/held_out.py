"""What training holds out, as benchmark folders like benchmarks/news."""

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from index.records import LANGUAGES
from training.data import Passage, Question, hold_out, load_corpus
from training.settings import DATA, Recipe

PASSAGES, STORYLINES = "held out", "held-out storylines"
DIALOGUES = "dialogues.jsonl"
_FIRST_PARAGRAPH, _PARAGRAPH = 2, 3
"""Sentences in an article's first paragraph, and in those that follow."""


def write_held_out(folder: Path) -> dict[str, list[list[str]]]:
    """Write folders PASSAGES and STORYLINES, each with articles/, questions.jsonl and DIALOGUES of two turns.

    The language of each article is drawn by a fixed seed.

    Returns:
        For each folder the file names by storyline: articles on the same people together, a single passage alone.
    """
    recipe = Recipe()
    _, corpus = hold_out(load_corpus(DATA), recipe)
    singles = [(single,) for single in corpus.singles]
    return {
        PASSAGES: _write_stories(folder / PASSAGES, [*corpus.pairs, *singles], recipe.seed),
        STORYLINES: _write_stories(folder / STORYLINES, [*corpus.storylines], recipe.seed),
    }


def _write_stories(folder: Path, stories: list[tuple[Passage, ...]], seed: int) -> list[list[str]]:
    chooser = random.Random(seed)
    (folder / "articles").mkdir(parents=True)
    names: list[list[str]] = []
    lines: list[str] = []
    dialogues: list[str] = []
    for story, passages in enumerate(stories):
        names.append([f"{story:03}_{part}.txt" for part in range(len(passages))])
        for name, passage in zip(names[-1], passages, strict=True):
            language = chooser.choice(LANGUAGES)
            sentences = passage.sentences("nl" if language == "nl" else "en")
            (folder / "articles" / name).write_text(_article(passage, sentences), "utf-8")
            lines += _questions(name, passage, sentences)
            dialogues += _dialogues(passage, sentences)
    (folder / "questions.jsonl").write_text("".join(lines), "utf-8")
    (folder / DIALOGUES).write_text("".join(dialogues), "utf-8")
    return names


def _article(passage: Passage, sentences: tuple[str, ...]) -> str:
    """In the native format; without a header where the date is not known."""
    ends = [0, *range(_FIRST_PARAGRAPH, len(sentences), _PARAGRAPH), len(sentences)]
    text = "\n\n".join(" ".join(sentences[start:end]) for start, end in pairwise(ends))
    return (f" date {passage.date} " if passage.date else "") + text + "\n"


def _questions(name: str, passage: Passage, sentences: tuple[str, ...]) -> Iterator[str]:
    """Those that the passage answers, and the near misses that nothing here answers; follow-ups are left out."""
    alone = (each for each in _asked(passage, sentences) if not each[0].turns)
    for number, (question, evidence) in enumerate(alone):
        row = {
            "id": f"{name}-{number}",
            "type": "what",
            "question_nl": question.nl,
            "question_en": question.en,
            "article": name,
            "evidence": evidence,
            "answerable": bool(evidence),
        }
        yield json.dumps(row) + "\n"


def _dialogues(passage: Passage, sentences: tuple[str, ...]) -> Iterator[str]:
    """In each language each follow-up, which may have no answer, behind the question that it leans on."""
    for question, evidence in _asked(passage, sentences):
        for before, own in zip(*question.turns, strict=True):
            opening = {"question": before, "standalone": before}
            then = {"question": own, "evidence": evidence, "answerable": bool(evidence)}
            yield json.dumps({"turns": [opening, then]}) + "\n"


def _asked(passage: Passage, sentences: tuple[str, ...]) -> Iterator[tuple[Question, list[str]]]:
    """All its questions, each with the sentences that answer it."""
    yield from ((question, [sentences[question.sentence]]) for question in passage.questions)
    yield from ((question, []) for question in passage.near_misses)
