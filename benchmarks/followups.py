"""Fits the weights that follow-up questions depend on to dialogues.jsonl, and writes qa/followup.json.

    python -m benchmarks.followups

1. subject: logistic regression on what tells a new subject from a follow-up;
2. sentences: for the follow-ups, by the softmax likelihood of the sentences that answer them;
3. threshold_shift: what must be added to the thresholds of other questions to keep a share of KEPT (benchmarks/
   deciding.py) of those whose answer is among the three best sentences.

What came before each turn is what its spelled-out questions bring up, so that the weights do not depend on themselves.
The dialogues in held-out-dialogues/ have no part in it; benchmarks/behaviour.py reports both.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.deciding import KEPT
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


def main() -> None:
    """Fit, with the bundled model, and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = load_embedder()
        update_archive(Path(folder), [HERE / "news" / "articles"], embedder)
        with closing(Assistant(Archive.open(folder), embedder)) as assistant:
            WEIGHTS.write_text(json.dumps(fit(assistant), indent=1) + "\n", "utf-8")


def fit(assistant: Assistant) -> dict[str, Any]:
    """The content of the file, fitted with an assistant over benchmarks/news."""
    signals, new_subject, groups, found = [], [], [], []
    for turn, earlier in _later_turns(assistant):
        question = parse_question(turn["question"])
        signals.append(context_signals(question, [each.reply for each in earlier]))
        new_subject.append(turn["topic_change"])
        if turn["answerable"] and not turn["topic_change"]:
            features, right, evidence = _sentences(assistant, turn, earlier)
            groups.append((features, right))
            found.append((question.language, evidence))
    model = LogisticRegression(max_iter=1000).fit(np.array(signals), np.array(new_subject))
    subject = [*model.coef_[0], model.intercept_[0]]
    sentences = fit_softmax(groups)
    return {
        "subject": named((*CONTEXT_SIGNALS, "constant"), subject),
        "sentences": named(SIGNALS, sentences),
        "threshold_shift": _threshold_shift(groups, found, sentences),
    }


def _threshold_shift(
    groups: list[tuple[np.ndarray, np.ndarray]], found: list[tuple[str, tuple[Evidence, ...]]], sentences: np.ndarray
) -> float:
    """What keeps a share of KEPT of the follow-ups that are answered rightly."""
    margins, weights = [], load_weights()
    for (features, right), (language, evidence) in zip(groups, found, strict=True):
        order = np.argsort(-(features @ sentences))
        if right[order[:MOST_CITATIONS]].any():
            best = evidence[order[0]]
            margins.append(answer_probability(best, weights) - threshold(language, best, weights))
    return round(float(np.quantile(margins, 1 - KEPT)), 4)


def _later_turns(assistant: Assistant) -> Iterator[tuple[dict[str, Any], list[Turn]]]:
    """Every turn but the first of each dialogue, with the turns before it."""
    for line in (HERE / "dialogues.jsonl").read_text("utf-8").splitlines():
        earlier: list[Turn] = []
        for turn in json.loads(line)["turns"]:
            if earlier:
                yield turn, list(earlier)
            earlier.append(Turn(turn["question"], assistant.ask(turn["standalone"])))


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
