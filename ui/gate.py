"""What gets through to the application: the paths that the page uses, with bodies no larger than it sends."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 100_000
"""Bytes of a request that is not an upload: a question of 2,000 characters is a few kilobytes."""

UPLOAD_PATH = "/gradio_api/upload"

_PATHS = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"}
    | {"/healthz", "/status", "/article", "/article.css", UPLOAD_PATH}
    | {
        f"/gradio_api/{name}"
        for name in ("queue/join", "queue/data", "cancel", "reset", "upload_progress", "info", "app_id", "theme.css")
    }
)
_TREES = ("/assets/", "/static/", "/gradio_api/run/", "/gradio_api/heartbeat/")
"""Gradio serves more, files and addresses that a request names among it, and later versions may serve more again."""


class Gate:
    """Turns away what the page never asks for: other paths, bodies too large, uploads where they are off."""

    def __init__(self, app: ASGIApp, largest_upload: int) -> None:
        """Guard an application.

        Args:
            app: the application.
            largest_upload: bytes of an upload, all its files together; 0: uploads are off.
        """
        self._app = app
        self._largest_upload = largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403, 404 or 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        most = self._largest_upload if path == UPLOAD_PATH else MAX_BODY
        if path not in _PATHS and not path.startswith(_TREES):
            await PlainTextResponse("not found", 404)(scope, receive, send)
        elif not most:
            await PlainTextResponse("uploads are off", 403)(scope, receive, send)
        elif _exceeds(Headers(scope=scope).get("content-length", "0"), most):
            await PlainTextResponse("too large", 413)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, most), send)


def _exceeds(length: str, most: int) -> bool:
    return not (length.isascii() and length.isdigit()) or len(length) > len(str(most)) or int(length) > most


def _counted(receive: Receive, most: int) -> Receive:
    """A body without a declared length is read up to the limit, and is too large then."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, "too large")
        return message

    return limited
