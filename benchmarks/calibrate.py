"""Fits every weight and threshold that answers depend on, and writes qa/weights.json.

Data: benchmarks/news, and the passages that training held out. Both are cut into folds by storyline; the figures
that are reported, and the thresholds, come from questions whose storyline the weights had not seen. The weights
written are then fitted to everything.

1. retrieval: passages, by the softmax likelihood of those that hold the answer;
2. evidence: sentences of the passages retrieved with 1, likewise;
3. answerable: logistic regression on the best sentences of the questions that were answered rightly, against those of
   questions far off topic (offtopic.jsonl), asked of three archives: the two above and seeds/ (seeds.jsonl); each
   archive counts the same. The regularisation is strong, so that the weight is spread over signals that agree and
   archives of another kind are judged alike;
4. thresholds: for each pair of languages, what best parts the two.
"""

import json
import math
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.held_out import write_held_out
from benchmarks.softmax import fit_softmax
from index.archive import Archive
from index.embedding import Embedder, load_embedder
from index.records import LANGUAGES, Article, Span
from index.update import update_archive
from qa import assistant as assistant_module
from qa.abstain import SIGNALS, signals
from qa.assistant import Assistant
from qa.evaluate import PAIRS, BenchmarkQuestion, load_questions
from qa.evidence import FEATURES, Evidence
from qa.weights import Weights

NEWS = Path(__file__).parent / "news"
SEEDS = Path(__file__).parent.parent / "seeds"
WEIGHTS = Path(assistant_module.__file__).with_name("weights.json")
RETRIEVAL = ("cosine", "lexical", "other_language")
_FOLDS = 6
_STORYLINE = 4
"""Articles of benchmarks/news in a storyline, consecutive by name."""
_KEPT = 0.99
"""Share of the hits among three cited sentences that `also_cite` must keep."""
_STRENGTH = 0.01
"""Inverse regularisation of the logistic regression."""


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


@dataclass(frozen=True, slots=True)
class Case:
    """The best sentence found for a question, and whether the archive answers it."""

    archive: str
    pair: str
    fold: int
    answerable: bool
    signals: list[float]


def main(model: str | None = None) -> None:
    """Calibrate on everything, with the bundled model or another one, and write the file."""
    embedder = load_embedder(model)
    start = Weights(np.array([1.0, 1.0, 0.0]), np.ones(len(FEATURES)), np.zeros(len(SIGNALS) + 1), {}, 0.0)
    retrieval = fit_softmax([(features, right) for features, right in _passages(_ask(embedder, start))])
    asked = _ask(embedder, replace(start, retrieval=retrieval))
    folds = [fit_softmax(_sentences([a for a in asked if a.fold != fold])) for fold in range(_FOLDS)]
    cases = _cases(asked, folds, replace(start, retrieval=retrieval, evidence=fit_softmax(_sentences(asked))), embedder)
    probabilities = np.zeros(len(cases))
    for fold in range(_FOLDS):
        out = np.array([case.fold == fold for case in cases])
        known = [case for case in cases if case.fold != fold]
        probabilities[out] = _sigmoid(np.array([case.signals for case in cases])[out], fit_logistic(known))
    thresholds = {pair: best_threshold(cases, probabilities, pair) for pair in PAIRS}
    evidence, answerable = fit_softmax(_sentences(asked)), fit_logistic(cases)
    content = {
        "retrieval": _named(RETRIEVAL, retrieval),
        "evidence": _named(FEATURES, evidence),
        "answerable": _named((*SIGNALS, "constant"), answerable),
        "thresholds": thresholds,
        "also_cite": also_cite(asked, folds),
        "calibration": {
            "model": embedder.name,
            "questions": {"news": sum(a.news for a in asked), "held out by training": sum(not a.news for a in asked)},
            "unseen storylines of benchmarks/news": _report(asked, folds),
            "unseen questions": _decided(cases, probabilities, thresholds),
        },
    }
    WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(json.dumps(content["calibration"], indent=1))


def fit_logistic(cases: list[Case]) -> np.ndarray:
    """Weights (signals + 1,) of a regularised logistic regression, the constant last.

    Each archive, and each of the two outcomes in it, counts the same.
    """
    rows, labels = np.array([case.signals for case in cases]), np.array([case.answerable for case in cases])
    sizes = Counter((case.archive, case.answerable) for case in cases)
    scaler = StandardScaler().fit(rows)
    shares = np.array([1 / sizes[case.archive, case.answerable] for case in cases])
    model = LogisticRegression(C=_STRENGTH, max_iter=1000)
    model.fit(scaler.transform(rows), labels, sample_weight=shares * len(cases) / shares.sum())
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_)


def best_threshold(cases: list[Case], probabilities: np.ndarray, pair: str) -> float:
    """The probability from which on answering best parts a pair's rightly answered questions from off-topic ones.

    Best is the highest mean of the share still answered and the share refused, the lowest such probability.
    """
    mine = np.array([case.pair == pair for case in cases])
    known = np.array([case.answerable for case in cases])
    right, off_topic = probabilities[mine & known], probabilities[mine & ~known]
    options = np.linspace(0.01, 0.99, 99)
    gains = [(right >= option).mean() + (off_topic < option).mean() for option in options]
    return round(float(options[int(np.argmax(gains))]), 4)


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


def _cases(asked: list[Asked], folds: list[np.ndarray], weights: Weights, embedder: Embedder) -> list[Case]:
    """The best sentences of questions answered rightly, and of questions far off topic."""
    cases = []
    for item in asked:
        order = np.argsort(-(item.features @ folds[item.fold]))
        if item.answerable and item.right[order[:3]].any():
            cases.append(
                _case("news" if item.news else "held out", item.evidence[order[0]], item.pair[:2], True, item.fold)
            )
    with tempfile.TemporaryDirectory() as folder:
        write_held_out(Path(folder) / "held_out")
        sources = {"news": NEWS / "articles", "held out": Path(folder) / "held_out" / "articles", "seeds": SEEDS}
        for archive, source in sources.items():
            update_archive(Path(folder) / archive, [source], embedder)
            assistant = Assistant(Archive.open(Path(folder) / archive), embedder, weights)
            cases += _simple_cases(assistant, archive, "offtopic.jsonl", answerable=False)
            if archive == "seeds":
                cases += _simple_cases(assistant, archive, "seeds.jsonl", answerable=True)
            assistant.close()
    return cases


def _simple_cases(assistant: Assistant, archive: str, file: str, *, answerable: bool) -> list[Case]:
    rows = [json.loads(line) for line in NEWS.with_name(file).read_text("utf-8").splitlines()]
    return [
        _case(archive, assistant.consider(row[language]).evidence[0], language, answerable, number % _FOLDS)
        for number, row in enumerate(rows)
        for language in LANGUAGES
    ]


def _case(archive: str, best: Evidence, language: str, answerable: bool, fold: int) -> Case:
    return Case(archive, f"{language}-{best.candidate.article.language}", fold, answerable, signals(best))


def _report(asked: list[Asked], folds: list[np.ndarray]) -> dict[str, dict[str, float]]:
    report = {}
    for pair in PAIRS:
        items = [item for item in asked if item.news and item.answerable and item.pair == pair]
        tops = [np.argsort(-(item.features @ folds[item.fold])) for item in items]
        both = list(zip(items, tops, strict=True))
        report[pair] = {
            "article_hit_1": _mean([item.own_article[top[0]] for item, top in both]),
            "evidence_hit_1": _mean([item.right[top[0]] for item, top in both]),
            "evidence_hit_3": _mean([item.right[top[:3]].any() for item, top in both]),
        }
    return report


def _decided(cases: list[Case], probabilities: np.ndarray, thresholds: dict[str, float]) -> dict[str, dict[str, float]]:
    """By archive: the share of rightly answered questions that stay answered, and of off-topic ones refused."""
    answered = np.array([p >= thresholds[case.pair] for case, p in zip(cases, probabilities, strict=True)])
    report = {}
    for archive in dict.fromkeys(case.archive for case in cases):
        mine = np.array([case.archive == archive for case in cases])
        known = np.array([case.answerable for case in cases])
        report[archive] = {
            "still answered": _mean(list(answered[mine & known])),
            "off topic refused": _mean(list(~answered[mine & ~known])),
        }
    return report


def _sigmoid(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(rows @ weights[:-1] + weights[-1]))))


def _named(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _mean(values: list[np.bool_]) -> float:
    return round(float(np.mean(values)), 3)


if __name__ == "__main__":
    main(*sys.argv[1:2])
