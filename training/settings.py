"""Every number of the recipe, in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "training" / "data"
LEXICON = ROOT / "index" / "data"
WORK = ROOT / "work" / "training"
BUNDLED = ROOT / "index" / "bilingual"

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The published checksum of all-MiniLM-L6-v2's model.safetensors."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one training run does. Weights of zero switch a loss off (and what it costs)."""

    seed: int = 2024
    steps: int = 460
    warmup: int = 24
    decay: int = 90
    """The last steps, in which the rates fall to nothing. Until then they do not depend on `steps`, so that
    an interrupted run may also be made longer or shorter."""
    body_rate: float = 5e-5
    row_rate: float = 4e-4
    weight_decay: float = 0.01
    clip: float = 1.0
    pairs: int = 10
    """Sibling pairs a step (each two passages, six questions)."""
    singles: int = 20
    """Single passages a step (about two questions each)."""
    storylines: int = 0
    """Storylines a step (each four articles, 24 questions)."""
    sentences: int = 20
    """Sentences on their own a step, matched with the teacher."""
    words: int = 32
    """Short lexicon phrases (one to three words) a step, matched with the teacher."""
    share: float = 1.0
    """Part of the training items that is used, for the figure of quality against data."""
    held_out: float = 0.05
    held_out_storylines: float = 0.1
    switch: float = 0.12
    """Share of words replaced by a lexicon translation, in the texts that are switched at all."""
    switched_texts: float = 0.3
    typo: float = 0.1
    """Share of questions with one letter swapped or dropped."""
    unmarked: float = 0.2
    """Share of questions without their question mark."""
    split: float = 0.5
    """Share of sibling passages cut into two chunks, each behind the lead sentence, as the index does."""
    tau: float = 0.05
    tau_late: float = 0.04
    same_language: float = 0.04
    """Taken off the cosine of a question and a text in its own language while training, so that the finished model
    gives it that much more: of two articles that tell the same, the reader's own language comes first."""
    w_passage: float = 1.0
    w_sentence: float = 0.5
    w_late_passage: float = 0.5
    w_late_sentence: float = 0.5
    w_teacher: float = 0.5
    w_words: float = 0.25
    evaluate_every: int = 40
    average_last: int = 4


def second_stage(first: Recipe) -> Recipe:
    """What follows once the languages are together: whole articles by four, with some of the first stage's texts."""
    return replace(
        first, steps=200, decay=70, body_rate=3e-5, row_rate=2e-4, same_language=0.08,
        pairs=3, singles=4, storylines=3, sentences=12, average_last=3,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """What one run of the reader's training does."""

    seed: int = 2024
    steps: int = 150
    warmup: int = 30
    decay: int = 60
    """The last steps, in which the rates fall to nothing."""
    layers: int = 0
    """Of the bundled model, the uppermost, that learn along (a copy of their own: the model's vectors stay)."""
    rate: float = 1e-3
    body_rate: float = 3e-5
    weight_decay: float = 0.01
    clip: float = 1.0
    pairs: int = 4
    """Sibling pairs a step (six questions and up to two near misses each)."""
    singles: int = 6
    storylines: int = 2
    """Storylines a step (24 questions and eight near misses each)."""
    rivals: int = 0
    """Passages of its article and the siblings that look most like an answer, which a question is tried on; 0 for one
    of its article and two siblings', drawn."""
    look_alike: float = 1.0
    """Share of the questions that is tried on a passage of another story too."""
    asked: float = 0.7
    """Share of the questions that is asked when a passage comes by; near misses always are."""
    split: float = 0.5
    switch: float = 0.12
    switched_texts: float = 0.2
    typo: float = 0.1
    unmarked: float = 0.2
    """Share of questions without their question mark."""
    keywords: float = 0.0
    """Share of answered questions of which only the content words are left. Near misses stay whole: "why did they
    sell?" may have no answer where "they sell" has one."""
    evaluate_every: int = 150


def reader_stages(first: ReaderRecipe) -> tuple[ReaderRecipe, ...]:
    """All stages of the reader's training, each going on from the weights of the one before.

    Once it knows its task, the model's upper half learns along, from smaller batches; then everything is read again,
    each time in another order and a little faster; then questions are among them as typed into a search box; at last
    each is tried on the passages that a search would bring up beside its own.
    """
    with_layers = replace(
        first, steps=550, warmup=10, decay=200, layers=3, rate=3e-4,
        pairs=1, singles=1, storylines=1, evaluate_every=275,
    )  # fmt: skip
    once_more = replace(with_layers, seed=first.seed + 1, steps=800, decay=400, body_rate=5e-5, evaluate_every=400)
    and_again = replace(once_more, seed=first.seed + 2, steps=1000, decay=600, body_rate=6e-5, evaluate_every=500)
    in_keywords = replace(and_again, seed=first.seed + 3, steps=300, decay=300, keywords=0.15, evaluate_every=300)
    against_rivals = replace(
        in_keywords, seed=first.seed + 4, steps=1000, decay=500, rivals=5, look_alike=0.25, evaluate_every=250
    )
    return first, with_layers, once_more, and_again, in_keywords, against_rivals
