"""Fits every weight and threshold that answers depend on, and writes qa/weights.json.

Data: benchmarks/news, and the passages and storylines that training held out. All are cut into folds by storyline;
the figures that are reported, and the thresholds, come from questions whose storyline the weights had not seen. The
weights written are then fitted to everything.

1. retrieval: passages, by the softmax likelihood of those that hold the answer;
2. evidence: sentences of the passages retrieved with 1, likewise;
3. reading: sentences of the passages that 2 has read closely, likewise, with what the reader says of them;
4. answerable: logistic regression on the best sentences (benchmarks/deciding.py);
5. thresholds: for each pair of languages, what keeps a share of KEPT (benchmarks/deciding.py) of the answerable.
"""

import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.deciding import (
    FOLDS,
    Case,
    choose_strength,
    decided,
    find_thresholds,
    fit_logistic,
    make_cases,
    unseen_probabilities,
)
from benchmarks.held_out import write_held_out
from benchmarks.softmax import fit_softmax, named
from index.archive import Archive
from index.embedding import Embedder, load_embedder
from index.records import Article, Span
from index.update import update_archive
from qa import assistant as assistant_module
from qa.abstain import SIGNALS
from qa.assistant import Assistant
from qa.close_reading import load_close_reader
from qa.evaluate import PAIRS, BenchmarkQuestion, load_questions
from qa.evidence import FEATURES, Evidence
from qa.ranking import READING, rank_by_features, read_closely, reading_features
from qa.retriever import RETRIEVAL
from qa.weights import Weights

NEWS = Path(__file__).parent / "news"
WEIGHTS = Path(assistant_module.__file__).with_name("weights.json")
_STORYLINE = 4
"""Articles of benchmarks/news in a storyline, consecutive by name."""
_KEPT = 0.99
"""Share of the hits among three cited sentences that `also_cite` must keep."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in one language, and the sentences of the passages found for it, which are right and which of
    the right article."""

    text: str
    pair: str
    fold: int
    answerable: bool
    archive: str
    evidence: tuple[Evidence, ...]
    right: np.ndarray
    own_article: np.ndarray

    @property
    def features(self) -> np.ndarray:
        """(sentences, features), what the reader says last where the sentences were read."""
        read = bool(self.evidence) and self.evidence[0].read is not None
        return np.array([reading_features(item) if read else item.features for item in self.evidence])


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted for ranking, and what the decision is to be fitted to.

    `asked` are the questions with the sentences that were read for them, `folds` for each fold the weights of `reading`
    that have not seen it.
    """

    weights: Weights
    asked: list[Asked]
    folds: list[np.ndarray]
    cases: list[Case]


def main(model: str | None = None) -> None:
    """Calibrate on everything, with the bundled model or another one, and write the file."""
    embedder = load_embedder(model)
    fitted = fit_ranking(embedder)
    weights, asked, folds, cases = fitted.weights, fitted.asked, fitted.folds, fitted.cases
    strength = choose_strength(cases)
    probabilities = unseen_probabilities(cases, strength)
    thresholds = find_thresholds(cases, probabilities)
    content = {
        "retrieval": named(RETRIEVAL, weights.retrieval),
        "evidence": named(FEATURES, weights.evidence),
        "reading": named(READING, weights.reading),
        "answerable": named((*SIGNALS, "constant"), fit_logistic(cases, strength)),
        "thresholds": thresholds,
        "also_cite": also_cite(asked, folds),
        "calibration": {
            "model": embedder.name,
            "questions": dict(Counter(item.archive for item in asked)),
            "strength": strength,
            "unseen storylines of benchmarks/news": report(asked, folds),
            "unseen questions": decided(cases, probabilities, thresholds),
        },
    }
    WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(json.dumps(content["calibration"], indent=1))


def fit_ranking(embedder: Embedder) -> Fitted:
    """Ask everything and fit 1 to 3, and gather the cases that 4 and 5 are fitted to."""
    nothing, never = np.zeros(len(READING)), dict.fromkeys(PAIRS, 1.0)
    first = np.array([float(name != "other_language") for name in RETRIEVAL])
    start = Weights(first, np.ones(len(FEATURES)), nothing, np.zeros(len(SIGNALS) + 1), never, 0.0)
    weights = replace(start, retrieval=fit_softmax([_passages(item) for item in _ask(embedder, start)]))
    asked = _ask(embedder, weights)
    weights = replace(weights, evidence=fit_softmax(_sentences(asked)))
    asked = [_read(item, weights) for item in asked]
    folds = [fit_softmax(_sentences([item for item in asked if item.fold != fold])) for fold in range(FOLDS)]
    weights = replace(weights, reading=fit_softmax(_sentences(asked)))
    return Fitted(weights, asked, folds, make_cases(asked, folds, weights, embedder))


def also_cite(asked: list[Asked], folds: list[np.ndarray]) -> float:
    """The largest share of the best sentence's probability at which citing more keeps nearly all hits."""
    ratios = []
    for item in asked:
        scores = item.features @ folds[item.fold]
        best = np.argsort(-scores)[:3]
        found = [place for place in best if item.right[place]] if item.answerable else []
        if found:
            ratios.append(float(np.exp(scores[found[0]] - scores[best[0]])))
    return round(float(np.quantile(ratios, 1 - _KEPT)), 4) if ratios else 0.0


def report(asked: list[Asked], folds: list[np.ndarray]) -> dict[str, dict[str, float]]:
    """The benchmark's figures, by pair of languages, each question under weights that have not seen its storyline."""
    found = {}
    for pair in PAIRS:
        items = [item for item in asked if item.archive == "news" and item.answerable and item.pair == pair]
        tops = [np.argsort(-(item.features @ folds[item.fold])) for item in items]
        both = list(zip(items, tops, strict=True))
        found[pair] = {
            "article_hit_1": _mean([item.own_article[top[0]] for item, top in both]),
            "evidence_hit_1": _mean([item.right[top[0]] for item, top in both]),
            "evidence_hit_3": _mean([item.right[top[:3]].any() for item, top in both]),
        }
    return found


def _ask(embedder: Embedder, weights: Weights) -> list[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        names = sorted(path.name for path in (NEWS / "articles").iterdir())
        news_stories = {name: number // _STORYLINE for number, name in enumerate(names)}
        asked = _ask_folder(NEWS, Path(folder) / "news", embedder, weights, news_stories)
        texts = Path(folder) / "texts"
        for archive, stories in write_held_out(texts).items():
            numbers = {name: number for number, names in enumerate(stories) for name in names}
            asked += _ask_folder(texts / archive, Path(folder) / archive, embedder, weights, numbers)
        return asked


def _ask_folder(
    benchmark: Path, index: Path, embedder: Embedder, weights: Weights, stories: dict[str, int]
) -> list[Asked]:
    update_archive(index, [benchmark / "articles"], embedder)
    assistant = Assistant(Archive.open(index), embedder, weights)
    articles = {article.id: article for article in assistant.archive.store.articles()}
    asked = []
    for question in load_questions(benchmark):
        for language, text in question.text.items():
            found = tuple(assistant.find(text))
            article = articles[question.article]
            own = np.array([item.candidate.article.id == question.article for item in found])
            right = own & np.array([_answers(item, question, article) for item in found])
            pair, fold = f"{language}-{article.language}", stories[question.article] % FOLDS
            asked.append(Asked(text, pair, fold, question.answerable, index.name, found, right, own))
    assistant.close()
    return asked


def _read(item: Asked, weights: Weights) -> Asked:
    """The question with the sentences that are read closely for it, and no others."""
    ranked = rank_by_features(item.evidence, weights).evidence
    places = {id(evidence): place for place, evidence in enumerate(item.evidence)}
    read = read_closely(item.text, ranked, load_close_reader())
    kept = [n for n, evidence in enumerate(read) if evidence.read is not None]
    before = [places[id(ranked[n])] for n in kept]
    evidence = tuple(read[n] for n in kept)
    return replace(item, evidence=evidence, right=item.right[before], own_article=item.own_article[before])


def _answers(item: Evidence, question: BenchmarkQuestion, article: Article) -> bool:
    starts = [(article.text.find(sentence), len(sentence)) for sentence in question.evidence]
    return any(start >= 0 and item.sentence.overlaps(Span(start, start + length)) for start, length in starts)


def _passages(item: Asked) -> tuple[np.ndarray, np.ndarray]:
    """The passages found for a question with what they are first ranked by, right where one of their sentences is."""
    columns = [FEATURES.index(name) for name in RETRIEVAL]
    keys = np.array([evidence.candidate.key for evidence in item.evidence])
    passages = [keys == key for key in np.unique(keys)]
    rows = np.array([item.features[mine][:, columns].max(axis=0) for mine in passages])
    return rows.reshape(-1, len(RETRIEVAL)), np.array([item.right[mine].any() for mine in passages])


def _sentences(asked: list[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(item.features, item.right) for item in asked]


def _mean(values: list[np.bool_]) -> float:
    return round(float(np.mean(values)), 3)


if __name__ == "__main__":
    main(*sys.argv[1:2])
