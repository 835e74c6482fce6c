"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def _shift(value: float) -> float:
    """The library's own check of a range does not name the value."""
    if not -1 <= value <= 1:  # "nan" compares with nothing
        raise typer.BadParameter(f"{value} is not a number from -1 to 1")
    return value


Index = Annotated[Path, typer.Option("--index", metavar="DIR", help="Folder of the index.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Since = Annotated[str | None, typer.Option(metavar="D", help="Only articles from this day, month or year on.")]
Until = Annotated[str | None, typer.Option(metavar="D", help="Only articles up to this day, month or year.")]
Source = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only articles from this folder, file or feed; may be given several times."),
]
Threshold = Annotated[
    float,
    typer.Option(
        metavar="-1..1",
        callback=_shift,
        help="Shift the evidence that an answer needs: 1 refuses all, -1 answers all.",
    ),
]
QuestionText = Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in Dutch or English.")]
Passages = Annotated[int, typer.Option("-k", min=1, help="Passages to list.")]
Sentences = Annotated[int, typer.Option("-k", min=1, help="Sentences to list.")]
Model = Annotated[str | None, typer.Option(metavar="NAME", help="A sentence-transformers model, by name or folder.")]
