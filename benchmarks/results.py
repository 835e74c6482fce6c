"""Measures the benchmark and writes benchmarks/RESULTS.md, beside other systems on the same articles and questions."""

import platform
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from rich.progress import Progress

from benchmarks.behaviour import (
    DIALOGUES,
    HELD_OUT_DIALOGUES,
    awkward_wording,
    conversations,
    first_passages,
    off_topic_refused,
)
from index.archive import Archive
from index.embedding import Embedder, load_embedder
from index.update import update_archive
from qa.assistant import Assistant
from qa.evaluate import PAIRS, Report, evaluate

HERE = Path(__file__).parent
OUTPUT = HERE / "RESULTS.md"

COLUMNS = {
    "article_hit_1": "article@1",
    "article_mrr_10": "article MRR@10",
    "evidence_hit_1": "evidence@1",
    "evidence_hit_3": "evidence@3",
    "refused_answerable": "refused though answerable",
    "refused_unanswerable": "refused as unanswerable",
    "balanced_accuracy": "balanced accuracy",
    "citations_verbatim": "verbatim",
    "latency_ms_p50": "ms p50",
    "latency_ms_p95": "ms p95",
}

PEERS = """\
Others, each as its documentation's quick start does, with all-MiniLM-L6-v2, passages of 1,000 characters, over the
same 48 articles (article@1 / evidence@1 / evidence@3; they do not refuse):

| | question in Dutch | question in English |
|---|---|---|
| LangChain + FAISS | .23 / .13 / .25 | .27 / .14 / .32 |
| LlamaIndex (its passages are whole articles, so evidence means the article) | .20 / .20 / .39 | .27 / .27 / .49 |
| txtai, hybrid | .49 / .34 / .51 | .25 / .18 / .35 |
"""


def main() -> None:
    """Run benchmarks/news and write the tables."""
    found, unseen = (_evaluate(HERE / name) for name in ("news", "unseen"))
    embedder = load_embedder()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        news, elsewhere = (
            stack.enter_context(closing(_assistant(Path(folder) / name, HERE / name, embedder)))
            for name in ("news", HELD_OUT_DIALOGUES.parent.name)
        )
        page = render(found, unseen, embedder.name) + behaviour(news, elsewhere)
    OUTPUT.write_text(page, "utf-8")
    print(page)


def _evaluate(benchmark: Path) -> Report:
    with Progress() as bar:
        task = bar.add_task(f"asking {benchmark.name}", total=None)
        return evaluate(benchmark, progress=lambda done, total: bar.update(task, completed=done, total=total))


def _assistant(index: Path, benchmark: Path, embedder: Embedder) -> Assistant:
    update_archive(index, [benchmark / "articles"], embedder)
    return Assistant(Archive.open(index), embedder)


def render(found: Report, unseen: Report, model: str) -> str:
    """The figures as a Markdown page.

    Args:
        found: of benchmarks/news.
        unseen: of benchmarks/unseen.
        model: its name.
    """
    pairs = found["pairs"]
    nl, en = (_question_language(pairs, language) for language in ("nl", "en"))
    return "\n".join(
        [
            "# Results\n",
            "Written by `make bench`: 48 articles, 240 questions in two languages (benchmarks/news). Directions are",
            "language of the question - language of the article.\n",
            f"Model {model}, Python {platform.python_version()}, {platform.machine()}.\n",
            *_directions(found),
            "",
            PEERS.rstrip(),
            f"| **article-qa** | **{nl}** | **{en}** |",
            "\n## Articles that nothing was fitted to\n",
            "128 articles, 990 questions in two languages (benchmarks/unseen), written like the training texts and",
            "kept apart from training and calibration.\n",
            *_directions(unseen),
            "",
        ]
    )


def _directions(found: Report) -> list[str]:
    """A table with a row for each direction."""
    lines = ["| | n | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for name, figures in [*((pair, found["pairs"][pair]) for pair in PAIRS), ("all", found["all"])]:
        cells = [_cell(key, figures[key]) for key in COLUMNS]
        lines.append(f"| {name} | {int(figures['n'])} | " + " | ".join(cells) + " |")
    return lines


def behaviour(assistant: Assistant, elsewhere: Assistant) -> str:
    """The first ranking of passages, off-topic questions, awkward wording and conversations as Markdown tables.

    Args:
        assistant: over benchmarks/news.
        elsewhere: over the articles of the held-out dialogues.
    """
    refused = off_topic_refused(assistant)
    return "\n".join(
        [
            "\n## Passages, before any is read\n",
            "Share of the answerable questions of benchmarks/news whose first passage, by both searches together, is "
            "of the right article, and holds the evidence.\n",
            *_table(first_passages(assistant)),
            "\n## Far off topic\n",
            "Of 60 questions that no article answers (benchmarks/offtopic.jsonl), "
            f"{refused['nl']:.2f} are refused in Dutch and {refused['en']:.2f} in English.",
            "\n## Awkward wording\n",
            "Share of questions whose evidence is cited (benchmarks/wording.jsonl), and of the same, tidily put.\n",
            *_table(awkward_wording(assistant)),
            "\n## Conversations\n",
            "Share of turns answered or refused rightly (benchmarks/dialogues.jsonl): the turn spelled out, as typed "
            "with the conversation before it, as typed alone.\n",
            *_table(conversations(assistant, DIALOGUES)),
            "\nThe same over other articles, which nothing was fitted to (benchmarks/held-out-dialogues).\n",
            *_table(conversations(elsewhere, HELD_OUT_DIALOGUES)),
            "",
        ]
    )


def _table(rows: dict[str, dict[str, float]]) -> list[str]:
    columns = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, values in rows.items():
        cells = [f"{values[c]:.0f}" if c == "n" else f"{values[c]:.2f}" for c in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _question_language(pairs: dict[str, dict[str, float]], language: str) -> str:
    """article@1 / evidence@1 / evidence@3 of all answerable questions in one language."""
    mine = [figures for pair, figures in pairs.items() if pair.startswith(language)]
    total = sum(figures["n"] for figures in mine)
    keys = ("article_hit_1", "evidence_hit_1", "evidence_hit_3")
    return " / ".join(f"{sum(f[key] * f['n'] for f in mine) / total:.2f}".lstrip("0") for key in keys)


def _cell(key: str, value: float) -> str:
    return f"{value:.0f}" if key.startswith("latency") else f"{value:.2f}"


if __name__ == "__main__":
    main()
