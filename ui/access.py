"""Who gets in, and how often they may ask: passwords, Basic authentication, a limit on rate."""

import asyncio
import base64
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

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import ServeError

_OPEN_PATHS = ("/healthz",)
_GUESSES = 10
"""Passwords a minute that one address may try."""

_JUDGED = 1000
"""Authorization headers of which it is remembered whether they were right."""

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
        file.chmod(0o600)  # it may have been there already
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
        self._guesses = RateLimit(_GUESSES)
        self._judged: OrderedDict[bytes, bool] = OrderedDict()
        self._judging = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401, or 429 to who guesses."""
        if scope["type"] != "http" or scope["path"] in _OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        client, _ = scope.get("client") or ("", 0)
        refusal = await self._refusal(Headers(scope=scope).get("authorization", ""), client)
        await (refusal or self._app)(scope, receive, send)

    async def _refusal(self, header: str, client: str) -> Response | None:
        """A page is some fifty requests and scrypt is slow on purpose, so what was judged once is remembered."""
        wrong = PlainTextResponse("password needed", 401, {"www-authenticate": 'Basic realm="article-qa"'})
        given = _credentials(header)
        if given is None:
            return wrong
        seen = hashlib.sha256(header.encode("latin-1")).digest()
        if seen not in self._judged:
            async with self._judging:  # one at a time: who guesses must not take every core
                if seen not in self._judged:
                    if not self._guesses.allows(client):
                        return PlainTextResponse("too many passwords tried", 429, {"retry-after": "60"})
                    self._judged[seen] = await asyncio.to_thread(self._account.matches, *given)
                    if len(self._judged) > _JUDGED:
                        self._judged.popitem(last=False)
        self._judged.move_to_end(seen)
        return None if self._judged[seen] else wrong


def _credentials(header: str) -> tuple[str, str] | None:
    """User and password of an Authorization header, where it is a Basic one."""
    if not header.startswith("Basic "):
        return None
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except ValueError:  # no base64, or no text in it
        return None
    return user, password


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


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)
