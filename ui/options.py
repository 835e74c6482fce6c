"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Index = Annotated[Path, typer.Option("--index", metavar="DIR", help="Folder of the index.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Since = Annotated[str | None, typer.Option(metavar="D", help="Only articles from this day, month or year on.")]
Until = Annotated[str | None, typer.Option(metavar="D", help="Only articles up to this day, month or year.")]
QuestionText = Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in Dutch or English.")]
Passages = Annotated[int, typer.Option("-k", min=1, help="Passages to list.")]
Model = Annotated[str | None, typer.Option(metavar="NAME", help="A sentence-transformers model, by name or folder.")]
