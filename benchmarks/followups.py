"""Fits the weights that follow-up questions depend on to dialogues, and writes qa/followup.json.

    python -m benchmarks.followups

1. subject: logistic regression on what tells a new subject from a follow-up;
2. sentences: for the follow-ups, by the softmax likelihood of the sentences that answer them;
3. threshold_shift: what must be added to the thresholds of other questions to keep a share of KEPT (benchmarks/
   deciding.py) of those whose answer is among the three best sentences, the mean of the two archives.

The dialogues are those of dialogues.jsonl over benchmarks/news, and (not for 1) those of the storylines that training
held out. What came before each turn is what its spelled-out questions bring up, so that the weights do not depend on
themselves. The dialogues in held-out-dialogues/ have no part in it; benchmarks/behaviour.py reports on them.
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

from benchmarks.deciding import KEPT
from benchmarks.held_out import DIALOGUES, STORYLINES, write_held_out
from benchmarks.softmax import fit_softmax, named
from index.archive import Archive
from index.embedding import load_embedder
from index.update import update_archive
from qa import followup
from qa.abstain import answer_probability, threshold
from qa.assistant import Assistant
from qa.evidence import Evidence
from qa.extract import MOST_CITATIONS
from qa.followup import CONTEXT_SIGNALS, context_signals, lean_on
from qa.followup_weights import FILE
from qa.leaning import SIGNALS, own_scores, sentence_signals
from qa.question import parse_question
from qa.ranking import Ranked
from qa.records import Question, Turn
from qa.weights import load_weights

HERE = Path(__file__).parent
WEIGHTS = Path(followup.__file__).with_name(FILE)


Begun = tuple[list[float], bool]
"""The context signals of a turn, and whether it begins a new subject."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A follow-up that the articles answer: its language, the sentences read for it with a row of signals each
    (sentences, SIGNALS), and which of them are right (sentences,)."""

    language: str
    evidence: tuple[Evidence, ...]
    signals: np.ndarray
    right: np.ndarray


def main() -> None:
    """Fit, with the bundled model, and write the file."""
    with tempfile.TemporaryDirectory() as name:
        folder, embedder = Path(name), load_embedder()
        write_held_out(folder / "texts")
        held_out = folder / "texts" / STORYLINES
        subject: list[Begun] = []
        found = []
        for index, source, dialogues in (("1", HERE / "news", HERE), ("2", held_out, held_out)):
            update_archive(folder / index, [source / "articles"], embedder)
            with closing(Assistant(Archive.open(folder / index), embedder)) as assistant:
                begun, answered = _ask(assistant, dialogues / DIALOGUES)
            subject += begun
            found.append(answered)
        WEIGHTS.write_text(json.dumps(fit(subject, found), indent=1) + "\n", "utf-8")


def fit(subject: list[Begun], found: list[list[Answered]]) -> dict[str, Any]:
    """The content of the file; `found` are the follow-ups of each archive."""
    signals, begins = zip(*subject, strict=True)
    model = LogisticRegression(max_iter=1000).fit(np.array(signals), np.array(begins))
    sentences = fit_softmax([(each.signals, each.right) for archive in found for each in archive])
    return {
        "subject": named((*CONTEXT_SIGNALS, "constant"), [*model.coef_[0], model.intercept_[0]]),
        "sentences": named(SIGNALS, sentences),
        "threshold_shift": round(float(np.mean([_threshold_shift(archive, sentences) for archive in found])), 4),
    }


def _ask(assistant: Assistant, dialogues: Path) -> tuple[list[Begun], list[Answered]]:
    """Go through dialogues; turns that never could begin a new subject are not among those that may."""
    begun, answered = [], []
    for turn, earlier in _later_turns(assistant, dialogues):
        question = parse_question(turn["question"])
        if "topic_change" in turn:
            signals = context_signals(question, [each.reply for each in earlier])
            begun.append((signals, turn["topic_change"]))
        if turn["answerable"] and not turn.get("topic_change"):
            answered.append(_read(assistant, question, turn["evidence"], earlier))
    return begun, answered


def _threshold_shift(found: list[Answered], sentences: np.ndarray) -> float:
    """What keeps a share of KEPT of the follow-ups that are answered rightly."""
    margins, weights = [], load_weights()
    for each in found:
        order = np.argsort(-(each.signals @ sentences))
        if each.right[order[:MOST_CITATIONS]].any():
            best = each.evidence[order[0]]
            margins.append(answer_probability(best, weights) - threshold(each.language, best, weights))
    return float(np.quantile(margins, 1 - KEPT))


def _later_turns(assistant: Assistant, dialogues: Path) -> Iterator[tuple[dict[str, Any], list[Turn]]]:
    """Every turn but the first of each dialogue, with the turns before it."""
    for line in dialogues.read_text("utf-8").splitlines():
        earlier: list[Turn] = []
        for before, turn in pairwise(json.loads(line)["turns"]):
            earlier.append(Turn(before["question"], assistant.ask(before["standalone"])))
            yield turn, list(earlier)


def _read(assistant: Assistant, question: Question, gold: list[str], earlier: list[Turn]) -> Answered:
    """A follow-up with every sentence read for it."""
    to = lean_on(question, earlier)
    considered = assistant.consider(to.text)
    evidence = tuple(item for item in considered.evidence if item.read is not None)  # they come first
    candidates = list({item.candidate.key: item.candidate for item in evidence}.values())
    with assistant.archive.reading():
        own = own_scores(to, assistant.archive, assistant.warm_up(), candidates, load_weights().evidence)
    texts = [item.candidate.article.text[item.sentence.start : item.sentence.end] for item in evidence]
    right = np.array([any(text in each or each in text for each in gold) for text in texts])
    signals = sentence_signals(Ranked(evidence, considered.scores[: len(evidence)]), own, to)
    return Answered(question.language, evidence, signals, right)


if __name__ == "__main__":
    main()
