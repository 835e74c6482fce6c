"""Fits the weights that follow-up questions depend on to dialogues, and writes qa/followup.json.

    python -m benchmarks.followups

1. subject: logistic regression on what tells a new subject from a follow-up;
2. sentences: for the follow-ups, by the softmax likelihood of the sentences that answer them;
3. answerable, thresholds: the decision whether the best of them answers, as for other questions (benchmarks/
   deciding.py), on follow-ups whose answer is among the three best sentences and on those that have none.

The dialogues are those of dialogues.jsonl over benchmarks/news, and (not for 1) those of the storylines that training
held out. What came before each turn is what its spelled-out questions bring up, so that the weights do not depend on
themselves; the turn right before it once as it is answered and once refused, as either may happen. The dialogues in
held-out-dialogues/ have no part in it; benchmarks/behaviour.py reports on them.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.deciding import (
    FOLDS,
    STRENGTHS,
    Case,
    decided,
    find_thresholds,
    fit_logistic,
    unseen_probabilities,
)
from benchmarks.held_out import DIALOGUES, STORYLINES, write_held_out
from benchmarks.softmax import fit_softmax, named
from index.archive import Archive
from index.embedding import load_embedder
from index.update import update_archive
from qa import followup
from qa.assistant import Assistant
from qa.evidence import Evidence
from qa.extract import MOST_CITATIONS
from qa.followup import CONTEXT_SIGNALS, context_signals, lean_on
from qa.followup_weights import FILE
from qa.leaning import DECISION, SIGNALS, decision_signals, own_scores, sentence_signals
from qa.question import parse_question
from qa.ranking import Ranked, promising
from qa.records import Question, Turn
from qa.weights import load_weights

HERE = Path(__file__).parent
WEIGHTS = Path(followup.__file__).with_name(FILE)
_SHIFTS = 0.0, 1.0
"""Of the thresholds for a turn that is followed up: as they are, and so that it is refused."""


Begun = tuple[list[float], bool]
"""The context signals of a turn, and whether it begins a new subject."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up, the sentences read for it with a row of signals each (sentences, SIGNALS), and which of them are
    right (sentences,)."""

    archive: str
    language: str
    fold: int
    evidence: tuple[Evidence, ...]
    signals: np.ndarray
    right: np.ndarray
    answerable: bool


def main() -> None:
    """Fit, with the bundled model, and write the file."""
    with tempfile.TemporaryDirectory() as name:
        folder, embedder = Path(name), load_embedder()
        write_held_out(folder / "texts")
        held_out = folder / "texts" / STORYLINES
        subject: list[Begun] = []
        found: list[Asked] = []
        for archive, source, dialogues in (("news", HERE / "news", HERE), (STORYLINES, held_out, held_out)):
            update_archive(folder / archive, [source / "articles"], embedder)
            with closing(Assistant(Archive.open(folder / archive), embedder)) as assistant:
                begun, asked = _ask(assistant, archive, dialogues / DIALOGUES)
            subject += begun
            found += asked
        content = fit(subject, found)
        WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        print(json.dumps(content["calibration"], indent=1))


def fit(subject: list[Begun], found: list[Asked]) -> dict[str, Any]:
    """The content of the file."""
    signals, begins = zip(*subject, strict=True)
    model = LogisticRegression(max_iter=1000).fit(np.array(signals), np.array(begins))
    sentences = fit_softmax([(each.signals, each.right) for each in found if each.answerable])
    cases = [case for each in found if (case := _case(each, sentences))]
    unseen = {strength: unseen_probabilities(cases, strength) for strength in STRENGTHS}
    strength = max(unseen, key=lambda strength: _area(cases, unseen[strength]))
    probabilities = unseen[strength]
    thresholds = find_thresholds(cases, probabilities)
    return {
        "subject": named((*CONTEXT_SIGNALS, "constant"), [*model.coef_[0], model.intercept_[0]]),
        "sentences": named(SIGNALS, sentences),
        "answerable": named((*DECISION, "constant"), fit_logistic(cases, strength)),
        "thresholds": thresholds,
        "calibration": {
            "strength": strength,
            "area under the curve": round(_area(cases, probabilities), 3),
            "unseen follow-ups": decided(cases, probabilities, thresholds),
        },
    }


def _area(cases: list[Case], probabilities: np.ndarray) -> float:
    """The mean of the archives' areas under the curve, answerable against near misses."""
    found = []
    for archive in {case.archive for case in cases}:
        mine = [n for n, case in enumerate(cases) if case.archive == archive]
        found.append(roc_auc_score([cases[n].kind == "answerable" for n in mine], probabilities[mine]))
    return float(np.mean(found))


def _case(asked: Asked, sentences: np.ndarray) -> Case | None:
    """What the decision is fitted to; None where the answer is not among the sentences that would be cited."""
    scores = asked.signals @ sentences
    order = np.argsort(-scores)
    if asked.answerable and not asked.right[order[:MOST_CITATIONS]].any():
        return None
    best = asked.evidence[order[0]]
    values = decision_signals(best, [float(scores[order[0]]), *asked.signals[order[0]][1:].tolist()])
    pair = f"{asked.language}-{best.candidate.article.language}"
    return Case(asked.archive, pair, asked.fold, "answerable" if asked.answerable else "near miss", values)


def _ask(assistant: Assistant, archive: str, dialogues: Path) -> tuple[list[Begun], list[Asked]]:
    """Go through dialogues; turns that never could begin a new subject are not among those that may."""
    begun, asked = [], []
    for fold, turn, earlier in _later_turns(assistant, dialogues):
        question = parse_question(turn["question"])
        if "topic_change" in turn:
            signals = context_signals(question, [each.reply for each in earlier])
            begun.append((signals, turn["topic_change"]))
        if not turn.get("topic_change"):
            asked.append(_read(assistant, question, turn["evidence"], earlier, archive, fold))
    return begun, asked


def _later_turns(assistant: Assistant, dialogues: Path) -> Iterator[tuple[int, dict[str, Any], list[Turn]]]:
    """The fold of each dialogue, every turn but its first, with the turns before it, the last of them answered and
    refused; folds are of neighbours, as a storyline's dialogues stand together."""
    lines = dialogues.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        earlier: list[Turn] = []
        for before, turn in pairwise(json.loads(line)["turns"]):
            replies = [assistant.ask(before["standalone"], threshold_shift=shift) for shift in _SHIFTS]
            for reply in replies:
                yield number * FOLDS // len(lines), turn, [*earlier, Turn(before["question"], reply)]
            earlier.append(Turn(before["question"], replies[0]))


def _read(
    assistant: Assistant, question: Question, gold: list[str], earlier: list[Turn], archive: str, fold: int
) -> Asked:
    """A follow-up with every sentence read for it."""
    to = lean_on(question, earlier)
    considered = assistant.consider(to.text)
    evidence = tuple(item for item in considered.evidence if item.read is not None)  # they come first
    with assistant.archive.reading():
        query = assistant.warm_up().queries([question.text])
        own = own_scores(to, assistant.archive, query, promising(evidence), load_weights().evidence)
    texts = [item.candidate.article.text[item.sentence.start : item.sentence.end] for item in evidence]
    right = np.array([any(text in each or each in text for each in gold) for text in texts])
    signals = sentence_signals(Ranked(evidence, considered.scores[: len(evidence)]), own, to)
    return Asked(archive, question.language, fold, evidence, signals, right, bool(gold))


if __name__ == "__main__":
    main()
