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
from dataclasses import dataclass, field
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
from qa.records import Turn
from qa.weights import load_weights

HERE = Path(__file__).parent
WEIGHTS = Path(followup.__file__).with_name(FILE)


@dataclass(slots=True)
class Found:
    """The follow-ups that an archive answers: of each the signals of the sentences read for it, and which of them are
    right (`groups`), and its language with those sentences."""

    groups: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    sentences: list[tuple[str, tuple[Evidence, ...]]] = field(default_factory=list)


def main() -> None:
    """Fit, with the bundled model, and write the file."""
    with tempfile.TemporaryDirectory() as name:
        folder, embedder = Path(name), load_embedder()
        write_held_out(folder / "texts")
        held_out = folder / "texts" / STORYLINES
        subject: list[tuple[list[float], bool]] = []
        found = []
        for index, source, dialogues in (("1", HERE / "news", HERE), ("2", held_out, held_out)):
            update_archive(folder / index, [source / "articles"], embedder)
            with closing(Assistant(Archive.open(folder / index), embedder)) as assistant:
                found.append(_ask(assistant, dialogues / DIALOGUES, subject))
        WEIGHTS.write_text(json.dumps(fit(subject, found), indent=1) + "\n", "utf-8")


def fit(subject: list[tuple[list[float], bool]], found: list[Found]) -> dict[str, Any]:
    """The content of the file.

    Args:
        subject: signals of turns, and whether they begin a new subject.
        found: of each archive.
    """
    signals, begins = zip(*subject, strict=True)
    model = LogisticRegression(max_iter=1000).fit(np.array(signals), np.array(begins))
    sentences = fit_softmax([group for each in found for group in each.groups])
    return {
        "subject": named((*CONTEXT_SIGNALS, "constant"), [*model.coef_[0], model.intercept_[0]]),
        "sentences": named(SIGNALS, sentences),
        "threshold_shift": round(float(np.mean([_threshold_shift(each, sentences) for each in found])), 4),
    }


def _ask(assistant: Assistant, dialogues: Path, subject: list[tuple[list[float], bool]]) -> Found:
    """Go through the dialogues; those that change the subject at times are added to `subject`."""
    found = Found()
    for turn, earlier in _later_turns(assistant, dialogues):
        question = parse_question(turn["question"])
        if "topic_change" in turn:
            subject.append((context_signals(question, [each.reply for each in earlier]), turn["topic_change"]))
        if turn["answerable"] and not turn.get("topic_change"):
            features, right, evidence = _sentences(assistant, turn, earlier)
            found.groups.append((features, right))
            found.sentences.append((question.language, evidence))
    return found


def _threshold_shift(found: Found, sentences: np.ndarray) -> float:
    """What keeps a share of KEPT of the follow-ups that are answered rightly."""
    margins, weights = [], load_weights()
    for (features, right), (language, evidence) in zip(found.groups, found.sentences, strict=True):
        order = np.argsort(-(features @ sentences))
        if right[order[:MOST_CITATIONS]].any():
            best = evidence[order[0]]
            margins.append(answer_probability(best, weights) - threshold(language, best, weights))
    return float(np.quantile(margins, 1 - KEPT))


def _later_turns(assistant: Assistant, dialogues: Path) -> Iterator[tuple[dict[str, Any], list[Turn]]]:
    """Every turn but the first of each dialogue, with the turns before it."""
    for line in dialogues.read_text("utf-8").splitlines():
        earlier: list[Turn] = []
        for before, turn in pairwise(json.loads(line)["turns"]):
            earlier.append(Turn(before["question"], assistant.ask(before["standalone"])))
            yield turn, list(earlier)


def _sentences(
    assistant: Assistant, turn: dict[str, Any], earlier: list[Turn]
) -> tuple[np.ndarray, np.ndarray, tuple[Evidence, ...]]:
    """The signals of every sentence read for a follow-up, which of them answer it, and the sentences."""
    to = lean_on(parse_question(turn["question"]), earlier)
    considered = assistant.consider(to.text)
    evidence = tuple(item for item in considered.evidence if item.read is not None)  # they come first
    candidates = list({item.candidate.key: item.candidate for item in evidence}.values())
    with assistant.archive.reading():
        own = own_scores(to, assistant.archive, assistant.warm_up(), candidates, load_weights().evidence)
    texts = [item.candidate.article.text[item.sentence.start : item.sentence.end] for item in evidence]
    right = [any(text in gold or gold in text for gold in turn["evidence"]) for text in texts]
    return sentence_signals(Ranked(evidence, considered.scores[: len(evidence)]), own, to), np.array(right), evidence


if __name__ == "__main__":
    main()
