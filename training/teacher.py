"""The base model's vectors of English texts, made once and kept: what the trained model must not lose."""

from __future__ import annotations

import hashlib
import logging
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.base import base_model, base_tokenizer
from training.data import Corpus, load_lexicon
from training.settings import LEXICON

log = logging.getLogger(__name__)


def teacher_vectors(texts: list[str], kept_in: Path) -> NDArray[np.float16]:
    """Unit vectors (texts, width) of the base model. What was done before is read from `kept_in`."""
    path = kept_in / "teacher.npz"
    digests = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
    kept: dict[str, NDArray[np.float16]] = {}
    if path.is_file():
        with np.load(path) as stored:
            kept = dict(zip(stored["digests"].tolist(), stored["vectors"], strict=True))
    missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in kept}
    if missing:
        kept |= zip(missing, _embed(list(missing.values())), strict=True)
        kept_in.mkdir(parents=True, exist_ok=True)
        part = kept_in / "teacher.part.npz"
        np.savez(part, digests=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        part.replace(path)
        log.info("teacher: %d texts", len(missing))
    return np.stack([kept[digest] for digest in digests])


def _embed(texts: list[str]) -> NDArray[np.float16]:
    import torch

    from training.encoder import encode

    model, tokenizer = base_model(), base_tokenizer()
    ids = [tokenizer.encode(text).ids[:256] for text in texts]
    order = sorted(range(len(ids)), key=lambda n: len(ids[n]))
    vectors = np.zeros((len(texts), model.config.hidden_size), np.float16)
    with torch.inference_mode():
        for start in range(0, len(order), 512):
            part = order[start : start + 512]
            vectors[part] = encode(model, [ids[n] for n in part]).vectors().numpy()
    return vectors


def english_texts(corpus: Corpus, every_nth_sentence: int = 2) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Passages and questions in English, and (Dutch, English) sentence pairs, each in the corpus's order."""
    passages = [" ".join(p.en) for p in corpus.passages]
    questions = [q.en for p in corpus.passages for q in p.questions]
    sentences = [pair for p in corpus.passages for pair in zip(p.nl, p.en, strict=True)]
    return passages, questions, sentences[::every_nth_sentence]


def phrases(count: int, seed: int) -> list[tuple[str, str]]:
    """(Dutch, English) phrases of one to three lexicon words, word by word: they give rare words their place."""
    lexicon = [(w, t[0]) for w, t in load_lexicon(LEXICON / "lexicon-nl-en.tsv.gz").items() if t]
    chooser = random.Random(seed)
    chosen = []
    for _ in range(count):
        picks = [chooser.choice(lexicon) for _ in range(chooser.choice((1, 2, 3)))]
        chosen.append((" ".join(w for w, _ in picks), " ".join(t for _, t in picks)))
    return chosen
