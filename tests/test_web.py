"""The web application without a browser: addresses, headers, the articles' pages, the course of a conversation."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from fake_assistant import SENTENCE, SOFTBANK, FakeAssistant, own_event_loop

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

from fastapi.testclient import TestClient  # noqa: E402

from index.dates import DateRange  # noqa: E402
from index.errors import ServeError  # noqa: E402
from index.limits import Limits  # noqa: E402
from qa.question import MAX_CHARACTERS, parse_question  # noqa: E402
from qa.records import Turn  # noqa: E402
from ui import chat  # noqa: E402
from ui.access import RateLimit  # noqa: E402
from ui.escaping import safe  # noqa: E402
from ui.filters import Filters, choices, from_link, link, source_names  # noqa: E402
from ui.markup import sources  # noqa: E402
from ui.server import create_app, reserve  # noqa: E402
from ui.texts import TEXTS  # noqa: E402


@pytest.fixture(scope="module")
def client():
    with own_event_loop():
        yield TestClient(create_app(FakeAssistant()), base_url="http://localhost")


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    monkeypatch.setattr(chat, "_PACE", 0)


def ask(question, turns=(), assistant=None, a_minute=0, filters=Filters()):  # noqa: B008
    """The updates of a question, all at once."""
    talk = chat.Chat(assistant or FakeAssistant(), RateLimit(a_minute))
    return list(talk.answer(question, list(turns), filters, chat.Visitor("nl", "192.0.2.1")))


def last(updates):
    """The update that brings the turns, or else the last one."""
    updates = list(updates)
    return next((update for update in updates if update.turns), updates[-1])


def test_health_tells_nothing_but_that_it_is_well(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/", "/healthz", "/article?id=none", "/config", "/nonsense"])
def test_every_response_has_the_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "object-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_foreign_host_names_are_refused(client):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
def test_there_is_no_list_of_everything(client, path):
    assert client.get(path).status_code == 404


def test_an_article_has_a_page_with_its_sentence_marked(client):
    start = SOFTBANK.text.index(SENTENCE)
    response = client.get("/article", params={"id": SOFTBANK.id, "start": start, "end": start + len(SENTENCE)})
    assert response.status_code == 200
    assert f'<mark id="cited">{safe(SENTENCE)}</mark>' in response.text
    assert client.get("/article.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("name", ["none.txt", "../../etc/passwd", "/etc/passwd", "<script>"])
def test_what_is_not_in_the_archive_has_no_page(client, name):
    response = client.get("/article", params={"id": name}, headers={"accept-language": "nl"})
    assert (response.status_code, response.text) == (404, TEXTS["nl"]["no_article"])


def test_the_page_names_nothing_outside(client):
    page = client.get("/").text + client.get("/theme.css").text
    loaded = re.findall(r"""(?:src|href)=["'](https?://[^"']+)|url\(["']?(https?://[^)"']+)""", page)
    assert not [address for pair in loaded for address in pair if address and "localhost" not in address]


def test_a_conversation_keeps_the_texts_that_it_shows_and_of_others_their_dates():
    reply = FakeAssistant().ask("Nvidia?")
    first, other = reply.passages[0], replace(reply.passages[0].article, id="other.txt", date=None)
    more = replace(reply, passages=(first, *reply.passages, first, replace(first, article=other)))
    turn, whole = Turn("Nvidia?", chat.kept(more)), Turn("Nvidia?", more)
    assert sources([turn], "nl", {}) == sources([whole], "nl", {})
    [bare] = [hit for hit in turn.reply.passages if not hit.article.text]
    assert (bare.article.id, bare.article.date) == ("other.txt", None)


def test_an_answer_arrives_a_sentence_at_a_time():
    updates = ask("Waarom verkocht SoftBank Nvidia?")
    lengths = [len(update.messages[-1]["content"]) for update in updates]
    assert updates[0].messages[-1]["role"] == "user"
    assert lengths[1] < lengths[2]
    assert "<mark>" in updates[1].sources
    assert len(last(updates).turns) == 1


def test_the_conversation_so_far_is_passed_on():
    heard = []

    class Listening(FakeAssistant):
        def ask(self, text, days=None, history=(), *, sources=()):
            heard.append([turn.question for turn in history])
            return super().ask(text)

    turns = last(ask("Nvidia?", assistant=Listening())).turns
    ask("En waarom dan?", turns, Listening())
    assert heard == [[], ["Nvidia?"]]


def test_a_long_conversation_is_kept_short():
    turns = []
    for _ in range(chat.MOST_TURNS + 2):
        turns = last(ask("Nvidia?", turns)).turns
    assert len(turns) == chat.MOST_TURNS


def test_an_unusable_question_is_answered_with_the_reason():
    update = last(ask("?!"))
    assert TEXTS["nl"]["no_question"].format(most=MAX_CHARACTERS) in update.messages[-1]["content"]
    assert update.turns is None


def test_a_fault_shows_a_number_that_is_in_the_log_and_nothing_else(caplog):
    update = last(ask("boom"))
    shown = update.messages[-1]["content"]
    number = re.search("[0-9a-f]{8}", shown).group()
    assert "srv" not in shown
    assert number in caplog.text
    assert "a secret path" in caplog.text


def test_a_period_that_is_none_is_told():
    assert TEXTS["nl"]["no_dates"] in last(ask("Nvidia?", filters=Filters("gisteren"))).messages[-1]["content"]


NEWS, OLD = "/srv/secret/news", "/srv/secret/old/news"
FEED = "https://jan:geheim@example.org/rss?token=1"


def test_sources_are_named_by_as_much_of_their_end_as_tells_them_apart():
    assert source_names([NEWS, OLD, FEED, "/srv/economy"]) == {
        "secret/news": [NEWS], "old/news": [OLD], "example.org/rss": [FEED], "economy": ["/srv/economy"]
    }  # fmt: skip


def test_there_is_a_choice_of_sources_only_where_there_are_several():
    assert choices({NEWS: 3}) == []
    assert choices({NEWS: 3, "/srv/economy": 1}) == [("news (3)", "news"), ("economy (1)", "economy")]


def test_a_search_is_limited_to_the_sources_chosen():
    assistant = FakeAssistant(counts={NEWS: 1, "/srv/economy": 1})
    assert last(ask("Nvidia?", assistant=assistant, filters=Filters(sources=("economy",)))).turns
    assert assistant.limited_to == [["/srv/economy"]]


def test_a_source_that_has_gone_is_told_and_nothing_is_searched():
    assistant = FakeAssistant()
    update = last(ask("Nvidia?", assistant=assistant, filters=Filters(sources=("gone",))))
    assert TEXTS["nl"]["no_source"] in update.messages[-1]["content"]
    assert assistant.asked == []


def test_a_link_brings_back_the_limits_and_names_no_path():
    counts = {NEWS: 1, "/srv/economy & co": 1}
    limits = Limits(DateRange.parse("2025-11", None), ("/srv/economy & co",))
    address = link(parse_question("Wat nu?", limits), source_names(counts))
    assert address == "./?q=Wat%20nu%3F&since=2025-11-01&source=economy%20%26%20co"
    filters = from_link(parse_qs(address.partition("?")[2]), counts)
    assert filters == Filters("2025-11-01", "", ("economy & co",))
    assert from_link({"source": ["gone"], "since": ["x" * 1000]}, counts) == Filters("x" * 10)


def test_too_many_questions_have_to_wait():
    talk = chat.Chat(FakeAssistant(), RateLimit(1))
    visitor = chat.Visitor("nl", "192.0.2.1")
    first, second = (list(talk.answer("Nvidia?", [], Filters(), visitor)) for _ in range(2))
    assert last(first).turns
    assert TEXTS["nl"]["busy"] in last(second).messages[-1]["content"]
    assert last(talk.answer("Nvidia?", [], Filters(), chat.Visitor("nl", "192.0.2.2"))).turns


def test_the_archive_tells_how_it_stands(client):
    state = client.get("/status", params={"known": "1"}, headers={"accept-language": "nl"}).json()
    assert state == {"articles": 2, "news": "1 nieuw artikel", "line": "2 artikelen (nl 2), 2025-11 – 2025-12-22"}
    assert client.get("/status", params={"known": "²"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/monitoring", "/gradio_api/proxy=http://localhost/", "/gradio_api/deep_link", "/gradio_api/runs"]
)
def test_what_the_page_never_asks_for_is_closed(client, path):
    assert client.get(path).status_code == 404


def test_large_requests_are_refused(client):
    assert client.post("/gradio_api/queue/join", content=b"x" * 200_000).status_code == 413


def test_a_port_in_use_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(ServeError, match=r"^cannot serve on 127\.0\.0\.1:\d+: address already in use$"):
            reserve("127.0.0.1", taken.getsockname()[1])


_SERVE = """
import sys; sys.path.insert(0, sys.argv[1])
from fake_assistant import FakeAssistant
from ui.server import create_app, reserve, run
run(create_app(FakeAssistant()), reserve("127.0.0.1", int(sys.argv[2])))
"""


def test_sigterm_stops_it_cleanly():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _SERVE, os.path.dirname(__file__), str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Traceback" not in errors


def _wait_for(address):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")
