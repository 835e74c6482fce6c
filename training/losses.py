"""What training minimises: finding the right chunk and the right sentence, and staying near the teacher.

All vectors are unit vectors; all scores are cosines or means of cosines, divided by a temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch
from training.encoder import Encoded, segment_means
from training.settings import Recipe

FAR = -1e4
LATE_QUESTIONS = 64
"""Questions a step that take part in late interaction, which costs questions x tokens."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where sentences are among the chunks' tokens, as padded tables of token and sentence numbers.

    tokens (sentences, longest) numbers tokens, -1 is none; of_chunk (chunks, most) numbers sentences, -1 is none.
    """

    tokens: Tensor
    of_chunk: Tensor
    keys: list[tuple[int, int]]


def layout(batch: Batch) -> Layout:
    """The tables of a batch whose chunks are encoded first, in order, each between two special tokens."""
    rows: list[list[int]] = []
    of_chunk: list[list[int]] = []
    keys: list[tuple[int, int]] = []
    place = 0
    for chunk in batch.chunks:
        place += 1
        of_chunk.append([])
        for sentence, key in zip(chunk.sentences, chunk.keys, strict=True):
            of_chunk[-1].append(len(rows))
            rows.append(list(range(place, place + len(sentence))))
            keys.append(key)
            place += len(sentence)
        place += 1
    return Layout(_table(rows), _table(of_chunk), keys)


def _table(rows: list[list[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])


@dataclass(frozen=True, slots=True)
class Targets:
    """For each question its chunk and sentence (questions,), and which others say the same (questions, n)."""

    chunk: Tensor
    sentence: Tensor
    chunk_twins: Tensor
    sentence_twins: Tensor


def targets(batch: Batch, table: Layout) -> Targets:
    """The answering sentence is the one in the question's own chunk; the same sentence elsewhere is no negative."""
    key_places: dict[tuple[int, int], list[int]] = {}
    for place, key in enumerate(table.keys):
        key_places.setdefault(key, []).append(place)
    home = [n for n, chunk in enumerate(batch.chunks) for _ in chunk.keys]
    chunk_twins = torch.zeros(len(batch.asked), len(batch.chunks), dtype=torch.bool)
    sentence_twins = torch.zeros(len(batch.asked), len(table.keys), dtype=torch.bool)
    right = []
    for number, asked in enumerate(batch.asked):
        for place in key_places[asked.key]:
            if home[place] == asked.chunk:
                right.append(place)
            else:
                chunk_twins[number, home[place]] = True
                sentence_twins[number, place] = True
    return Targets(torch.tensor([a.chunk for a in batch.asked]), torch.tensor(right), chunk_twins, sentence_twins)


def own_language(batch: Batch) -> Tensor:
    """(questions, chunks): 1 where the chunk is in the question's language, else 0."""
    asked = torch.tensor([a.language == "nl" for a in batch.asked])
    return (asked[:, None] == torch.tensor([c.language == "nl" for c in batch.chunks])).float()


def choice(scores: Tensor, right: Tensor, twins: Tensor, tau: float) -> Tensor:
    """Cross-entropy of choosing the right column (n,) of scores (n, m), twins left out."""
    return functional.cross_entropy(scores.masked_fill(twins, FAR) / tau, right)


def sentence_vectors(chunk_tokens: Tensor, table: Layout) -> Tensor:
    """(sentences, width): the mean of a sentence's tokens, read in its chunk."""
    present = table.tokens >= 0
    owner = torch.arange(len(table.tokens))[:, None].expand_as(table.tokens)[present]
    return segment_means(chunk_tokens[table.tokens[present]], owner, len(table.tokens))


def late_scores(
    questions: Tensor, owner: Tensor, count: int, chunk_tokens: Tensor, table: Layout
) -> tuple[Tensor, Tensor]:
    """Late interaction (Khattab and Zaharia 2020, ColBERT), the mean over question tokens of the best cosine.

    questions (question tokens, width) and owner (question tokens,) leave special tokens out, as do the sentences.
    Returns (count, chunks) and (count, sentences).
    """
    missing = table.tokens < 0
    spread = functional.normalize(chunk_tokens, dim=-1)[table.tokens.clamp(min=0)]
    sims = functional.normalize(questions, dim=-1) @ spread.flatten(0, 1).T
    best = sims.view(len(questions), *table.tokens.shape).masked_fill(missing, -1.0).amax(-1)
    none = table.of_chunk < 0
    best_chunk = best[:, table.of_chunk.clamp(min=0)].masked_fill(none, -1.0).amax(-1)
    number = torch.bincount(owner, minlength=count).clamp(min=1)[:, None]
    by_chunk = torch.zeros(count, best_chunk.shape[1]).index_add(0, owner, best_chunk) / number
    by_sentence = torch.zeros(count, best.shape[1]).index_add(0, owner, best) / number
    return by_chunk, by_sentence


def meet_teacher(vectors: Tensor, teacher: Tensor, tau: float) -> Tensor:
    """Texts (n, width) find their own teacher vector (n, width) among all, and come near it."""
    scores = vectors @ teacher.T
    return functional.cross_entropy(scores / tau, torch.arange(len(scores))) + 2.0 * (1.0 - scores.diagonal()).mean()


def step_losses(
    encoded: Encoded, batch: Batch, question_teacher: Tensor, passage_teacher: Tensor, recipe: Recipe, late: Tensor
) -> dict[str, Tensor]:
    """The weighted losses of a step. Encoded are chunks, then questions, then texts alone; `late` numbers questions."""
    chunks, asked = len(batch.chunks), len(batch.asked)
    table = layout(batch)
    goal = targets(batch, table)
    vectors = encoded.vectors()
    passages, questions, alone = torch.split(vectors, [chunks, asked, len(batch.alone)])
    chunk_tokens = encoded.tokens[: int(encoded.starts[chunks])]
    sentences = sentence_vectors(chunk_tokens, table)
    own = recipe.same_language * own_language(batch)
    by_passage = questions @ passages.T - own
    by_sentence = questions @ sentences.T - own[:, [n for n, c in enumerate(batch.chunks) for _ in c.keys]]
    found = {
        "passage": recipe.w_passage * choice(by_passage, goal.chunk, goal.chunk_twins, recipe.tau),
        "sentence": recipe.w_sentence * choice(by_sentence, goal.sentence, goal.sentence_twins, recipe.tau),
    }
    if recipe.w_late_passage or recipe.w_late_sentence:
        by_chunk, by_sentence = _late(encoded, chunks, late, chunk_tokens, table)
        found["late passage"] = recipe.w_late_passage * choice(
            by_chunk, goal.chunk[late], goal.chunk_twins[late], recipe.tau_late
        )
        found["late sentence"] = recipe.w_late_sentence * choice(
            by_sentence, goal.sentence[late], goal.sentence_twins[late], recipe.tau_late
        )
    if recipe.w_teacher:
        whole = [n for n, chunk in enumerate(batch.chunks) if chunk.teacher is not None]
        near = (1.0 - (questions * question_teacher).sum(-1)).mean()
        near = near + (1.0 - (passages[whole] * passage_teacher).sum(-1)).sum() / max(len(whole), 1)
        found["teacher"] = recipe.w_teacher * near
    found |= _alone_losses(alone, batch, recipe)
    return found


def _late(encoded: Encoded, chunks: int, late: Tensor, chunk_tokens: Tensor, table: Layout) -> tuple[Tensor, Tensor]:
    starts = encoded.starts[chunks + late] + 1
    sizes = encoded.sizes[chunks + late] - 2
    spans = [torch.arange(int(s), int(s + n)) for s, n in zip(starts, sizes, strict=True)]
    owner = torch.repeat_interleave(torch.arange(len(late)), sizes)
    return late_scores(encoded.tokens[torch.cat(spans)], owner, len(late), chunk_tokens, table)


def _alone_losses(alone: Tensor, batch: Batch, recipe: Recipe) -> dict[str, Tensor]:
    teacher = torch.from_numpy(batch.alone_teacher).float()
    first = len(teacher) - recipe.words
    found: dict[str, Tensor] = {}
    if recipe.w_teacher and first > 0:
        found["sentences alone"] = recipe.w_teacher * meet_teacher(alone[:first], teacher[:first], recipe.tau)
    if recipe.w_words and recipe.words:
        found["words"] = recipe.w_words * meet_teacher(alone[first:], teacher[first:], recipe.tau)
    return found
