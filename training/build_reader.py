"""The steps of training the reader, in order, and the file that it is kept in."""

from __future__ import annotations

import dataclasses
import logging
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from qa.close_reading import LAYERS, WEIGHTS
from qa.reader import Reader
from training.base import sha256
from training.data import Corpus, hold_out, load_corpus, load_lexicon
from training.noise import Switcher
from training.package import read_model
from training.reading import Apart, measure, train_reader
from training.reading_batches import ReadingBatches, find_look_alikes
from training.run import quiet
from training.settings import BUNDLED, DATA, LEXICON, ReaderRecipe, Recipe, reader_stages
from training.teacher import teacher_vectors

if TYPE_CHECKING:
    from transformers import BertModel

log = logging.getLogger(__name__)
_MEASURED_IN = 14
"""Steps in which the held-out part is gone through once."""


def build_reader(recipe: ReaderRecipe, work: Path, threads: int) -> None:
    """Trains the reader on the bundled model, resuming what was interrupted, and writes it to its place."""
    quiet(threads)
    torch.manual_seed(recipe.seed)
    corpus, held_out = hold_out(load_corpus(DATA), Recipe())
    tokenizer, bert = read_model(BUNDLED)
    lexicons = [load_lexicon(LEXICON / f"lexicon-{direction}.tsv.gz") for direction in ("nl-en", "en-nl")]
    switcher, nearest = Switcher(*lexicons), look_alikes(corpus, work)
    measured = held_out_batches(held_out, work, tokenizer, recipe)
    reader, model = Reader(), sha256(BUNDLED / "model.safetensors")[:12]  # another model, another reader
    stages = reader_stages(recipe)
    for number, stage in enumerate(stages, start=1):
        batches, apart = ReadingBatches(corpus, nearest, tokenizer, stage, switcher), Apart(bert, stage.layers)
        log.info("training: %d steps of %.0f an epoch", stage.steps, batches.steps_an_epoch)
        figures = partial(measure, apart=apart, batches=measured, steps=_MEASURED_IN)
        folder = work / f"reader-{model}-{number}"
        train_reader(reader, apart, batches, stage, folder, figures)
    log.info("written to %s, SHA-256 %s", WEIGHTS, write_reader(reader, bert, stages[-1].layers))


def write_reader(reader: Reader, bert: BertModel, layers: int) -> str:
    """The reader and the model's uppermost layers, under their names in it, in half precision; returns the SHA-256."""
    path, first = Path(str(WEIGHTS)), len(bert.encoder.layer) - layers
    upper = tuple(f"{LAYERS}{number}." for number in range(first, len(bert.encoder.layer)))
    weights = {name: value for name, value in bert.state_dict().items() if name.startswith(upper)}
    weights |= reader.state_dict()
    path.parent.mkdir(exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in weights.items()}, str(path))
    path.chmod(0o644)
    return sha256(path)


def held_out_batches(corpus: Corpus, work: Path, tokenizer: Tokenizer, recipe: ReaderRecipe) -> ReadingBatches:
    """Batches, nothing damaged, that go through the whole corpus in _MEASURED_IN steps (a few items come by twice)."""
    sizes = {kind: math.ceil(len(items) / _MEASURED_IN) for kind, items in corpus.numbers().items()}
    return ReadingBatches(corpus, look_alikes(corpus, work), tokenizer, dataclasses.replace(recipe, **sizes))


def look_alikes(corpus: Corpus, work: Path) -> dict[str, list[int]]:
    """By the base model's vectors of the English texts."""
    passages = [" ".join(passage.en) for passage in corpus.passages]
    questions = [q.en for passage in corpus.passages for q in (*passage.questions, *passage.near_misses)]
    vectors = dict(zip(questions, teacher_vectors(questions, work), strict=True))
    return find_look_alikes(corpus, teacher_vectors(passages, work), vectors)
