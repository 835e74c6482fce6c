"""`article-qa serve`: an index, a model and a page, brought up in the order in which things go wrong soonest."""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.errors import ArchiveMissingError, ArticleQAError, ServeError
from qa import Assistant
from ui import terminal
from ui.access import Account, allowed_hosts, is_loopback
from ui.examples import example_questions
from ui.indexing import open_embedder, update_shown, watch_shown
from ui.server import Settings, create_app, reserve, run

SAMPLES = Path("seeds")
"""Sample articles, where the working directory has them."""

PUBLIC_RATE = 30
"""Questions a minute from one address, beyond this machine, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What `serve` was asked for."""

    index: Path
    host: str
    port: int
    watch: Path | None = None
    auth: str | None = None
    insecure: bool = False
    rate: int | None = None
    names: tuple[str, ...] = ()


def settings_for(request: Request) -> Settings:
    """How to serve: whoever is beyond this machine needs a password, and without one cannot change anything.

    Raises:
        ServeError: it would be open to others and nothing says that this is meant.
    """
    local = not _reached_as(request)
    account = Account.parse(request.auth) if request.auth else None
    if not local and account is None and not request.insecure:
        raise ServeError(
            f"{_reached_as(request)} can be reached from other machines: ask for a password with "
            "--auth user:password-file, or say --insecure"
        )
    rate = request.rate if request.rate is not None else 0 if local else PUBLIC_RATE
    return Settings(
        hosts=tuple(allowed_hosts(request.host, request.names)),
        writable=local or account is not None,
        questions_a_minute=rate,
        account=account,
    )


def _reached_as(request: Request) -> str:
    """What others call the server; nothing where only this machine can reach it.

    A name of its own means a proxy before it, whatever address it listens on.
    """
    return " and ".join(name for name in (request.host, *request.names) if not is_loopback(name))


def serve_page(request: Request) -> None:
    """Serve until told to stop; the index is built first where there is none and articles are at hand.

    Raises:
        ServeError: the address is taken or not ours, or it would be open to others by mistake.
        ArticleQAError: there is no index and nothing to build one from, or it cannot be used.
    """
    settings = settings_for(request)
    if _reached_as(request):
        terminal.warn(_warning(request, settings))
    with reserve(request.host, request.port) as reserved, closing(_open(request)) as assistant:
        with terminal.spinner("Loading the model…"):
            embedder = assistant.warm_up()
        _one_thread_each()
        examples = _Examples(assistant)
        with terminal.spinner("Preparing the page…"):
            app = create_app(assistant, settings, examples)
        stop = threading.Event()
        _start(examples.find)
        if request.watch:
            sources = [request.watch]
            _start(lambda: watch_shown(request.index, sources, embedder, stop=stop))
        terminal.show(f"{address(request.host, request.port)} (Ctrl-C stops it)")
        try:
            run(app, reserved)
        finally:
            stop.set()


class _Examples:
    """Example questions, which are looked for while the page is already there."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._found: list[str] = []

    def __call__(self) -> list[str]:
        return self._found

    def find(self) -> None:
        """Look for them; a page without examples is still a page."""
        try:
            self._found = example_questions(self._assistant)
        except ArticleQAError as error:
            terminal.warn(str(error))


def _one_thread_each() -> None:
    """Readers ask at the same time: a question's small sums shared between cores cost more than they save."""
    import torch

    torch.set_num_threads(1)


def _start(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


def address(host: str, port: int) -> str:
    """What to open in a browser on this machine; the address that stands for all of them can only be listened on."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _warning(request: Request, settings: Settings) -> str:
    who = "whoever knows the password" if settings.account else "everybody"
    how = "" if is_loopback(request.host) else ", without encryption"
    return (
        f"{_reached_as(request)} can be reached from other machines{how}: {who} there can ask questions, "
        f"under the names {', '.join(settings.hosts)}; add others with --name"
    )


def _open(request: Request) -> Assistant:
    try:
        if request.watch is None:
            return Assistant.open(request.index)
    except ArchiveMissingError:
        if not SAMPLES.is_dir():
            raise
    sources = [request.watch or SAMPLES]
    with terminal.spinner("Loading the model…"):
        embedder = open_embedder(request.index, sources, None)
    update_shown(request.index, sources, embedder)
    return Assistant.open(request.index)
