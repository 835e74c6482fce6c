"""The web server: the page, the articles' pages, a health check, and the headers around them."""

import os
import socket
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import ServeError
from index.records import Span
from qa import Assistant
from ui.markup import article_page
from ui.texts import choose_language, say, translations

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_FINISHING = 5
"""Seconds that answers get to finish when the server is told to stop."""

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
    """Adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                theirs = [(name, value) for name, value in message["headers"] if name.decode().lower() not in _HEADERS]
                message = {**message, "headers": [*theirs, *ours]}
            await send(message)

        await self._app(scope, receive, with_headers)


def create_app(assistant: Assistant, examples: Sequence[str] = (), hosts: Sequence[str] = LOOPBACK) -> FastAPI:
    """The whole application.

    Args:
        assistant: answers the questions.
        examples: questions to begin with.
        hosts: the names (Host headers) that are answered.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported; nothing may call home
    import gradio as gr

    from ui.web import build_page, page_file

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/article.css")
    def style() -> Response:
        return Response(page_file("article.css"), media_type="text/css")

    @app.get("/article")
    def article(request: Request, id: str, start: int = 0, end: int = 0) -> Response:
        language = choose_language(request.headers.get("accept-language"))
        found = assistant.archive.store.article(id)
        if found is None:
            return PlainTextResponse(say(language, "no_article"), 404)
        return HTMLResponse(article_page(found, Span(start, end) if start < end else None, language))

    page = build_page(assistant, examples)
    page.queue(default_concurrency_limit=8, max_size=200)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="10mb",
        i18n=translations(),
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=page_file("page.css"),
        js=page_file("page.js"),
    )
    return app


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

    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=_FINISHING, server_header=False, proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[reserved])
