"""What the commands show beside their output (spinners, progress, tables): on standard error, at a terminal only."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ui.render import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from index.update import Skipped


_UNBOUNDED = 1000
"""Characters in a line of a table in a file or a pipe."""


def output() -> "Console":
    """Standard output; colours only at a terminal, and nothing is wrapped in a file or a pipe."""
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def side() -> "Console":
    """Standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def show(text: "Text | str") -> None:
    """Print on standard output."""
    console = output()
    console.print(text, end="" if str(text).endswith("\n") else "\n", overflow="ignore", crop=False)


def show_table(table: "Table") -> None:
    """Print a table of many columns on standard output, at the width it needs where that is not a terminal."""
    from rich.console import Console

    width = None if output().is_terminal else _UNBOUNDED
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


def print_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    output().out(json.dumps(value, ensure_ascii=False, indent=2), highlight=False)


def fail(line: str) -> None:
    """The one line of an error."""
    side().print(f"article-qa: {one_line(line)}", style="red", soft_wrap=True)


def warn(line: str) -> None:
    """A line to take note of."""
    side().print(f"article-qa: {one_line(line)}", style="yellow", soft_wrap=True)


@contextmanager
def spinner(text: str) -> Iterator[None]:
    """Something turning while the block runs."""
    console = side()
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with its rate; the block gets a function to call with (done, total)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    class Rate(TextColumn):
        """How many a second."""

        def render(self, task: Any) -> "Text":  # noqa: ANN401 (rich's Task)
            from rich.text import Text

            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    console = side()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(""), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task: TaskID = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_skipped(skipped: "Sequence[Skipped]") -> None:
    """The files that were left out, and why, on standard error."""
    if not skipped:
        return
    from rich.table import Table

    table = Table("skipped", "reason", box=None, header_style="bold yellow", padding=(0, 2, 0, 0))
    for item in skipped:
        table.add_row(one_line(str(item.path)), one_line(item.reason))
    side().print(table)


def figures_table(report: Mapping[str, Any]) -> "Table":
    """The figures of an evaluation: a row for each figure, a column for each pair of languages."""
    from rich.table import Table

    pairs: dict[str, Mapping[str, Any]] = {**report["pairs"], "all": report["all"]}
    table = Table("", *pairs, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in report["all"]:
        table.add_row(name, *(_figure(figures.get(name)) for figures in pairs.values()))
    return table


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
