"""Whose pages may use the server: only its own, not another site's in the same browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_PORTS = {"http": 80, "https": 443}


class OwnOrigin:
    """Turns away what a page of another site sends: a browser would add the reader's password to it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if scope["type"] != "http" or _own(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        refused = PlainTextResponse("sent by a page of another site, or by a proxy that does not pass Host on", 403)
        await refused(scope, receive, send)


def _own(headers: Headers) -> bool:
    """Whether no page sent a request, as browsers say which did, or the server's own."""
    return "origin" not in headers or same_place(headers["origin"], headers.get("host", ""))


def same_place(origin: str, host: str) -> bool:
    """Whether an Origin header names the host and the port of a Host header.

    The scheme says nothing: behind a proxy with TLS the browser's is another one than ours. So a port that neither or
    one of them leaves out is the one that the browser's scheme stands for.
    """
    try:
        there, here = urlsplit(origin), urlsplit(f"//{host}")
        usual = _PORTS[there.scheme]
        places = {(address.hostname, usual if address.port is None else address.port) for address in (there, here)}
    except (KeyError, ValueError):  # "null", or no address at all
        return False
    return len(places) == 1 and bool(there.hostname)
