"""Fits the decision whether the best sentence answers: part of `make calibrate`.

The answerable: questions of benchmarks/news and of what training held out whose answer is among the three best
sentences, and those of seeds.jsonl. The rest, of two kinds: near misses (questions that the articles of their archive
do not answer, though one speaks of the same) and questions far off topic (offtopic.jsonl, asked of all archives). Each
kind counts the same in each archive, and the answerable as much as the rest.
"""

import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.held_out import write_held_out
from index.archive import Archive
from index.embedding import Embedder
from index.records import LANGUAGES
from index.update import update_archive
from qa.abstain import signals
from qa.assistant import Assistant
from qa.evaluate import PAIRS
from qa.evidence import Evidence
from qa.weights import Weights

if TYPE_CHECKING:
    from benchmarks.calibrate import Asked

HERE = Path(__file__).parent
FOLDS = 6
STRENGTHS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Inverse regularisations of the logistic regression that are tried."""
KEPT = 0.92
"""Share of the answerable questions that must still be answered: what refusing may cost."""
_OFF_TOPIC = 0.02
"""Share of the questions far off topic that may be answered, over all archives: the worst of faults."""
KINDS = ("answerable", "near miss", "off topic")


@dataclass(frozen=True, slots=True)
class Case:
    """The best sentence found for a question, and what kind of question it is (one of KINDS)."""

    archive: str
    pair: str
    fold: int
    kind: str
    signals: list[float]


def make_cases(asked: list["Asked"], folds: list[np.ndarray], weights: Weights, embedder: Embedder) -> list[Case]:
    """All cases; those of the questions asked rank their sentences by weights that have not seen the storyline."""
    cases = []
    for item in asked:
        order = np.argsort(-(item.features @ folds[item.fold]))
        if item.right[order[:3]].any() or not item.answerable:
            kind = "answerable" if item.answerable else "near miss"
            cases.append(_case(item.archive, item.evidence[order[0]], item.pair[:2], item.fold, kind))
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts"
        sources = {"news": HERE / "news" / "articles", "seeds": HERE.parent / "seeds"}
        sources |= {archive: texts / archive / "articles" for archive in write_held_out(texts)}
        for archive, source in sources.items():
            update_archive(Path(folder) / archive, [source], embedder)
            assistant = Assistant(Archive.open(Path(folder) / archive), embedder, weights)
            cases += _cases_of(assistant, archive, "offtopic.jsonl")
            if archive == "seeds":
                cases += _cases_of(assistant, archive, "seeds.jsonl")
            assistant.close()
    return cases


def _cases_of(assistant: Assistant, archive: str, file: str) -> Iterator[Case]:
    rows = [json.loads(line) for line in (HERE / file).read_text("utf-8").splitlines()]
    for number, row in enumerate(rows):
        kind = {None: "off topic", True: "answerable", False: "near miss"}[row.get("answerable")]
        for language in LANGUAGES:
            yield _case(archive, assistant.consider(row[language]).evidence[0], language, number % FOLDS, kind)


def _case(archive: str, best: Evidence, language: str, fold: int, kind: str) -> Case:
    return Case(archive, f"{language}-{best.candidate.article.language}", fold, kind, signals(best))


def fit_logistic(cases: list[Case], strength: float) -> np.ndarray:
    """Weights (signals + 1,) of a regularised logistic regression, the constant last."""
    rows, shares = np.array([case.signals for case in cases]), case_weights(cases)
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=strength, max_iter=1000)
    model.fit(scaler.transform(rows), _of_kind(cases, "answerable"), sample_weight=shares * len(cases))
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_)


def case_weights(cases: list[Case]) -> np.ndarray:
    """What each case counts (cases,), one in all: half for the answerable, and each kind the same in each archive."""
    sizes = Counter((case.archive, case.kind) for case in cases)
    groups = Counter(kind == "answerable" for _, kind in sizes)
    return np.array([0.5 / sizes[c.archive, c.kind] / groups[c.kind == "answerable"] for c in cases])


def unseen_probabilities(cases: list[Case], strength: float) -> np.ndarray:
    """The probability (cases,) that each is answerable, under weights that have not seen its fold."""
    probabilities = np.zeros(len(cases))
    for fold in range(FOLDS):
        out = np.array([case.fold == fold for case in cases])
        weights = fit_logistic([case for case in cases if case.fold != fold], strength)
        rows = np.array([case.signals for case in cases])[out]
        probabilities[out] = 1 / (1 + np.exp(-(rows @ weights[:-1] + weights[-1])))
    return probabilities


def choose_strength(cases: list[Case]) -> float:
    """The weakest regularisation under which no more than _OFF_TOPIC of the questions far off topic are answered, and
    as many of the answerable ones over seeds/, which are written as newspapers write, as of all together.

    A weak one fits these archives better. A strong one spreads the weight over signals that agree, and so judges
    alike what is written in another way: longer sentences have lower cosines, and the reader goes by them as well.
    """
    for strength in sorted(STRENGTHS, reverse=True):
        probabilities = unseen_probabilities(cases, strength)
        found = decided(cases, probabilities, find_thresholds(cases, probabilities))
        careful = np.mean([shares["off topic, answered"] for shares in found.values()]) <= _OFF_TOPIC
        if careful and found["seeds"]["answerable, answered"] >= KEPT:
            return strength
    return min(STRENGTHS)


def find_thresholds(cases: list[Case], probabilities: np.ndarray) -> dict[str, float]:
    """For each pair of languages the highest probability that keeps a share of KEPT of its answerable questions."""
    shares, answerable = case_weights(cases), _of_kind(cases, "answerable")
    found = {}
    for pair in PAIRS:
        mine = answerable & np.array([case.pair == pair for case in cases])
        order = np.argsort(-probabilities[mine])
        kept = np.cumsum(shares[mine][order]) / shares[mine].sum()
        lowest = float(probabilities[mine][order][np.searchsorted(kept, KEPT)])
        found[pair] = math.floor(lowest * 1e4) / 1e4  # rounded up, it would refuse the very question that it keeps
    return found


def decided(cases: list[Case], probabilities: np.ndarray, thresholds: dict[str, float]) -> dict[str, dict[str, float]]:
    """By archive: the share of each kind that is answered."""
    answered = np.array([p >= thresholds[case.pair] for case, p in zip(cases, probabilities, strict=True)])
    found: dict[str, dict[str, float]] = {}
    for archive, kind in sorted({(case.archive, case.kind) for case in cases}):
        mine = np.array([case.archive == archive for case in cases]) & _of_kind(cases, kind)
        found.setdefault(archive, {})[f"{kind}, answered"] = round(float(answered[mine].mean()), 3)
    return found


def _of_kind(cases: list[Case], kind: str) -> np.ndarray:
    return np.array([case.kind == kind for case in cases])
