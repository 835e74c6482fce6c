"""`python -m training`: rebuild the bundled model with one command; stop it and start it again as you like.

python -m training                          everything: vocabulary, training, averaging, the folder
python -m training reader                   the reader that judges sentences, on top of the finished model
python -m training evaluate FOLDER          a model folder on benchmarks/news and the held-out sentences
python -m training curve                    the figure in docs/, from the last run's measures
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from pathlib import Path

from index.errors import ArticleQAError
from training.settings import BUNDLED, WORK, ReaderRecipe, Recipe


def parser() -> argparse.ArgumentParser:
    """The command line; each number of the recipe is an option."""
    top = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    top.formatter_class = argparse.RawDescriptionHelpFormatter
    top.add_argument("command", nargs="?", choices=("build", "reader", "evaluate", "curve"), default="build")
    top.add_argument("folder", nargs="?", type=Path, help="model folder (evaluate)")
    top.add_argument("--work", type=Path, default=WORK, help="checkpoints and teacher vectors")
    top.add_argument("--out", type=Path, default=BUNDLED, help="where the finished model goes")
    top.add_argument("--threads", type=int, default=2)
    for field in dataclasses.fields(Recipe):
        top.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    return top


def main() -> int:
    """Runs the command; faults of the user's are one line on stderr and exit status 1."""
    options = parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    for library in ("httpx", "faiss"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if options.command == "evaluate" and options.folder is None:
        parser().error("evaluate needs a model folder")
    try:
        _run(options)
    except ArticleQAError as error:
        sys.stderr.write(f"training: {error}\n")
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    from training.run import build, evaluate_folder

    if options.command == "evaluate":
        evaluate_folder(options.folder, options.threads)
        return
    if options.command == "reader":
        from training.build_reader import build_reader

        build_reader(ReaderRecipe(), options.work, options.threads)
        return
    recipe = Recipe(**{f.name: getattr(options, f.name) for f in dataclasses.fields(Recipe)})
    if options.command == "curve":
        from training.curve import curve

        curve(recipe, options.work)
    else:
        build(recipe, options.work, options.out, options.threads)


if __name__ == "__main__":
    sys.exit(main())
