"""The steps of training the reader, in order, and the file that it is kept in."""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
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
from training.rivals import find_rivals
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
    batches = make_batches(corpus, work, tokenizer, recipe, Switcher(*lexicons))
    measured = make_batches(held_out, work, tokenizer, recipe)
    reader, model = Reader(), sha256(BUNDLED / "model.safetensors")[:12]  # another model, another reader
    stages = reader_stages(recipe)
    for number, stage in enumerate(stages, start=1):
        apart, learnt_from = Apart(bert, stage.layers), dataclasses.replace(batches, recipe=stage)
        log.info("training: %d steps of %.0f an epoch", stage.steps, learnt_from.steps_an_epoch)
        figures = partial(measure, apart=apart, batches=whole(measured, stage), steps=_MEASURED_IN)
        train_reader(reader, apart, learnt_from, stage, work / f"reader-{model}-{number}", figures)
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


def make_batches(
    corpus: Corpus, work: Path, tokenizer: Tokenizer, recipe: ReaderRecipe, switcher: Switcher | None = None
) -> ReadingBatches:
    """Batches of a corpus; what its questions look like is told by the base model's vectors of the English texts."""
    passages = corpus.passages
    asked = _vectors((question.en for passage in passages for question in passage.asked), work)
    sentences = _vectors((sentence for passage in passages for sentence in passage.en), work)
    texts = teacher_vectors([" ".join(passage.en) for passage in passages], work)
    look_alikes, rivals = find_look_alikes(corpus, texts, asked), find_rivals(corpus, asked, sentences)
    return ReadingBatches(corpus, look_alikes, rivals, tokenizer, recipe, switcher)


def whole(batches: ReadingBatches, recipe: ReaderRecipe) -> ReadingBatches:
    """The same, tried as a recipe says, going through the corpus in _MEASURED_IN steps (a few items come by twice)."""
    sizes = {kind: math.ceil(len(items) / _MEASURED_IN) for kind, items in batches.corpus.numbers().items()}
    return dataclasses.replace(batches, recipe=dataclasses.replace(recipe, **sizes))


def _vectors(texts: Iterable[str], work: Path) -> dict[str, NDArray[np.float16]]:
    different = list(dict.fromkeys(texts))
    return dict(zip(different, teacher_vectors(different, work), strict=True))
