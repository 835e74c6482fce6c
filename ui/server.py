"""The web server: the page, the articles' pages, a health check, and the headers around them."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import ServeError
from index.records import Span
from qa import Assistant
from ui.access import Account, BasicAuth, RateLimit
from ui.chat import Chat
from ui.feedback import Feedback
from ui.gate import Gate
from ui.markup import article_page, status
from ui.origins import OwnOrigin
from ui.texts import choose_language, say, translations
from ui.uploads import MAX_BYTES, MOST_FILES, Uploads

_FINISHING = 5
"""Seconds that answers get to finish when the server is told to stop."""

_SESSIONS = 1000
"""Conversations kept at a time; the one that has been silent longest is forgotten first."""

_LOOKS = 0.01
"""Seconds between Gradio's looks at what waits; by itself it looks a thousand times a second, busy or not."""

_UPLOAD = MOST_FILES * (MAX_BYTES + 10_000)
"""Bytes of an upload: the files, and what stands around each."""

_HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'self'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to every response, and takes away Gradio's that let other sites read it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                theirs = [(name, value) for name, value in message["headers"] if not _replaced(name.decode().lower())]
                message = {**message, "headers": [*theirs, *ours]}
            await send(message)

        await self._app(scope, receive, with_headers)


def _replaced(name: str) -> bool:
    return name in _HEADERS or name.startswith("access-control-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the application is served.

    `hosts` are the names (Host headers) that are answered; `writable` allows uploads, rebuilding and feedback;
    `questions_a_minute` limits each address (0: no limit).
    """

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    writable: bool = True
    questions_a_minute: int = 0
    account: Account | None = None


def create_app(
    assistant: Assistant,
    settings: Settings = Settings(),  # noqa: B008 (a frozen value)
    examples: Callable[[], list[str]] = list,
) -> FastAPI:
    """The whole application.

    Args:
        assistant: answers the questions.
        settings: how it is served.
        examples: gives the questions to begin with.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported; nothing may call home
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)  # else each answer tabulates all the ones before it
    os.environ.setdefault("MPLBACKEND", "agg")  # where there is matplotlib, Gradio would load all of it
    import gradio as gr

    from ui.named_files import confine_files
    from ui.web import Services, build_page, page_file

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Gate, largest_upload=_UPLOAD if settings.writable else 0)
    if settings.account:
        app.add_middleware(BasicAuth, account=settings.account)
    app.add_middleware(OwnOrigin)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    app.add_middleware(SecurityHeaders)
    add_routes(app, assistant, page_file("article.css"))

    archive = assistant.archive
    chat = Chat(assistant, RateLimit(settings.questions_a_minute))
    feedback = Feedback(archive.folder) if settings.writable else None
    uploads = Uploads(archive, assistant.warm_up()) if settings.writable else None
    page = build_page(Services(chat, archive, assistant.sources, examples, feedback, uploads))
    page.state_session_capacity = _SESSIONS
    page.queue(default_concurrency_limit=8, max_size=200, api_open=False)  # nobody may go past the line
    page._queue.sleep_when_free = _LOOKS
    page._queue.progress_update_sleep_when_free = 10 * _LOOKS
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=MAX_BYTES,
        i18n=translations(),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=page_file("page.css"),
        js=page_file("page.js"),
    )
    confine_files(page)
    return app


def add_routes(app: FastAPI, assistant: Assistant, css: str) -> None:
    """The addresses beside the page."""

    def language_of(request: Request) -> str:
        return choose_language(request.headers.get("accept-language"))

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/status")
    def archive_status(request: Request, known: str = "") -> dict[str, Any]:
        language = language_of(request)
        assistant.archive.refresh()
        articles = assistant.archive.store.counts()["articles"]
        new = articles - int(known) if known.isdecimal() and len(known) < 10 else 0
        news = say(language, "new_article") if new == 1 else say(language, "new_articles", n=new)
        return {"articles": articles, "news": news, "line": status(assistant.archive, language)}

    @app.get("/article.css")
    def style() -> Response:
        return Response(css, media_type="text/css")

    @app.get("/article")
    def article(request: Request, id: str, start: int = 0, end: int = 0) -> Response:
        language = language_of(request)
        found = assistant.archive.store.article(id)
        if found is None:
            return PlainTextResponse(say(language, "no_article"), 404)
        return HTMLResponse(article_page(found, Span(start, end) if start < end else None, language))


def reserve(host: str, port: int) -> socket.socket:
    """Take the address, so that a port that is in use is known before anything slow begins.

    Raises:
        ServeError: it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reserved = socket.socket(family, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((host, port))
    except (OSError, OverflowError) as error:
        reserved.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ServeError(f"cannot serve on {host}:{port}: {reason[:1].lower()}{reason[1:]}") from error
    return reserved


def run(app: FastAPI, reserved: socket.socket) -> None:
    """Serve until told to stop (SIGTERM or Ctrl-C); running answers get a few seconds to finish."""
    import uvicorn

    signal.signal(signal.SIGTERM, _stopped)  # uvicorn raises the signal again once it has shut down

    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=_FINISHING, server_header=False, proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[reserved])


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    """Leave as from any other function, so that files are closed on the way."""
    raise SystemExit(0)
