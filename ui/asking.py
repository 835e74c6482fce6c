"""The commands that ask: ask, search and explain."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ui import terminal
from ui.options import Index, Json, Passages, QuestionText, Sentences, Since, Source, Threshold, Until

if TYPE_CHECKING:
    from index.limits import Limits
    from qa import Assistant

DEFAULT_INDEX = Path(".article-qa")


def ask(
    question: QuestionText,
    index: Index = DEFAULT_INDEX,
    as_json: Json = False,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    k: Passages = 5,
    threshold: Threshold = 0.0,
) -> None:
    """Answer a question with sentences from the articles, each with its source."""
    from ui.render import reply_json, reply_text

    with _searching(index, since, until, source) as (assistant, limits):
        reply = assistant.ask(_typed(question), limits.days, (), threshold, sources=limits.sources)
    if as_json:
        terminal.print_json(reply_json(reply, k))
    else:
        terminal.show(reply_text(reply, k))


def search(
    question: QuestionText,
    index: Index = DEFAULT_INDEX,
    as_json: Json = False,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    k: Passages = 5,
) -> None:
    """List the passages that come nearest to a question, with their scores."""
    from index.language import detect_language
    from ui.render import hit_json, hits_text

    with _searching(index, since, until, source) as (assistant, limits):
        hits = assistant.search(_typed(question), k, limits.days, limits.sources)
    if as_json:
        terminal.print_json({"question": question, "passages": [hit_json(hit) for hit in hits]})
    else:
        terminal.show(hits_text(hits, detect_language(question)))


def explain(
    question: QuestionText,
    index: Index = DEFAULT_INDEX,
    as_json: Json = False,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    k: Sentences = 10,
    threshold: Threshold = 0.0,
) -> None:
    """Show the sentences considered for a question, with every score that made their order."""
    from ui.explaining import candidates_table, decision, explained

    with _searching(index, since, until, source) as (assistant, limits):
        limits = assistant.limits(limits.days, limits.sources)
        considered, _ = assistant.decide(_typed(question), limits, threshold)
        data = explained(considered, considered.needed + threshold, k)
    if as_json:
        terminal.print_json(data)
    else:
        terminal.show_table(candidates_table(data))
        terminal.show(decision(data))


@contextmanager
def _searching(
    index: Path, since: str | None, until: str | None, source: list[str] | None
) -> "Iterator[tuple[Assistant, Limits]]":
    """The assistant, and what the options limit it to; a spinner turns while the block runs."""
    from index.dates import DateRange
    from index.limits import Limits
    from qa import Assistant

    limits = Limits(DateRange.parse(since, until), tuple(source or ()))
    with terminal.spinner("Searching…"), closing(Assistant.open(index)) as assistant:
        yield assistant, limits


def _typed(text: str) -> str:
    """An argument whose bytes are not UTF-8 arrives with surrogates, which nothing further on can print."""
    return text.encode("utf-8", "replace").decode()
