"""Who gets in: guessed passwords, other sites' pages, servers behind a proxy; and what gets through the gate."""

import asyncio
import base64
import threading

import pytest
from starlette.exceptions import HTTPException

from index.errors import ServeError
from ui import access
from ui.gate import MAX_BODY, UPLOAD_PATH, Gate
from ui.origins import OwnOrigin, same_place
from ui.serving import PUBLIC_RATE, Request, _warning, settings_for


@pytest.fixture
def account(tmp_path):
    access.write_password(tmp_path / "password", "geheim")
    return access.Account.parse(f"jan:{tmp_path / 'password'}")


async def fine(scope, receive, send):
    """An application that answers whatever it is asked."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def status_of(app, path="/", address="192.0.2.1", method="GET", **headers):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named, "client": (address, 1234)}
    await app(scope, receive, send)
    return sent[0]["status"]


async def knock(app, password, address="192.0.2.1"):
    given = base64.b64encode(f"jan:{password}".encode()).decode()
    return await status_of(app, address=address, authorization=f"Basic {given}")


# -- passwords


def test_a_password_file_that_was_there_already_becomes_its_owners(tmp_path):
    file = tmp_path / "password"
    file.touch(mode=0o644)
    file.chmod(0o644)
    access.write_password(file, "geheim")
    assert file.stat().st_mode & 0o777 == 0o600
    assert access.Account.parse(f"jan:{file}").matches("jan", "geheim")


def test_who_guesses_has_to_wait_and_others_do_not(account):
    async def course():
        guarded = access.BasicAuth(fine, account)
        assert await knock(guarded, "geheim", "192.0.2.9") == 200
        assert [await knock(guarded, f"fout {n}") for n in range(12)] == [401] * 10 + [429] * 2
        assert await knock(guarded, "fout 3") == 401  # no new guess
        assert await knock(guarded, "geheim") == 200  # known to be right
        assert await knock(guarded, "anders", "192.0.2.2") == 401

    asyncio.run(course())


def test_a_password_is_judged_once_and_not_beyond_the_limit(account, monkeypatch):
    judged = []

    def matches(self, user, password):
        judged.append(password)
        return password == "geheim"

    monkeypatch.setattr(access.Account, "matches", matches)

    async def course():
        guarded = access.BasicAuth(fine, account)
        assert await asyncio.gather(*(knock(guarded, "geheim") for _ in range(40))) == [200] * 40
        await asyncio.gather(*(knock(guarded, f"fout {n}") for n in range(40)))

    asyncio.run(course())
    assert judged.count("geheim") == 1
    assert len(judged) == 10


def test_what_was_judged_is_not_remembered_without_end(account, monkeypatch):
    monkeypatch.setattr(access.Account, "matches", lambda self, user, password: password == "geheim")
    monkeypatch.setattr(access, "_JUDGED", 3)

    async def course():
        guarded = access.BasicAuth(fine, account)
        for number in range(10):
            await knock(guarded, "geheim")
            await knock(guarded, f"fout {number}", f"192.0.2.{number}")
        assert len(guarded._judged) == 3
        assert await knock(guarded, "geheim") == 200

    asyncio.run(course())


def test_others_are_served_while_a_password_is_judged(account, monkeypatch):
    served = threading.Event()
    monkeypatch.setattr(access.Account, "matches", lambda *_: served.wait(10))

    async def course():
        guarded = access.BasicAuth(fine, account)
        judging = asyncio.create_task(knock(guarded, "geheim"))
        await asyncio.sleep(0)
        assert await status_of(guarded, "/healthz") == 200
        served.set()
        assert await judging == 200

    asyncio.run(course())


# -- behind a proxy


@pytest.mark.parametrize("names", [("qa.example.org",), ("localhost", "192.0.2.1"), ("127.0.0.1", "qa.example.org")])
def test_a_server_with_a_name_of_its_own_is_not_only_for_this_machine(names, tmp_path):
    with pytest.raises(
        ServeError, match=rf"^{names[-1].replace('.', '[.]')}|.* and {names[-1]}.* --auth .* --insecure$"
    ):
        settings_for(Request(None, "127.0.0.1", 1, names=names))
    insecure = Request(None, "127.0.0.1", 1, names=names, insecure=True)
    settings = settings_for(insecure)
    assert (settings.writable, settings.questions_a_minute) == (False, PUBLIC_RATE)
    assert _warning(insecure, settings).startswith(f"{names[-1]} can be reached from other machines: everybody there")


def test_with_a_password_such_a_server_can_be_written_to(account, tmp_path):
    names = ("qa.example.org",)
    settings = settings_for(Request(None, "127.0.0.1", 1, names=names, auth=f"jan:{tmp_path / 'password'}", rate=0))
    assert (settings.writable, settings.questions_a_minute, settings.account) == (True, 0, account)


def test_this_machine_may_be_called_by_its_other_names():
    settings = settings_for(Request(None, "127.0.0.1", 1, names=("localhost", "::1")))
    assert (settings.writable, settings.questions_a_minute) == (True, 0)


# -- other sites' pages


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:7860", "localhost:7860", True),
        ("http://[::1]:7860", "[::1]:7860", True),
        ("https://qa.example.org", "qa.example.org", True),
        ("https://QA.example.org", "qa.example.org:443", True),
        ("https://qa.example.org:443", "qa.example.org", True),
        ("http://qa.example.org", "qa.example.org:80", True),
        ("https://qa.example.org:8443", "qa.example.org:8443", True),
        ("https://qa.example.org:8443", "qa.example.org", False),
        ("https://qa.example.org", "qa.example.org:80", False),
        ("http://localhost:3000", "localhost:7860", False),
        ("http://127.0.0.1:7860", "localhost:7860", False),
        ("https://evil.example", "qa.example.org", False),
        ("https://qa.example.org.evil.example", "qa.example.org", False),
        ("https://qa.example.org@evil.example", "qa.example.org", False),
        ("null", "localhost:7860", False),
        ("null", "null", False),
        ("", "", False),
        ("http://", "", False),
        ("file://", "localhost", False),
        ("chrome-extension://localhost", "localhost", False),
        ("http://localhost:x", "localhost:x", False),
        ("http://[::1", "[::1", False),
    ],
)
def test_an_origin_is_the_servers_own_when_it_names_its_host_and_port(origin, host, same):
    assert same_place(origin, host) == same


def test_what_another_sites_page_sends_is_refused():
    guarded = OwnOrigin(fine)
    for method in ("GET", "POST", "OPTIONS"):
        statuses = [
            asyncio.run(status_of(guarded, method=method, host="localhost:7860", **origin))
            for origin in ({}, {"origin": "http://localhost:7860"}, {"origin": "http://evil.example"})
        ]
        assert statuses == [200, 200, 403]


# -- the gate


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/gradio_api/queue/join", "100", 200),
        ("/gradio_api/queue/join", str(MAX_BODY + 1), 413),
        ("/gradio_api/queue/join", "-1", 413),
        ("/gradio_api/queue/join", "²", 413),
        ("/gradio_api/queue/join", "9" * 5000, 413),
        (UPLOAD_PATH, "200000", 200),
        (UPLOAD_PATH, "200001", 413),
        (f"{UPLOAD_PATH}_progress", "200000", 413),
        (f"{UPLOAD_PATH}/", "1", 404),
        ("/gradio_api/process_recording", "1", 404),
    ],
)
def test_bodies_are_no_larger_than_the_page_sends_them(path, length, status):
    headers = [(b"content-length", length.encode())]
    assert asyncio.run(_status(Gate(fine, 200_000), path, headers)) == status


async def _status(app, path, headers):
    sent = []

    async def send(message):
        sent.append(message)

    await app({"type": "http", "method": "POST", "path": path, "headers": headers}, None, send)
    return sent[0]["status"]


def test_uploads_can_be_off():
    assert asyncio.run(status_of(Gate(fine, 0), UPLOAD_PATH)) == 403
    assert asyncio.run(status_of(Gate(fine, 0))) == 200


@pytest.mark.parametrize(("path", "most"), [(UPLOAD_PATH, 500_000), ("/gradio_api/run/take", MAX_BODY)])
def test_of_a_body_that_does_not_say_how_long_it_is_no_more_is_read_than_the_limit(path, most):
    taken = []

    async def takes_all(scope, receive, send):
        while message := await receive():
            taken.append(len(message["body"]))

    async def endless():
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"transfer-encoding", b"chunked")]}
    with pytest.raises(HTTPException, match="413: too large"):
        asyncio.run(Gate(takes_all, 500_000)(scope, endless, None))
    assert sum(taken) == most
