"""The whole application against requests that no page of ours sends: no file, no fetch, no route that is not needed."""

import itertools
import os
import re
import socket
import uuid
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, own_event_loop

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

from fastapi.routing import iter_route_contexts  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from starlette.routing import Mount  # noqa: E402

from ui import chat  # noqa: E402
from ui.server import Settings, create_app  # noqa: E402

SECRET = "what only the owner of this machine may read"
META = {"_type": "gradio.FileData"}


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory):
    """Where Gradio keeps what is uploaded."""
    return tmp_path_factory.mktemp("uploaded")


@pytest.fixture(scope="module")
def client(uploaded):
    with pytest.MonkeyPatch.context() as patched, own_event_loop():
        patched.setattr(chat, "_PACE", 0)
        patched.setenv("GRADIO_TEMP_DIR", str(uploaded))
        with TestClient(create_app(FakeAssistant()), "http://localhost", raise_server_exceptions=False) as served:
            yield served


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, "utf-8")
    return file


def events(client):
    """The numbers of the page's events, and how many inputs each has."""
    config = client.get("/config").json()
    return [(each["id"], len(each["inputs"])) for each in config["dependencies"] if each["backend_fn"]]


def send(client, number, data):
    """All that comes back when an event is sent past the line, and when it waits in line."""
    session = uuid.uuid4().hex
    body = {"data": data, "event_data": data[0] if data else None, "fn_index": number, "session_hash": session}
    texts = [client.post("/gradio_api/run/predict", json=body).text]
    joined = client.post("/gradio_api/queue/join", json=body)
    if joined.status_code == 200:
        texts.append(client.get("/gradio_api/queue/data", params={"session_hash": session}).text)
    return [*texts, joined.text]


def named(file, uploaded):
    """A file as requests may name it."""
    plain = {"path": str(file), "meta": META}
    away = os.path.relpath(file, uploaded)
    objects = [
        plain,
        {**plain, "url": f"/gradio_api/file={file}"},
        {**plain, "url": f"http://localhost/gradio_api/file={file}"},
        {**plain, "is_stream": True},
        {"path": f"{uploaded}/{away}", "meta": META},
        {"path": os.path.relpath(file), "meta": META},
        {"path": f"file://{file}", "meta": META},
        {"path": f"https://../../../../../../../../..{file}", "meta": META, "is_stream": True},
        {"path": str(file)},
        str(file),
    ]
    return [*objects, [plain], [[plain]], {"files": [{"file": plain}]}, {"value": plain}]


def test_a_file_that_a_request_names_is_read_by_no_event(client, uploaded, secret):
    replies = [
        text
        for (number, inputs), value in itertools.product(events(client), named(secret, uploaded))
        for text in send(client, number, [value] * inputs)
    ]
    assert len(replies) > 300
    assert not [text for text in replies if SECRET in text]
    assert [file for file in uploaded.rglob("*") if file.is_file() and SECRET in file.read_text("utf-8")] == []
    for path in {path for text in replies for path in re.findall(rf"{uploaded}[^\s\"'\\]*", text)}:
        assert client.get(f"/gradio_api/file={path}").status_code == 404


def test_an_uploaded_file_is_taken_in_and_served_to_nobody(client, uploaded, tmp_path):
    hostile = ("files", ("../../../etc/naast.txt", b"Een bericht over de dijk.", "text/plain"))
    [path] = client.post("/gradio_api/upload", files=[hostile]).json()
    assert Path(path).resolve().is_relative_to(uploaded)
    assert not (tmp_path / "naast.txt").exists()
    for address in (f"file={path}", f"file/{path}", f"file{path}", f"stream/{path}"):
        response = client.get(f"/gradio_api/{address}")
        assert (response.status_code, "dijk" in response.text) == (404, False)


def test_no_path_leads_to_a_file(client, secret):
    up = "../" * 12
    for tree in ("file=", "file/", "static/", "assets/", "svelte/", "gradio_api/file=", "gradio_api/file/", ""):
        for path in (
            secret,
            f"{up}{secret}",
            f"{up}{secret}".replace("/", "%2f"),
            f"{up}{secret}".replace("..", "%2e%2e"),
        ):
            response = client.get(f"/{tree}{path}")
            assert SECRET not in response.text
            assert response.status_code in (403, 404)


ELSEWHERE = ["https://example.org/x.png", "http://93.184.216.34/x.txt"]


def test_the_server_calls_nobody(client, monkeypatch):
    called = []

    def refuse(*given, **_):
        called.append(given)
        raise OSError("nobody is called here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    for (number, inputs), address in itertools.product(events(client), ELSEWHERE):
        plain = {"path": address, "meta": META}
        for value in (plain, [plain], {**plain, "url": address}, {**plain, "is_stream": True}, [{"path": address}]):
            send(client, number, [value] * inputs)
    for address, tree in itertools.product(ELSEWHERE, ("file=", "file/", "proxy=", "stream/")):
        assert client.get(f"/gradio_api/{tree}{address}").status_code == 404
        assert client.head(f"/gradio_api/{tree}{address}").status_code == 404
    assert called == []


OPEN = {
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/assets/{path:path}",
    "/static/{path:path}", "/gradio_api/app_id", "/gradio_api/cancel", "/gradio_api/heartbeat/{session_hash}",
    "/gradio_api/info", "/gradio_api/queue/data", "/gradio_api/queue/join", "/gradio_api/reset",
    "/gradio_api/run/{api_name}", "/gradio_api/run/{api_name}/", "/gradio_api/theme.css", "/gradio_api/upload",
    "/gradio_api/upload_progress",
}  # fmt: skip


def test_of_what_gradio_serves_only_what_the_page_uses_is_open(client):
    [gradio] = [route.app for route in client.app.routes if isinstance(route, Mount)]
    served = [route for route in iter_route_contexts(gradio.routes) if "heartbeat" not in route.path]  # it never ends
    routes = {route.path: "POST" if "POST" in route.methods else "GET" for route in served}
    assert len(routes) > 60
    reached = {
        path
        for path, method in routes.items()
        if client.request(method, re.sub(r"{[^}]*}", "x", path)).text != "not found"
    }
    assert reached == OPEN - {"/gradio_api/heartbeat/{session_hash}"}


def test_an_event_that_waits_in_line_cannot_be_sent_past_it(client):
    [number] = [each["id"] for each in client.get("/config").json()["dependencies"] if each["api_name"] == "read_again"]
    body = {"data": [], "fn_index": number, "session_hash": "past"}
    assert client.post("/gradio_api/run/predict", json=body).status_code == 404


def test_an_upload_beyond_what_is_taken_in_is_refused_before_it_is_read(client, uploaded):
    before = set(uploaded.rglob("*"))
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": "500000000"}
    assert client.post("/gradio_api/upload", content=b"x", headers=headers).status_code == 413
    assert set(uploaded.rglob("*")) == before


def test_a_body_that_turns_out_to_be_too_large_is_refused(client):
    chunks = (b"x" * 10_000 for _ in range(50))
    headers = {"content-type": "application/json"}
    assert client.post("/gradio_api/queue/join", content=chunks, headers=headers).status_code == 413


def test_no_other_site_may_send_or_read_anything(client):
    foreign = {"origin": "https://evil.example"}
    article = [("files", ("a.txt", b"Een bericht.", "text/plain"))]
    assert client.post("/gradio_api/upload", files=article, headers=foreign).status_code == 403
    assert client.get("/status", headers=foreign).status_code == 403
    asked = {**foreign, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    assert client.options("/gradio_api/queue/join", headers=asked).status_code == 403
    own = client.get("/config", headers={"origin": "http://localhost"})
    assert own.status_code == 200
    assert not [name for name in own.headers if name.startswith("access-control-")]


def test_behind_a_proxy_with_tls_its_own_page_may():
    settings = Settings(hosts=("qa.example.org",))
    with own_event_loop():
        client = TestClient(create_app(FakeAssistant(), settings), "http://qa.example.org")
        assert client.get("/config", headers={"origin": "https://qa.example.org"}).status_code == 200
        answer = client.get("/config", headers={"origin": "https://evil.example"})
        assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


@pytest.mark.parametrize("known", ["9" * 5000, "9" * 10, "-1", "²", "1e9", " 1", ""])
def test_any_number_may_be_said_to_be_known(client, known):
    state = client.get("/status", params={"known": known}, headers={"accept-language": "en"}).json()
    assert state["news"] == "0 new articles"
