"""A benchmark folder -> figures, by language of the question and of the article."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from index.archive import Archive
from index.embedding import load_embedder
from index.errors import BenchmarkError
from index.records import LANGUAGES, Article, Span
from index.update import update_archive
from qa.abstain import require_shift
from qa.assistant import Assistant
from qa.records import Answer, Refusal

PAIRS = tuple(f"{question}-{article}" for question in LANGUAGES for article in LANGUAGES)
"""Directions: the question's language first."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BenchmarkQuestion:
    """One line of questions.jsonl. `evidence` are sentences of the article; none where it has no answer."""

    id: str
    type: str
    text: dict[str, str]
    article: str
    evidence: tuple[str, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went, in one language."""

    pair: str
    answerable: bool
    refused: bool
    article_rank: int
    evidence_1: bool
    evidence_3: bool
    citations: int
    verbatim: int
    latency_ms: float


class Report(TypedDict):
    """Figures by direction (one of PAIRS) and over all questions."""

    pairs: dict[str, dict[str, float]]
    all: dict[str, float]


def load_questions(benchmark: Path) -> list[BenchmarkQuestion]:
    """Read `questions.jsonl` of a benchmark folder.

    Raises:
        BenchmarkError: it is missing, or a line is not a question.
    """
    path = benchmark / "questions.jsonl"
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path}: cannot be read; a benchmark holds articles/ and questions.jsonl") from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            texts = {language: row[f"question_{language}"] for language in LANGUAGES}
            evidence = tuple(row["evidence"])
            questions.append(
                BenchmarkQuestion(row["id"], row["type"], texts, row["article"], evidence, bool(row["answerable"]))
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BenchmarkError(f"{path}: line {number} is not a question ({error})") from error
    if not questions:
        raise BenchmarkError(f"{path}: no questions in it")
    return questions


def evaluate(
    benchmark: Path, model: str | None = None, progress: Progress | None = None, threshold_shift: float = 0.0
) -> Report:
    """Index a benchmark's articles, ask all of its questions in both languages, and count.

    Args:
        benchmark: a folder with articles/ and questions.jsonl.
        model: an embedding model by name or folder; None for the bundled one.
        progress: called with (questions asked, questions in all).
        threshold_shift: added to the evidence an answer needs (-1 to 1).

    Returns:
        {"pairs": {"nl-nl": figures, ...}, "all": figures}; `figures` explains them.

    Raises:
        BenchmarkError: the folder is no benchmark.
        ThresholdError: the shift is not a number from -1 to 1.
    """
    require_shift(threshold_shift)
    questions = load_questions(benchmark)
    embedder = load_embedder(model)
    with tempfile.TemporaryDirectory() as folder:
        update_archive(Path(folder), [benchmark / "articles"], embedder)
        assistant = Assistant(Archive.open(folder), embedder)
        try:
            outcomes = _ask_all(assistant, questions, progress or (lambda done, total: None), threshold_shift)
        finally:
            assistant.close()
    pairs = {pair: figures([outcome for outcome in outcomes if outcome.pair == pair]) for pair in PAIRS}
    return {"pairs": pairs, "all": figures(outcomes)}


def figures(outcomes: list[Outcome]) -> dict[str, float]:
    """The contract's figures of some outcomes; shares are 0 to 1, and 0 where there is nothing to count.

    article_hit_1: the best passage is of the right article. article_mrr_10: 1 / rank of the right article among
    the articles in the order of their best passages. evidence_hit_1, evidence_hit_3: the first, or one of the
    first three, cited sentences overlaps a gold one; a refused question counts as a miss. balanced_accuracy: mean
    of the shares of answerable questions answered and of unanswerable ones refused.
    """
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.answerable]
    refused_answerable = _share([outcome.refused for outcome in answerable])
    refused_unanswerable = _share([outcome.refused for outcome in unanswerable])
    latencies = sorted(outcome.latency_ms for outcome in outcomes) or [0.0]
    citations = sum(outcome.citations for outcome in outcomes)
    evidence_3 = _share([outcome.evidence_3 for outcome in answerable])
    return {
        "n": len(outcomes),
        "article_hit_1": _share([outcome.article_rank == 1 for outcome in answerable]),
        "article_mrr_10": _share(
            [1 / outcome.article_rank if 0 < outcome.article_rank <= 10 else 0 for outcome in answerable]
        ),
        "evidence_hit_1": _share([outcome.evidence_1 for outcome in answerable]),
        "evidence_hit_3": evidence_3,
        "answer_accuracy": evidence_3,
        "refused_answerable": refused_answerable,
        "refused_unanswerable": refused_unanswerable,
        "balanced_accuracy": round((1 - refused_answerable + refused_unanswerable) / 2, 4),
        "citations_verbatim": round(sum(o.verbatim for o in outcomes) / citations, 4) if citations else 1.0,
        "latency_ms_p50": round(statistics.median(latencies), 1),
        "latency_ms_p95": round(latencies[min(len(latencies) - 1, int(0.95 * len(latencies)))], 1),
    }


def _ask_all(
    assistant: Assistant, questions: list[BenchmarkQuestion], progress: Progress, threshold_shift: float
) -> list[Outcome]:
    articles = {article.id: article for article in assistant.archive.store.articles()}
    unknown = {question.article for question in questions} - articles.keys()
    if unknown:
        raise BenchmarkError(f"articles/ has no {min(unknown)}, which questions.jsonl names")
    outcomes = []
    total = len(questions) * len(LANGUAGES)
    for question in questions:
        for language in LANGUAGES:
            started = time.perf_counter()
            reply = assistant.ask(question.text[language], threshold_shift=threshold_shift)
            elapsed = (time.perf_counter() - started) * 1000
            outcomes.append(_outcome(question, language, reply, articles, elapsed))
            progress(len(outcomes), total)
    return outcomes


def _outcome(
    question: BenchmarkQuestion, language: str, reply: Answer | Refusal, articles: dict[str, Article], latency_ms: float
) -> Outcome:
    gold_article = articles[question.article]
    gold = [_find(gold_article, sentence) for sentence in question.evidence]
    ranking = list(dict.fromkeys(hit.article.id for hit in reply.passages))
    right = [
        citation.article_id == question.article and any(Span(citation.start, citation.end).overlaps(g) for g in gold)
        for citation in reply.citations
    ]
    return Outcome(
        pair=f"{language}-{gold_article.language}",
        answerable=question.answerable,
        refused=reply.refused,
        article_rank=ranking.index(question.article) + 1 if question.article in ranking else 0,
        evidence_1=any(right[:1]),
        evidence_3=any(right[:3]),
        citations=len(reply.citations),
        verbatim=sum(articles[c.article_id].text[c.start : c.end] == c.text for c in reply.citations),
        latency_ms=latency_ms,
    )


def _find(article: Article, sentence: str) -> Span:
    start = article.text.find(sentence)
    if start < 0:
        raise BenchmarkError(
            f"articles/{article.id} has no sentence '{sentence[:60]}', which questions.jsonl gives as evidence"
        )
    return Span(start, start + len(sentence))


def _share(values: list[bool] | list[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
