"""The public benchmark, dense retrieval alone: every chunk with its article's lead sentence in front, one index."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from training.data import DataFault, Language
from training.encoder import Encoded, encode, segment_means
from training.settings import ROOT

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

NEWS = ROOT / "benchmarks" / "news"
_HEADER = re.compile(r"\s*date \d{4}-\d{2}(?:-\d{2})? ")
_SENTENCE_END = re.compile(r"""(?<=[.!?])["'”’»)]*\s+(?=["'“‘«(]?[A-Z0-9À-Ý'])""")


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk of an article: its sentences, the lead sentence first where the chunk is not the first."""

    article: str
    language: Language
    sentences: tuple[str, ...]
    own_from: int
    """Number of the first sentence that is the chunk's own."""


@dataclass(frozen=True, slots=True)
class Read:
    """Vectors of texts: unit passage vectors, per text its unit token vectors and unit sentence vectors."""

    passages: Tensor
    tokens: list[list[Tensor]]
    sentences: list[Tensor]


def split_sentences(text: str) -> list[str]:
    """A plain splitter, good enough for measuring (the product has its own)."""
    parts, start = [], 0
    for found in _SENTENCE_END.finditer(text):
        before = text[start : found.start()]
        if re.search(r"\b(?:dhr|mr|mrs|ms|mevr|dr|st|jan|feb|aug|sept|okt|oct|nov|dec|no|nr)\.$", before, re.I):
            continue
        parts.append(text[start : found.end()].strip())
        start = found.end()
    return [*parts, text[start:].strip()]


def guess_language(text: str) -> Language:
    """By the commonest function words: whole articles leave no doubt."""
    words = re.findall(r"[a-z]+", text.lower())
    dutch = sum(w in {"de", "het", "een", "van", "dat", "niet"} for w in words)
    english = sum(w in {"the", "of", "and", "to", "that", "not"} for w in words)
    return "nl" if dutch > english else "en"


def read_articles(folder: Path) -> list[Piece]:
    """All chunks: one a paragraph, a sub-heading joined to the paragraph it stands over."""
    pieces = []
    for path in sorted(folder.glob("*.txt")):
        text = _HEADER.sub("", path.read_text(encoding="utf-8"), count=1).strip()
        language = guess_language(text)
        heading: list[str] = []
        lead = ""
        for paragraph in (p.strip() for p in text.split("\n\n") if p.strip()):
            if len(paragraph) < 80 and paragraph[-1] not in ".!?\"'”’":
                heading.append(paragraph)
                continue
            own = [*heading, *split_sentences(paragraph)]
            heading = []
            before = [lead] if lead else []
            lead = lead or own[0]
            pieces.append(Piece(path.name, language, (*before, *own), len(before)))
    if not pieces:
        raise DataFault(f"no articles in {folder}")
    return pieces


def read(model: BertModel, tokenizer: Tokenizer, texts: list[tuple[str, ...]]) -> Read:
    """Reads texts given as their sentences; sentence and token vectors are those inside the whole text."""
    numbers = tokenizer.get_vocab()
    cls, sep = numbers["[CLS]"], numbers["[SEP]"]
    flat = tokenizer.encode_batch([s for text in texts for s in text], add_special_tokens=False)
    ids = iter(e.ids for e in flat)
    pieces = [[next(ids) for _ in text] for text in texts]
    done = Read(torch.empty(0), [], [])
    passages = []
    with torch.inference_mode():
        for start in range(0, len(texts), 128):
            part = pieces[start : start + 128]
            encoded: Encoded = encode(model, [[cls, *[p for s in t for p in s][:254], sep] for t in part])
            passages.append(encoded.vectors())
            for text, outputs in zip(part, torch.split(encoded.tokens, encoded.sizes.tolist()), strict=True):
                sizes = torch.tensor([len(s) for s in text])
                owner = torch.repeat_interleave(torch.arange(len(text)), sizes)[: len(outputs) - 2]
                unit = functional.normalize(outputs[1:-1], dim=-1)
                done.tokens.append([unit[owner == n] for n in range(len(text))])
                done.sentences.append(segment_means(outputs[1:-1], owner, len(text)))
    return Read(torch.cat(passages), done.tokens, done.sentences)


def late(question: Tensor, sentences: list[Tensor]) -> tuple[float, Tensor]:
    """Late interaction of question tokens (n, width) with a chunk: (score of the chunk, scores of its sentences)."""
    best = torch.stack([
        (question @ s.T).amax(1) if len(s) else torch.full((len(question),), -1.0) for s in sentences
    ])  # fmt: skip
    return float(best.amax(0).mean()), best.mean(1)


def evaluate(
    model: BertModel, tokenizer: Tokenizer, only: Language | None = None, depth: int = 20
) -> dict[str, dict[str, float]]:
    """Figures a direction (question language first): dense alone, and re-ranked by late interaction.

    `only` keeps the articles of one language, for the comparison with an English model.
    """
    pieces = [p for p in read_articles(NEWS / "articles") if only in (None, p.language)]
    language = {p.article: p.language for p in pieces}
    index = read(model, tokenizer, [p.sentences for p in pieces])
    with (NEWS / "questions.jsonl").open(encoding="utf-8") as file:
        questions = [q for q in map(json.loads, file) if q["answerable"] and q["article"] in language]
    found: dict[str, list[dict[str, float]]] = {}
    for lang in ("nl", "en"):
        asked = read(model, tokenizer, [(q[f"question_{lang}"],) for q in questions])
        scores = asked.passages @ index.passages.T
        for n, question in enumerate(questions):
            row = _one(question, scores[n], asked, n, pieces, index, depth)
            found.setdefault(f"{lang}-{language[question['article']]}", []).append(row)
    return {
        key: {"n": len(rows)} | {m: round(sum(r[m] for r in rows) / len(rows), 3) for m in rows[0]}
        for key, rows in sorted(found.items(), reverse=True)
    }


def _holds(piece: Piece, evidence: list[str]) -> bool:
    own = " ".join(piece.sentences[piece.own_from :])
    return any(e in own for e in evidence)


def _one(
    question: dict[str, Any], scores: Tensor, asked: Read, n: int, pieces: list[Piece], index: Read, depth: int
) -> dict[str, float]:
    order = scores.argsort(descending=True).tolist()
    right = [p.article == question["article"] for p in pieces]
    gold = [r and _holds(p, question["evidence"]) for r, p in zip(right, pieces, strict=True)]
    top = order[0]
    vector, tokens = asked.passages[n], asked.tokens[n][0]
    ranked = {k: late(tokens, index.tokens[k]) for k in order[:depth]}
    blend = {k: float(scores[k]) + score for k, (score, _) in ranked.items()}
    best = max(blend, key=lambda k: blend[k])
    rank = next((place for place, k in enumerate(order, 1) if gold[k]), 10**6)

    def picked(chunk: int, inside: Tensor) -> float:
        own = pieces[chunk].own_from
        sentence = pieces[chunk].sentences[own + int(inside[own:].argmax())]
        return float(right[chunk] and any(e in sentence or sentence in e for e in question["evidence"]))

    dense_inside = index.sentences[best] @ vector
    return {
        "article_hit_1": float(right[top]), "evidence_hit_1": float(gold[top]), "passage_mrr": 1 / rank,
        "late_article_hit_1": float(right[best]), "late_evidence_hit_1": float(gold[best]),
        "sentence_dense": picked(best, dense_inside), "sentence_late": picked(best, ranked[best][1]),
        "sentence_both": picked(best, dense_inside + ranked[best][1]),
    }  # fmt: skip
