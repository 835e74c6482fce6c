"""The reader: does this sentence answer this question, or does it only look like it?

The bundled model, with upper layers of the reader's own, reads question and passage apart, as when they are embedded,
so that what a passage's tokens mean is worked out once for all questions. The reader then lays each token of the
question beside what it is most like in the sentence and in the passage, each token of the sentence beside what it is
most like in the question, compares, and sums up (decomposable attention: Parikh et al. 2016; both directions: Chen et
al. 2017, ESIM; over token vectors trained for late interaction: Khattab and Zaharia 2020, ColBERT). A sentence's logit
is its log-odds of answering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 384
NARROW = 128
HIDDEN = 192
DROPOUT = 0.1
_FAR = -1e4
_SCALE = 10.0
"""Cosines differ by tenths; multiplied, they are of the size of the other inputs."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the bundled model makes of one text: `states` (tokens, width), special ones left out, and of the whole
    the unit vector `vector` (width,). Of a passage of so many `sentences`, `owner` (tokens,) is the number of each
    token's sentence, -1 where it belongs to none."""

    states: Tensor
    vector: Tensor
    owner: Tensor
    sentences: int


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Questions and passages side by side, padded: i numbers question tokens, j passage tokens, s sentences.

    `q` (pairs, i, width), `p` (pairs, j, width), unit vectors of the whole texts `asked` and `whole` (pairs, width),
    `cosines` (pairs, i, j); which tokens are there, `q_here` (pairs, i) and `p_here` (pairs, j), and which are
    `inside` each sentence (pairs, s, j).
    """

    q: Tensor
    p: Tensor
    asked: Tensor
    whole: Tensor
    cosines: Tensor
    q_here: Tensor
    p_here: Tensor
    inside: Tensor

    @property
    def shares(self) -> Tensor:
        """(pairs, s, j): each token's share of its sentence."""
        return self.inside / self.inside.sum(-1, keepdim=True).clamp(min=1)


class Reader(nn.Module):
    """Log-odds that sentences answer questions."""

    def __init__(self) -> None:
        """Untrained: it goes by the cosines alone."""
        super().__init__()
        self.turn = nn.Linear(WIDTH, WIDTH, bias=False)
        nn.init.eye_(self.turn.weight)
        self.sharpness = nn.Parameter(torch.tensor(3.0))
        self.narrow = nn.Linear(WIDTH, NARROW)
        self.importance = nn.Linear(WIDTH, 1)
        self.asked_of_passage = nn.Linear(3 * NARROW + 1, HIDDEN)
        self.asked_of_sentence = nn.Linear(2 * NARROW + 1, HIDDEN)
        self.asked = nn.Sequential(nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        self.told = nn.Sequential(
            nn.Linear(3 * NARROW + 1, HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()
        )
        self.judge = nn.Sequential(
            nn.Dropout(DROPOUT), nn.Linear(4 * HIDDEN + 3, HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, 1)
        )
        self.start = nn.Linear(3, 1)
        nn.init.ones_(self.start.weight)
        nn.init.constant_(self.start.bias, -15.0)

    def forward(self, questions: Sequence[Tokens], passages: Sequence[Tokens]) -> list[Tensor]:
        """The logits (sentences,) of each passage for the question at the same place."""
        pairs = _side_by_side(questions, passages)
        turned = functional.normalize(self.turn(pairs.q), dim=-1) @ functional.normalize(pairs.p, dim=-1).mT
        attention = turned * self.sharpness.exp()
        q, p = self.narrow(pairs.q), self.narrow(pairs.p)
        asked, told = self._asked(q, p, attention, pairs), self._told(q, p, attention, pairs)
        weights = self.importance(pairs.q).squeeze(-1).masked_fill(~pairs.q_here, _FAR).softmax(-1)
        cosines = self._cosines(weights, pairs)
        parts = [
            torch.einsum("bi,bsih->bsh", weights, asked),
            asked.masked_fill(~pairs.q_here[:, None, :, None], 0.0).amax(2),
            pairs.shares @ told,
            (told[:, None] * pairs.inside[..., None]).amax(2),
            cosines,
        ]
        logits = (self.judge(torch.cat(parts, -1)) + self.start(cosines)).squeeze(-1)
        return [row[: passage.sentences] for row, passage in zip(logits, passages, strict=True)]

    def _asked(self, q: Tensor, p: Tensor, attention: Tensor, pairs: _Pairs) -> Tensor:
        """(pairs, s, i, hidden), not negative: each token of the question beside its like in sentence and passage."""
        inside = pairs.inside[:, :, None]
        in_sentence = attention[:, None].masked_fill(~inside, _FAR).softmax(-1) @ p[:, None]
        in_passage = attention.masked_fill(~pairs.p_here[:, None], _FAR).softmax(-1) @ p
        best_inside = pairs.cosines[:, None].masked_fill(~inside, -1.0).amax(-1, keepdim=True)
        best = pairs.cosines.masked_fill(~pairs.p_here[:, None], -1.0).amax(-1, keepdim=True)
        whole = self.asked_of_passage(torch.cat([q, in_passage, q * in_passage, _SCALE * best], -1))
        own = self.asked_of_sentence(torch.cat([in_sentence, q[:, None] * in_sentence, _SCALE * best_inside], -1))
        compared: Tensor = self.asked(whole[:, None] + own)
        return compared

    def _told(self, q: Tensor, p: Tensor, attention: Tensor, pairs: _Pairs) -> Tensor:
        """(pairs, j, hidden), not negative: each token of the passage beside its like in the question."""
        absent = ~pairs.q_here[..., None]
        like = attention.masked_fill(absent, _FAR).softmax(1).mT @ q
        best = pairs.cosines.masked_fill(absent, -1.0).amax(1)[..., None]
        compared: Tensor = self.told(torch.cat([p, like, p * like, _SCALE * best], -1))
        return compared

    def _cosines(self, weights: Tensor, pairs: _Pairs) -> Tensor:
        """(pairs, s, 3): of the passage, of the sentence, and late interaction weighed by importance; scaled."""
        sentences = functional.normalize(pairs.shares @ pairs.p, dim=-1)
        passage = (pairs.asked * pairs.whole).sum(-1)[:, None].expand(sentences.shape[:2])
        own = torch.einsum("bh,bsh->bs", pairs.asked, sentences)
        best = pairs.cosines[:, None].masked_fill(~pairs.inside[:, :, None], -1.0).amax(-1)
        return _SCALE * torch.stack([passage, own, torch.einsum("bi,bsi->bs", weights, best)], -1)


def _side_by_side(questions: Sequence[Tokens], passages: Sequence[Tokens]) -> _Pairs:
    q, p = _padded([text.states for text in questions]), _padded([text.states for text in passages])
    owner = nn.utils.rnn.pad_sequence([text.owner for text in passages], batch_first=True, padding_value=-1)
    most = max(text.sentences for text in passages)
    return _Pairs(
        q=q,
        p=p,
        asked=torch.stack([text.vector for text in questions]),
        whole=torch.stack([text.vector for text in passages]),
        cosines=functional.normalize(q, dim=-1) @ functional.normalize(p, dim=-1).mT,
        q_here=_here(questions),
        p_here=_here(passages),
        inside=owner[:, None, :] == torch.arange(most)[None, :, None],
    )


def _padded(rows: Sequence[Tensor]) -> Tensor:
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True)


def _here(texts: Sequence[Tokens]) -> Tensor:
    """(texts, longest): which tokens are no padding."""
    sizes = torch.tensor([len(text.states) for text in texts])
    return torch.arange(int(sizes.max())) < sizes[:, None]
