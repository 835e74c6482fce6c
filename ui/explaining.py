"""Why a question's candidates rank as they do: every score that made the ranking, as data and as a table."""

from typing import TYPE_CHECKING, Any

from ui.render import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from qa.considered import Considered
    from qa.evidence import Evidence

_SHOWN_SENTENCE = 120


def explained(considered: "Considered", needed: float, k: int) -> dict[str, Any]:
    """What was considered for a question, with its k best sentences, as `explain --json` prints it.

    Args:
        considered: from `Assistant.consider`.
        needed: the probability that an answer needs.
        k: how many sentences.
    """
    question = considered.question
    return {
        "question": question.text,
        "language": question.language,
        "kind": question.kind,
        "words": {concept.word: concept.variants for concept in question.concepts},
        "names": [concept.word for concept in question.concepts if concept.is_name],
        "since": question.limits.days.since and str(question.limits.days.since),
        "until": question.limits.days.until and str(question.limits.days.until),
        "sources": list(question.limits.sources),
        "candidates": [
            _candidate(rank, item, score)
            for rank, (item, score) in enumerate(zip(considered.evidence, considered.scores, strict=True), start=1)
        ][:k],
        "probability": considered.probability,
        "needed": needed,
        "answered": bool(considered.evidence) and considered.probability >= needed,
    }


def candidates_table(data: dict[str, Any]) -> "Table":
    """The candidates of `explained`: a row for each sentence, a column for each score."""
    from rich.table import Table

    names = list(data["candidates"][0]["features"]) if data["candidates"] else []
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("rank", "score", *names):
        table.add_column(name.replace("_", "\n"), justify="right")
    for name in ("article", "date", "sentence"):
        table.add_column(name, overflow="fold")
    for row in data["candidates"]:
        numbers = [str(row["rank"]), *(_number(value) for value in (row["score"], *row["features"].values()))]
        sentence = one_line(row["sentence"], _SHOWN_SENTENCE)
        table.add_row(*numbers, one_line(row["article"]), row["date"] or "-", sentence)
    return table


def decision(data: dict[str, Any]) -> str:
    """Whether the best sentence was enough, on one line."""
    if not data["candidates"]:
        return "refused: nothing was found"
    verb, sign = ("answered", ">=") if data["answered"] else ("refused", "<")
    return f"{verb}: probability {data['probability']:.3f} {sign} {data['needed']:.3f} needed"


def _number(value: float | None) -> str:
    """A dash where the sentence was not read."""
    return "-" if value is None else f"{value:.2f}"


def _candidate(rank: int, item: "Evidence", score: float) -> dict[str, Any]:
    from qa.ranking import READING

    article, sentence = item.candidate.article, item.sentence
    return {
        "rank": rank,
        "score": score,
        "features": dict(zip(READING, (*item.features, item.read), strict=True)),
        "article": article.id,
        "date": article.date and str(article.date),
        "start": sentence.start,
        "end": sentence.end,
        "sentence": article.text[sentence.start : sentence.end],
    }
