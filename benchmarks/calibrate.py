"""Fits every weight and threshold that answers depend on, and writes qa/weights.json.

Data: benchmarks/news, and the passages that training held out. Both are cut into folds by storyline; the figures
that are reported, and the thresholds, come from questions whose storyline the weights had not seen. The weights
written are then fitted to everything.

1. retrieval: passages, by the softmax likelihood of those that hold the answer;
2. evidence: sentences of the passages retrieved with 1, likewise;
3. answerable: logistic regression; unanswerable are the benchmark's own, and every question once more with its
   article taken away;
4. thresholds: for each pair of languages, what gives the best balanced accuracy.
"""

import json
import math
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.held_out import write_held_out
from index.archive import Archive
from index.embedding import Embedder, load_embedder
from index.records import Article, Span
from index.update import update_archive
from qa import assistant as assistant_module
from qa.abstain import SIGNALS, signals
from qa.assistant import Assistant
from qa.evaluate import PAIRS, BenchmarkQuestion, load_questions
from qa.evidence import FEATURES, Evidence
from qa.weights import Weights

NEWS = Path(__file__).parent / "news"
WEIGHTS = Path(assistant_module.__file__).with_name("weights.json")
RETRIEVAL = ("cosine", "lexical", "other_language")
_FOLDS = 6
_STORYLINE = 4
"""Articles of benchmarks/news in a storyline, consecutive by name."""
_DECAY = 0.3
"""Weight decay of the softmax fits, as a share of one question's likelihood."""
_KEPT = 0.99
"""Share of the hits among three cited sentences that `also_cite` must keep."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in one language, and what was considered for it."""

    pair: str
    fold: int
    answerable: bool
    news: bool
    evidence: tuple[Evidence, ...]
    features: np.ndarray
    right: np.ndarray
    own_article: np.ndarray


def main(model: str | None = None) -> None:
    """Calibrate on everything, with the bundled model or another one, and write the file."""
    embedder = load_embedder(model)
    start = Weights(np.array([1.0, 1.0, 0.0]), np.ones(len(FEATURES)), np.zeros(len(SIGNALS) + 1), {}, 0.0)
    retrieval = fit_softmax([(features, right) for features, right in _passages(_ask(embedder, start))])
    asked = _ask(embedder, replace(start, retrieval=retrieval))
    folds = [fit_softmax(_sentences([a for a in asked if a.fold != fold])) for fold in range(_FOLDS)]
    rows, labels, where = _decisions(asked, folds)
    probabilities = np.zeros(len(labels))
    for fold in range(_FOLDS):
        out = where["fold"] == fold
        probabilities[out] = _sigmoid(rows[out], fit_logistic(rows[~out], labels[~out]))
    thresholds = {pair: best_threshold(probabilities[m], labels[m]) for pair in PAIRS for m in [where["pair"] == pair]}
    evidence = fit_softmax(_sentences(asked))
    answerable = fit_logistic(rows, labels)
    content = {
        "retrieval": _named(RETRIEVAL, retrieval),
        "evidence": _named(FEATURES, evidence),
        "answerable": _named((*SIGNALS, "constant"), answerable),
        "thresholds": thresholds,
        "also_cite": also_cite(asked, folds),
        "calibration": {
            "model": embedder.name,
            "questions": {"news": sum(a.news for a in asked), "held out by training": sum(not a.news for a in asked)},
            "unseen storylines of benchmarks/news": _report(asked, folds, probabilities, thresholds, where),
        },
    }
    WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(json.dumps(content["calibration"], indent=1))


def fit_softmax(groups: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Weights (f,) under which the right rows of each group are the likeliest.

    Args:
        groups: features (rows, f) and which rows are right (rows,); groups without a right row say nothing.
    """
    usable = [(features, right) for features, right in groups if right.any()]
    decay = _DECAY / len(usable)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = 0.0, np.zeros_like(weights)
        for features, right in usable:
            scores = features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            hit = shares[right].sum() + 1e-12
            total -= math.log(hit)
            gradient += shares @ features - (shares[right] / hit) @ features[right]
        return total / len(usable) + decay * weights @ weights, gradient / len(usable) + 2 * decay * weights

    return np.asarray(minimize(loss, np.zeros(usable[0][0].shape[1]), jac=True, method="L-BFGS-B").x)


def fit_logistic(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Weights (f + 1,) of a logistic regression on rows (n, f), the constant last; both outcomes count the same."""
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(class_weight="balanced", max_iter=1000).fit(scaler.transform(rows), labels)
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_)


def best_threshold(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The probability from which on answering gives the best balanced accuracy."""
    options = np.quantile(probabilities, np.linspace(0.02, 0.98, 97))
    return round(float(max(options, key=lambda option: _balanced(probabilities >= option, labels))), 4)


def also_cite(asked: list[Asked], folds: list[np.ndarray]) -> float:
    """The largest share of the best sentence's probability at which citing more keeps nearly all hits."""
    ratios, hits = [], 0
    for item in asked:
        scores = item.features @ folds[item.fold]
        best = np.argsort(-scores)[:3]
        found = [place for place in best if item.right[place]] if item.answerable else []
        hits += bool(found)
        if found:
            ratios.append(math.exp(scores[found[0]] - scores[best[0]]))
    return round(float(np.quantile(ratios, 1 - _KEPT)), 4) if hits else 0.0


def _ask(embedder: Embedder, weights: Weights) -> list[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        held_out = Path(folder) / "held_out"
        stories = {name: n for n, names in enumerate(write_held_out(held_out)) for name in names}
        names = sorted(path.name for path in (NEWS / "articles").iterdir())
        news_stories = {name: number // _STORYLINE for number, name in enumerate(names)}
        return [
            *_ask_folder(NEWS, Path(folder) / "a", embedder, weights, news_stories, news=True),
            *_ask_folder(held_out, Path(folder) / "b", embedder, weights, stories, news=False),
        ]


def _ask_folder(
    benchmark: Path, index: Path, embedder: Embedder, weights: Weights, stories: dict[str, int], *, news: bool
) -> list[Asked]:
    update_archive(index, [benchmark / "articles"], embedder)
    assistant = Assistant(Archive.open(index), embedder, weights)
    articles = {article.id: article for article in assistant.archive.store.articles()}
    asked = []
    for question in load_questions(benchmark):
        for language, text in question.text.items():
            found = assistant.consider(text).evidence
            article = articles[question.article]
            own = np.array([item.candidate.article.id == question.article for item in found])
            right = own & np.array([_answers(item, question, article) for item in found])
            features = np.array([item.features for item in found])
            pair, fold = f"{language}-{article.language}", stories[question.article] % _FOLDS
            asked.append(Asked(pair, fold, question.answerable, news, found, features, right, own))
    assistant.close()
    return asked


def _answers(item: Evidence, question: BenchmarkQuestion, article: Article) -> bool:
    starts = [(article.text.find(sentence), len(sentence)) for sentence in question.evidence]
    return any(start >= 0 and item.sentence.overlaps(Span(start, start + length)) for start, length in starts)


def _passages(asked: list[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The candidates of each question with their retrieval features, right where one of their sentences is."""
    columns = [FEATURES.index(name) for name in RETRIEVAL]
    groups = []
    for item in asked:
        keys = np.array([evidence.candidate.key for evidence in item.evidence])
        unique, first = np.unique(keys, return_index=True)
        groups.append((item.features[first][:, columns], np.array([item.right[keys == key].any() for key in unique])))
    return groups


def _sentences(asked: list[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(item.features, item.right) for item in asked]


def _decisions(asked: list[Asked], folds: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Signals (n, f), whether the question is answerable (n,), and of each its pair, fold, and place in `asked`."""
    rows, labels, pairs, numbers, places = [], [], [], [], []
    for place, item in enumerate(asked):
        everything = np.ones(len(item.evidence), dtype=bool)
        cases = [(everything, item.answerable)] + ([(~item.own_article, False)] if item.answerable else [])
        for kept, label in cases:
            if not kept.any():
                continue
            scores = (item.features @ folds[item.fold])[kept]
            order = np.argsort(-scores)
            evidence = [item.evidence[i] for i in np.flatnonzero(kept)[order]]
            rows.append(signals(evidence, list(scores[order])))
            labels.append(label)
            language = evidence[0].candidate.article.language
            pairs.append(f"{item.pair[:2]}-{language}")
            numbers.append(item.fold)
            places.append(place if kept.all() else -1)
    where = {"pair": np.array(pairs), "fold": np.array(numbers), "place": np.array(places)}
    return np.array(rows), np.array(labels), where


def _report(
    asked: list[Asked],
    folds: list[np.ndarray],
    probabilities: np.ndarray,
    thresholds: dict[str, float],
    where: dict[str, np.ndarray],
) -> dict[str, dict[str, float]]:
    answered = {
        int(place): bool(probability >= thresholds[pair])
        for place, pair, probability in zip(where["place"], where["pair"], probabilities, strict=True)
        if place >= 0
    }
    report = {}
    for pair in PAIRS:
        places = [place for place, item in enumerate(asked) if item.news and item.pair == pair]
        tops = {p: np.argsort(-(asked[p].features @ folds[asked[p].fold])) for p in places}
        answerable = [p for p in places if asked[p].answerable]
        decided = np.array([answered[p] for p in places])
        report[pair] = {
            "article_hit_1": _mean([asked[p].own_article[tops[p][0]] for p in answerable]),
            "evidence_hit_1": _mean([asked[p].right[tops[p][0]] for p in answerable]),
            "evidence_hit_3": _mean([asked[p].right[tops[p][:3]].any() for p in answerable]),
            "balanced_accuracy": round(_balanced(decided, np.array([asked[p].answerable for p in places])), 3),
        }
    return report


def _balanced(decided: np.ndarray, labels: np.ndarray) -> float:
    return float((decided[labels].mean() + (~decided[~labels]).mean()) / 2)


def _sigmoid(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(rows @ weights[:-1] + weights[-1]))))


def _named(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _mean(values: list[np.bool_]) -> float:
    return round(float(np.mean(values)), 3)


if __name__ == "__main__":
    main(*sys.argv[1:2])
