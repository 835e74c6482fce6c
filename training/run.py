"""The steps of a build, in order; and the evaluation of a finished folder."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.base import base_model, base_tokenizer
from training.batches import Batches, Teacher
from training.benchmark import evaluate
from training.data import Corpus, hold_out, load_corpus, load_lexicon, take_share, without_storylines
from training.noise import Switcher
from training.package import read_model, update_card, write_model
from training.retrieval import match, measure, prepare
from training.settings import DATA, LEXICON, Recipe, second_stage
from training.start import build_start
from training.teacher import english_texts, phrases, teacher_vectors
from training.train import State, average, copy_of, mean_of, train
from training.vocabulary import Sizes

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

log = logging.getLogger(__name__)
PHRASES = 16_000


def quiet(threads: int) -> None:
    """Thread count, seeds, and no progress bars from the libraries."""
    import torch
    import transformers

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def make_teacher(corpus: Corpus, work: Path, seed: int) -> Teacher:
    """The teacher's vectors of everything that training asks for."""
    passages, questions, sentences = english_texts(corpus)
    pairs = phrases(PHRASES, seed)
    return Teacher(
        teacher_vectors(passages, work),
        teacher_vectors(questions, work),
        sentences,
        teacher_vectors([en for _, en in sentences], work),
        pairs,
        teacher_vectors([en for _, en in pairs], work),
    )


def build(recipe: Recipe, work: Path, out: Path, threads: int) -> None:
    """Rebuilds the model from the base weights and the data; resumes what was interrupted."""
    quiet(threads)
    corpus, held_out = hold_out(load_corpus(DATA), recipe)
    log.info("vocabulary and first rows")
    tokenizer, model = build_start(without_storylines(corpus), Sizes())
    corpus = take_share(corpus, recipe.share)
    first = Stage(without_storylines(corpus), without_storylines(held_out), recipe, work / "run")
    second = Stage(corpus, held_out, second_stage(recipe), work / "run-storylines")
    ends = [_train_stage(model, tokenizer, stage, work) for stage in (first, second)]
    model.load_state_dict(mean_of(ends))
    digest = write_model(model, tokenizer, out)
    update_card(out, digest)
    log.info("written to %s, SHA-256 %s; measure it (evaluate) and renew the figures in its card", out, digest)


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the training: what it sees, what it is measured on, how, and the folder of its checkpoints."""

    corpus: Corpus
    held_out: Corpus
    recipe: Recipe
    folder: Path


def _train_stage(model: BertModel, tokenizer: Tokenizer, stage: Stage, work: Path) -> State:
    """Trains in place; ends with the mean of the last snapshots, or the last where that measures better."""
    recipe, held = stage.recipe, prepare(stage.held_out)

    def held_out_figures(current: BertModel) -> dict[str, float]:
        return measure(current, tokenizer, held)

    lexicons = [load_lexicon(LEXICON / f"lexicon-{d}.tsv.gz") for d in ("nl-en", "en-nl")]
    teacher = make_teacher(stage.corpus, work, recipe.seed)
    batches = Batches(stage.corpus, teacher, tokenizer, Switcher(*lexicons), recipe)
    log.info("training: %d steps of %.0f an epoch", recipe.steps, batches.steps_an_epoch)
    progress = train(model, batches, teacher, recipe, stage.folder, held_out_figures)
    trained = copy_of(model)
    snapshots = [stage.folder / f"snapshot-{int(h['step'])}.pt" for h in progress.history[-recipe.average_last :]]
    model.load_state_dict(average(snapshots))
    mean = held_out_figures(model.train(False))
    log.info("held out, mean of the last %d: %s", len(snapshots), json.dumps(mean))
    if mean["score"] < progress.history[-1]["score"]:
        model.load_state_dict(trained)
    return copy_of(model)


def evaluate_folder(folder: Path, threads: int) -> None:
    """Prints the public benchmark's figures for a model folder, as JSON."""
    quiet(threads)
    tokenizer, model = (base_tokenizer(), base_model()) if str(folder) == "base" else read_model(folder)
    _, held_out = hold_out(load_corpus(DATA), Recipe())
    figures = {
        "sentences": match(model, tokenizer, held_out),
        "all articles": evaluate(model, tokenizer),
        "English articles": evaluate(model, tokenizer, only="en"),
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
