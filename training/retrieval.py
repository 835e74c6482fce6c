"""The held-out measure: does a question find its chunk and its sentence, whatever the two languages are?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from training.cutting import behind_lead
from training.data import LANGUAGES, Corpus, Language
from training.encoder import encode, framed, segment_means

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

DIRECTIONS = ("nl-nl", "nl-en", "en-nl", "en-en")


@dataclass(frozen=True, slots=True)
class Held:
    """Held-out chunks (sentences in both languages, the number of their item) and questions about them."""

    chunks: list[dict[Language, list[str]]]
    items: list[int]
    questions: list[dict[Language, str]]
    chunk_of: list[int]
    sentence_of: list[int]


def prepare(corpus: Corpus) -> Held:
    """Singles stay whole; siblings and articles are cut every three sentences behind their lead, as an index would."""
    held = Held([], [], [], [], [])
    for number, passage in enumerate(corpus.passages):
        count = len(passage.nl)
        parts = behind_lead(count, range(3, count, 3) if number >= len(corpus.singles) else ())
        first = len(held.chunks)
        for part in parts:
            held.chunks.append({lang: [passage.sentences(lang)[n] for n in part] for lang in LANGUAGES})
            held.items.append(number)
        for question in passage.questions:
            home = next(n for n, part in enumerate(parts) if question.sentence in part)
            held.questions.append({"nl": question.nl, "en": question.en})
            held.chunk_of.append(first + home)
            held.sentence_of.append(parts[home].index(question.sentence))
    return held


def measure(model: BertModel, tokenizer: Tokenizer, held: Held) -> dict[str, float]:
    """Per direction: MRR of the chunk, hit@1 of the chunk, and of the sentence inside the right chunk.

    Two indexes, each with every item in one language drawn at random, the second the other way round: questions
    compete against both languages.
    """
    with torch.inference_mode():
        chunks = {lang: _chunk_vectors(model, tokenizer, [c[lang] for c in held.chunks]) for lang in LANGUAGES}
        asked = {lang: _vectors(model, tokenizer, [q[lang] for q in held.questions]) for lang in LANGUAGES}
    coin = np.random.default_rng(0).integers(0, 2, max(held.items) + 1)[held.items]
    found: dict[str, list[float]] = {f"{d} {m}": [] for d in DIRECTIONS for m in ("mrr", "hit1", "sentence")}
    for flip in (0, 1):
        side = coin ^ flip
        use_en = torch.from_numpy(side).bool()[:, None]
        index = torch.where(use_en, chunks["en"][0], chunks["nl"][0])
        for lang in LANGUAGES:
            scores = asked[lang] @ index.T
            for n, right in enumerate(held.chunk_of):
                rank = int((scores[n] > scores[n, right]).sum()) + 1
                passage_lang: Language = "en" if side[right] else "nl"
                inside = asked[lang][n] @ chunks[passage_lang][1][right].T
                key = f"{lang}-{passage_lang}"
                found[f"{key} mrr"].append(1 / rank)
                found[f"{key} hit1"].append(float(rank == 1))
                found[f"{key} sentence"].append(float(int(inside.argmax()) == held.sentence_of[n]))
    measures = {name: round(float(np.mean(values)), 4) for name, values in found.items()}
    measures["score"] = round(float(np.mean([measures[f"{d} mrr"] for d in DIRECTIONS])), 4)
    return measures


def match(model: BertModel, tokenizer: Tokenizer, corpus: Corpus) -> dict[str, float]:
    """Share of sentences, on their own, whose nearest sentence of the other language is their translation."""
    pairs = [pair for p in corpus.passages for pair in zip(p.nl, p.en, strict=True)]
    with torch.inference_mode():
        dutch, english = (_vectors(model, tokenizer, list(side)) for side in zip(*pairs, strict=True))
    scores, own = dutch @ english.T, torch.arange(len(pairs))
    there, back = ((scores.argmax(axis) == own).float().mean().item() for axis in (1, 0))
    return {"n": len(pairs), "nl to en": round(there, 4), "en to nl": round(back, 4)}


def _pieces(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


def _in_parts(model: BertModel, texts: list[list[int]]) -> list[Tensor]:
    """Token outputs of each text, a few hundred texts at a time."""
    out: list[Tensor] = []
    for start in range(0, len(texts), 256):
        done = encode(model, texts[start : start + 256])
        out.extend(torch.split(done.tokens, done.sizes.tolist()))
    return out


def _vectors(model: BertModel, tokenizer: Tokenizer, texts: list[str]) -> Tensor:
    tokens = _in_parts(model, [e.ids for e in tokenizer.encode_batch(texts)])
    return torch.nn.functional.normalize(torch.stack([t.mean(0) for t in tokens]), dim=-1)


def _chunk_vectors(model: BertModel, tokenizer: Tokenizer, chunks: list[list[str]]) -> tuple[Tensor, list[Tensor]]:
    """Chunk vectors (chunks, width), and for each chunk its sentences' vectors, read in the chunk."""
    pieces = [_pieces(tokenizer, sentences) for sentences in chunks]
    tokens = _in_parts(model, [framed(chunk) for chunk in pieces])
    whole = torch.nn.functional.normalize(torch.stack([t.mean(0) for t in tokens]), dim=-1)
    inside = []
    for chunk, outputs in zip(pieces, tokens, strict=True):
        owner = torch.repeat_interleave(torch.arange(len(chunk)), torch.tensor([len(s) for s in chunk]))
        inside.append(segment_means(outputs[1:-1], owner, len(chunk)))
    return whole, inside
