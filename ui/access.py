"""Who gets in, and how much they may ask: passwords, Basic authentication, limits on rate and size."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import ServeError

MAX_BODY = 100_000
"""Bytes of a request that is not an upload: a question of 2,000 characters is a few kilobytes."""

UPLOAD_PATH = "/gradio_api/upload"

_OPEN_PATHS = ("/healthz",)
_CLOSED_PATHS = tuple(
    prefix + path
    for prefix in ("/", "/gradio_api/")
    for path in (
        "monitoring",
        "proxy=",
        "deep_link",
        "run-history",
        "runs",
        "stream/",
        "openapi.json",
        "custom_component",
    )
)
"""What Gradio serves besides, and this page has no use for."""

_CLIENTS = 10_000
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_hosts(host: str, more: Sequence[str] = ()) -> list[str]:
    """The names by which browsers may address the server: a foreign name that points here is somebody's trick.

    Args:
        host: the address it listens on.
        more: names it is known by besides, as behind a proxy.
    """
    names = {"127.0.0.1", "localhost", host, *more}
    if not is_loopback(host):
        names |= {"::1", socket.gethostname(), socket.getfqdn()}
        try:
            names |= {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None)}
        except OSError:
            pass  # a machine need not know its own name
    named = names - {"0.0.0.0", "::", ""}
    return sorted({f"[{name}]" if ":" in name else name.lower() for name in named})  # as browsers put them


# -- passwords


def hash_password(password: str) -> str:
    """A line to keep in a password file: scrypt with a random salt, both in hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def write_password(file: Path, password: str) -> None:
    """Keep a password's hash in a file that only its owner can read.

    Raises:
        ServeError: the file cannot be written.
    """
    try:
        file.touch(mode=0o600)
        file.write_text(hash_password(password) + "\n", "ascii")
    except OSError as error:
        raise ServeError(f"{file}: cannot be written ({error.strerror})") from error


@dataclass(frozen=True, slots=True)
class Account:
    """A user name, and the hash of the password that goes with it."""

    user: str
    salt: bytes
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> "Account":
        """Read `user:password-file`, the file as `article-qa password` writes it.

        Raises:
            ServeError: it is written in another way, or the file is not one.
        """
        user, colon, name = text.partition(":")
        if not (user and colon and name):
            raise ServeError(f"--auth takes user:password-file, not '{text}'")
        try:
            kind, salt, digest = Path(name).read_text("ascii").strip().split("$")
            account = cls(user, bytes.fromhex(salt), bytes.fromhex(digest))
        except OSError as error:
            raise ServeError(f"{name}: cannot be read ({error.strerror})") from error
        except ValueError as error:
            raise ServeError(f"{name}: not a password file; make one with: article-qa password {name}") from error
        if kind != "scrypt" or len(account.digest) != _SCRYPT["dklen"]:
            raise ServeError(f"{name}: not a password file; make one with: article-qa password {name}")
        return account

    def matches(self, user: str, password: str) -> bool:
        """Whether these open the door; it takes equally long when the user's name is wrong."""
        right = hmac.compare_digest(_scrypt(password, self.salt), self.digest)
        return hmac.compare_digest(user.encode(), self.user.encode()) and right


class BasicAuth:
    """Lets through only who knows the password; every path is covered but the health check."""

    def __init__(self, app: ASGIApp, account: Account) -> None:
        self._app = app
        self._account = account
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401."""
        if scope["type"] != "http" or scope["path"] in _OPEN_PATHS or self._admitted(_header(scope, b"authorization")):
            await self._app(scope, receive, send)
            return
        refused = PlainTextResponse("password needed", 401, {"www-authenticate": 'Basic realm="article-qa"'})
        await refused(scope, receive, send)

    def _admitted(self, header: bytes) -> bool:
        """A page is some fifty requests and scrypt is slow on purpose, so what was right is remembered as a hash."""
        seen = hashlib.sha256(header).digest()
        if seen in self._known:
            return True
        try:
            user, _, password = base64.b64decode(header.removeprefix(b"Basic "), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        if not header.startswith(b"Basic ") or not self._account.matches(user, password):
            return False
        self._known.add(seen)
        return True


# -- limits


class RateLimit:
    """At most so many events a minute for each client."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Limit; 0 is no limit."""
        self._most = a_minute
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, client: str) -> bool:
        """Whether a client may do one more now, which then counts."""
        if not self._most:
            return True
        with self._lock:
            now = self._clock()
            times = self._times.setdefault(client, deque())
            self._times.move_to_end(client)
            while len(self._times) > _CLIENTS:
                self._times.popitem(last=False)
            while times and times[0] <= now - 60:
                times.popleft()
            if len(times) >= self._most:
                return False
            times.append(now)
            return True


class Gate:
    """Turns away what the page never asks for: closed paths, bodies too large, uploads where they are off."""

    def __init__(self, app: ASGIApp, uploads: bool) -> None:
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403, 404 or 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        upload = scope["path"].startswith(UPLOAD_PATH)
        refusal = self._refusal(scope, upload)
        if refusal:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive if upload else _counted(receive), send)

    def _refusal(self, scope: Scope, upload: bool) -> PlainTextResponse | None:
        length = _header(scope, b"content-length")
        if scope["path"].startswith(_CLOSED_PATHS):
            return PlainTextResponse("not found", 404)
        if upload and not self._uploads:
            return PlainTextResponse("uploads are off", 403)
        if not upload and length and (not length.isdigit() or int(length) > MAX_BODY):
            return PlainTextResponse("too large", 413)
        return None


def _counted(receive: Receive) -> Receive:
    """A body without a declared length ends where the limit is reached."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        return {"type": "http.disconnect"} if read > MAX_BODY else message

    return limited


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)
