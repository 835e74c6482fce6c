"""The command line. Flags and the environment are read here and nowhere below; the work is done elsewhere.

Nothing heavy is imported before a command needs it, so that `--help` answers at once.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from index.errors import ArchiveDamagedError, ArticleQAError
from ui import terminal
from ui.asking import DEFAULT_INDEX, ask, explain, search
from ui.options import Index, Json, Model, Threshold

_QUIET = {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""The libraries' own chatter, off unless the environment asks for it."""


class _Commands(typer.core.TyperGroup):
    """Turns every error of ours into one line and exit status 1."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 (typer's own context)
        try:
            return super().invoke(ctx)
        except ArticleQAError as error:
            terminal.fail(str(error))
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _setup() -> None:
    """Questions answered from a folder of news articles, with exact citations, in Dutch and English."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@app.command("index")
def index_command(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Folders, files or feeds of articles.")],
    index: Index = DEFAULT_INDEX,
    model: Model = None,
    include: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Only files like this.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="No files like this.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Also remove what is left of sources that are gone.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and take in what changes.")] = False,
) -> None:
    """Build an index of articles, or bring it up to date."""
    from index.sources import Patterns
    from index.stopping import stop_on_interrupt
    from index.update import plan_update
    from ui.indexing import as_sources, open_embedder, show_report, update_shown, watch_shown

    named = as_sources(sources)
    patterns = Patterns(tuple(include or ()), tuple(exclude or ()))
    if dry_run:
        show_report(plan_update(index, named, patterns=patterns, prune=prune))
        return
    with terminal.spinner("Loading the model…"):
        embedder = open_embedder(index, named, model, patterns, prune)
    with stop_on_interrupt() as stop:
        if update_shown(index, named, embedder, patterns, prune, stop.is_set).stopped:
            raise typer.Exit(1)
        if watch:
            watch_shown(index, named, embedder, patterns, stop)


app.command()(ask)
app.command()(search)
app.command()(explain)


@app.command()
def serve(
    index: Index = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    watch: Annotated[
        Path | None, typer.Option(metavar="SOURCE", help="A folder of articles to keep up with while serving.")
    ] = None,
    auth: Annotated[
        str | None, typer.Option(metavar="USER:FILE", help="Ask for this user's password; FILE is made by `password`.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Serve beyond this machine without a password.")] = False,
    rate: Annotated[
        int | None, typer.Option(min=0, help="Questions a minute from one address; 0 for no limit.")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A name the server is known by, as behind a proxy."),
    ] = None,
) -> None:
    """Answer questions in the browser."""
    from ui.serving import Request, serve_page

    serve_page(Request(index, host, port, watch, auth, insecure, rate, tuple(name or ())))


@app.command()
def password(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to keep it.")]) -> None:
    """Make a password file for `serve --auth`."""
    from ui.access import write_password

    write_password(file, typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@app.command()
def feedback(
    index: Index = DEFAULT_INDEX,
    as_json: Json = False,
    questions: Annotated[bool, typer.Option("--questions", help="Print evaluation questions, one a line.")] = False,
) -> None:
    """Show what readers thought of the answers."""
    from ui.feedback import Feedback
    from ui.render import feedback_text

    kept = Feedback(index)
    if questions:
        for question in kept.questions():
            terminal.output().out(json.dumps(question, ensure_ascii=False), highlight=False)
    elif as_json:
        terminal.print_json(kept.read())
    else:
        terminal.show(feedback_text(kept.read()))


@app.command()
def evaluate(
    benchmark: Annotated[
        Path, typer.Argument(metavar="BENCHMARK", help="A folder with articles/ and questions.jsonl.")
    ],
    as_json: Json = False,
    model: Model = None,
    threshold: Threshold = 0.0,
) -> None:
    """Measure retrieval, answers and refusals on a benchmark."""
    from qa.evaluate import evaluate as run_benchmark

    with terminal.progress_bar("Asking") as progress:
        report = run_benchmark(benchmark, model, progress, threshold)
    if as_json:
        terminal.print_json(report)
    else:
        terminal.output().print(terminal.figures_table(report))


@app.command()
def status(index: Index = DEFAULT_INDEX, as_json: Json = False) -> None:
    """Tell what an index holds."""
    from index.status import archive_status
    from ui.render import status_json, status_text

    figures = status_json(index, archive_status(index))
    if as_json:
        terminal.print_json(figures)
    else:
        terminal.show(status_text(figures))


@app.command()
def export(index: Index = DEFAULT_INDEX) -> None:
    """Print all articles of an index as JSON lines, which `index` reads again."""
    from index.status import export_lines

    for line in export_lines(index):
        terminal.output().out(line, highlight=False)


@app.command()
def verify(
    index: Index = DEFAULT_INDEX,
    repair: Annotated[bool, typer.Option("--repair", help="Make again what is damaged and can be made again.")] = False,
) -> None:
    """Check that an index is whole; exit status 1 where it is not."""
    from index.verify import repair_archive, verify_archive

    if repair:
        with terminal.spinner("Repairing…"):
            done = repair_archive(index)
        terminal.show("\n".join(done) or f"{index}: nothing to repair")
    with terminal.spinner("Checking…"):
        problems = verify_archive(index)
    for problem in problems:
        terminal.show(problem)
    if problems:
        raise ArchiveDamagedError(f"{index}: {len(problems)} problem(s) found; try verify --repair")
    terminal.show(f"{index}: no problems found")


def main() -> None:
    """The entry point."""
    app(prog_name="article-qa")


if __name__ == "__main__":
    main()
