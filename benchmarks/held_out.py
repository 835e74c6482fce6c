"""The passages that training holds out, as a benchmark folder like benchmarks/news."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from index.records import LANGUAGES
from training.data import Passage, Question, hold_out, load_corpus
from training.settings import DATA, Recipe

_FIRST_PARAGRAPH = 2
"""Sentences of a passage in the article's first paragraph; the rest is a second one."""


def write_held_out(folder: Path) -> list[list[str]]:
    """Write articles/ and questions.jsonl; each article in a language drawn by a fixed seed.

    Returns:
        File names by storyline: the two of a sibling pair together, a single passage alone.
    """
    recipe = Recipe()
    _, corpus = hold_out(load_corpus(DATA), recipe.held_out, recipe.seed)
    stories: list[tuple[Passage, ...]] = [*corpus.pairs, *((single,) for single in corpus.singles)]
    chooser = random.Random(recipe.seed)
    (folder / "articles").mkdir(parents=True)
    names: list[list[str]] = []
    lines: list[str] = []
    for story, passages in enumerate(stories):
        names.append([f"{story:03}_{part}.txt" for part in range(len(passages))])
        for name, passage in zip(names[-1], passages, strict=True):
            language = chooser.choice(LANGUAGES)
            sentences = passage.sentences("nl" if language == "nl" else "en")
            paragraphs = [sentences[:_FIRST_PARAGRAPH], sentences[_FIRST_PARAGRAPH:]]
            text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)
            (folder / "articles" / name).write_text(text + "\n", "utf-8")
            lines += _questions(name, passage, sentences)
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return names


def _questions(name: str, passage: Passage, sentences: tuple[str, ...]) -> Iterator[str]:
    """Those that the passage answers, and the near misses that nothing here answers."""
    answered = [(question, [sentences[question.sentence]]) for question in passage.questions]
    near_misses: list[tuple[Question, list[str]]] = [(question, []) for question in passage.near_misses]
    for number, (question, evidence) in enumerate(answered + near_misses):
        yield json.dumps(
            {
                "id": f"{name}-{number}",
                "type": "what",
                "question_nl": question.nl,
                "question_en": question.en,
                "article": name,
                "evidence": evidence,
                "answerable": bool(evidence),
            }
        )
