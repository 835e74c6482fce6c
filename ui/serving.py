"""`article-qa serve`: an index, a model and a page, brought up in the order in which things go wrong soonest."""

import threading
from contextlib import closing
from pathlib import Path

from index.errors import ArchiveMissingError
from qa import Assistant
from ui import terminal
from ui.indexing import open_embedder, update_shown, watch_sources
from ui.server import create_app, reserve, run

SAMPLES = Path("seeds")
"""Sample articles, where the working directory has them."""


def serve_page(index: Path, host: str, port: int, watch: Path | None) -> None:
    """Serve until told to stop; the index is built first where there is none and articles are at hand.

    Raises:
        ServeError: the address is taken or not ours.
        ArticleQAError: there is no index and nothing to build one from, or it cannot be used.
    """
    with reserve(host, port) as reserved, closing(_open(index, watch)) as assistant:
        with terminal.spinner("Loading the model…"):
            embedder = assistant.warm_up()
        with terminal.spinner("Preparing the page…"):
            app = create_app(assistant)
        stop = threading.Event()
        if watch:
            threading.Thread(target=watch_sources, args=(index, [watch], embedder, stop), daemon=True).start()
        terminal.show(f"http://{host}:{port}/ (Ctrl-C stops it)")
        try:
            run(app, reserved)
        finally:
            stop.set()


def _open(index: Path, watch: Path | None) -> Assistant:
    try:
        if watch is None:
            return Assistant.open(index)
    except ArchiveMissingError:
        if not SAMPLES.is_dir():
            raise
    sources = [watch or SAMPLES]
    with terminal.spinner("Loading the model…"):
        embedder = open_embedder(index, sources, None)
    update_shown(index, sources, embedder)
    return Assistant.open(index)
