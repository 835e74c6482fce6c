"""The untrained bilingual model: the new vocabulary, the base transformer, first values for the Dutch rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from training.base import base_model, base_tokenizer, with_vocabulary
from training.data import Corpus, load_lexicon
from training.rows import RowMaker, Vector
from training.settings import LEXICON
from training.vocabulary import SPECIAL, Sizes, choose_parts, choose_words, useful, words_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel


def text_counts(corpus: Corpus) -> Counter[str]:
    """How often each Dutch word stands in the training text, questions included."""
    counts: Counter[str] = Counter()
    for passage in corpus.passages:
        for text in (*passage.nl, *(q.nl for q in passage.questions)):
            counts.update(words_of(text))
    return counts


def build_start(corpus: Corpus, sizes: Sizes) -> tuple[Tokenizer, BertModel]:
    """Tokenizer and model before any training. Rows spelled alike in both languages are shared."""
    import torch

    tokenizer, model = base_tokenizer(), base_model()
    old = model.embeddings.word_embeddings.weight.detach().numpy().astype(np.float32)
    numbers: dict[str, int] = tokenizer.get_vocab()
    dutch = load_lexicon(LEXICON / "lexicon-nl-en.tsv.gz")
    english = load_lexicon(LEXICON / "lexicon-en-nl.tsv.gz")
    english_rank = {word: rank for rank, word in enumerate(english)}
    maker = RowMaker(old, lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids), dutch, english_rank)
    kept = [p for p, _ in sorted(numbers.items(), key=lambda item: item[1]) if useful(p) and p not in SPECIAL]
    counts = text_counts(corpus)
    words = choose_words(set(kept), maker.known, counts, sizes.words)
    every = counts + Counter({w: 1 for w in maker.known})
    heads, tails = choose_parts(every, {*kept, *words}, maker.known, sizes)
    pieces = [*SPECIAL, *kept, *words, *heads, *tails]
    rows = np.stack([_first_row(p, numbers, old, maker, english_rank, tokenizer) for p in pieces])
    model.resize_token_embeddings(len(pieces), mean_resizing=False)
    model.config.pad_token_id = 0
    fresh = torch.nn.Embedding(len(pieces), rows.shape[1])  # no padding row: it must keep its value
    fresh.weight.data.copy_(torch.from_numpy(rows))
    model.embeddings.word_embeddings = fresh
    return with_vocabulary(tokenizer, pieces), model


def _first_row(
    piece: str,
    numbers: dict[str, int],
    old: Vector,
    maker: RowMaker,
    english_rank: dict[str, int],
    tokenizer: Tokenizer,
) -> Vector:
    """An English piece keeps its row, unless it is a common Dutch word and no common English one."""
    word = piece.removeprefix("##")
    own: Vector | None = old[numbers[piece]] if piece in numbers else None
    if own is not None and (piece.startswith(("##", "[")) or word in english_rank or not word.isalpha()):
        return own
    made = maker.row(word) if len(word) > 1 else None
    if made is None and word.endswith("s"):
        made = maker.row(word[:-1])
    if made is None:
        mean: Vector = old[tokenizer.encode(word, add_special_tokens=False).ids].mean(axis=0)
        made = mean if own is None else own
    return made
