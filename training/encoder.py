"""Token, sentence and passage vectors out of one forward pass over texts of very different lengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from transformers import BertModel

CLS, SEP = 2, 3
TOKENS_A_GROUP = 1_000
"""Forward passes of about this many tokens were fastest on two cores (the activations stay in the cache)."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Outputs of all texts behind one another: `tokens` (tokens, width), `starts` and `sizes` (texts,)."""

    tokens: Tensor
    starts: Tensor
    sizes: Tensor

    def vectors(self) -> Tensor:
        """One unit vector a text (texts, width): the mean over its tokens, special ones included."""
        owner = torch.repeat_interleave(torch.arange(len(self.sizes)), self.sizes)
        return segment_means(self.tokens, owner, len(self.sizes))


def framed(sentences: Iterable[Iterable[int]]) -> list[int]:
    """A text's pieces, given sentence by sentence, between the special ones."""
    return [CLS, *(piece for sentence in sentences for piece in sentence), SEP]


def segment_means(tokens: Tensor, owner: Tensor, count: int) -> Tensor:
    """Unit vectors (count, width): the mean of the tokens (n, width) that have the same owner (n,)."""
    total = torch.zeros(count, tokens.shape[1]).index_add(0, owner, tokens)
    return functional.normalize(total, dim=-1)  # the mean and the sum point the same way


def groups_by_length(sizes: Sequence[int], budget: int = TOKENS_A_GROUP) -> Iterator[list[int]]:
    """Text numbers in groups of like length, so that padding wastes little; at most `budget` tokens a group."""
    group: list[int] = []
    for number in sorted(range(len(sizes)), key=lambda n: sizes[n]):
        if group and (len(group) + 1) * sizes[number] > budget:
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def encode(model: BertModel, texts: Sequence[Sequence[int]]) -> Encoded:
    """Runs the model over piece numbers (special ones included), no padding left in the result.

    All input rows are looked up at once: the gradient of the embedding table is then made once a step,
    not once a group, which saves a tenth of the time.
    """
    sizes = [len(text) for text in texts]
    groups = list(groups_by_length(sizes))
    padded = [_pad([texts[n] for n in group]) for group in groups]
    looked_up = model.embeddings.word_embeddings(torch.cat([p.flatten() for p in padded]))
    parts, order = [], []
    for group, ids, rows in zip(groups, padded, looked_up.split([p.numel() for p in padded]), strict=True):
        keep = torch.arange(ids.shape[1])[None] < torch.tensor([sizes[n] for n in group])[:, None]
        full = bool(keep.all())
        out = model(
            inputs_embeds=rows.view(*ids.shape, -1), attention_mask=None if full else keep.long()
        ).last_hidden_state
        parts.append(out[keep])
        order.extend(group)
    return _in_order(torch.cat(parts), sizes, order)


def _pad(texts: Sequence[Sequence[int]]) -> Tensor:
    longest = max(len(text) for text in texts)
    return torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts])


def _in_order(tokens: Tensor, sizes: list[int], order: list[int]) -> Encoded:
    """Leaves the tokens where they are and says where each text begins."""
    starts = torch.zeros(len(sizes), dtype=torch.long)
    place = 0
    for number in order:
        starts[number] = place
        place += sizes[number]
    lengths = torch.tensor(sizes)
    index = torch.repeat_interleave(starts, lengths) + _ramp(lengths)
    return Encoded(tokens[index], torch.cumsum(lengths, 0) - lengths, lengths)


def _ramp(lengths: Tensor) -> Tensor:
    """0..n-1 for each length n, one after another."""
    ends = torch.cumsum(lengths, 0)
    return torch.arange(int(ends[-1])) - torch.repeat_interleave(ends - lengths, lengths)
