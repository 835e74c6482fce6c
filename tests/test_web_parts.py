"""The parts of the web interface, each by itself: passwords, limits, feedback, uploads, timeline, examples, export."""

import base64
import datetime as dt
import json
import re
from contextlib import closing
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import pytest
from fake_assistant import PAYPAY, SECOND, SENTENCE, SOFTBANK, FakeAssistant, make_article, make_hit
from fakes import CountingEmbedder
from typer.testing import CliRunner

from index.archive import Archive
from index.dates import PublicationDate
from index.errors import ArchiveBusyError, ArchiveWriteError, ServeError
from index.records import Span
from index.update import update_archive
from qa.records import Answer, Step, Turn
from ui import access, feedback
from ui.cli import app
from ui.escaping import safe
from ui.examples import example_questions, frequent_names
from ui.export import conversation_markdown
from ui.markup import message
from ui.serving import PUBLIC_RATE, Request, address, settings_for
from ui.texts import TEXTS
from ui.timeline import timeline
from ui.uploads import FOLDER, MOST_FILES, Uploads

# -- passwords


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    access.write_password(file, "geheim: é")
    return file


def test_a_password_file_holds_no_password_and_is_its_owners(password_file):
    assert "geheim" not in password_file.read_text()
    assert password_file.stat().st_mode & 0o077 == 0


def test_only_the_right_name_and_password_match(password_file):
    account = access.Account.parse(f"jan:{password_file}")
    assert account.matches("jan", "geheim: é")
    assert not account.matches("jan", "geheim")
    assert not account.matches("piet", "geheim: é")


def test_the_command_makes_a_password_file(tmp_path):
    file = tmp_path / "made"
    result = CliRunner().invoke(app, ["password", str(file)], input="abc\nabc\n")
    assert result.exit_code == 0
    assert access.Account.parse(f"jan:{file}").matches("jan", "abc")


@pytest.mark.parametrize("text", ["jan", "jan:", ":file", ""])
def test_an_account_is_a_name_and_a_file(text):
    with pytest.raises(ServeError, match="--auth takes user:password-file"):
        access.Account.parse(text)


@pytest.mark.parametrize("content", ["geheim", "md5$00$00", "scrypt$zz$00", "scrypt$00$00", ""])
def test_a_file_of_something_else_is_no_password_file(tmp_path, content):
    (tmp_path / "file").write_text(content)
    with pytest.raises(ServeError, match="not a password file"):
        access.Account.parse(f"jan:{tmp_path / 'file'}")


def header(user, password):
    return base64.b64encode(f"{user}:{password}".encode()).decode()


async def _call(app, path="/", headers=()):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    await app({"type": "http", "method": "GET", "path": path, "headers": list(headers)}, receive, send)
    return sent[0]["status"]


async def _fine(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Basic {header('jan', 'geheim: é')}", 200),
        (f"Basic {header('jan', 'fout')}", 401),
        (header("jan", "geheim: é"), 401),
        ("Basic !!!", 401),
        ("Basic /w==", 401),
        ("Bearer x", 401),
        ("", 401),
    ],
)
def test_every_path_asks_for_the_password(password_file, authorization, status):
    import asyncio

    guarded = access.BasicAuth(_fine, access.Account.parse(f"jan:{password_file}"))
    headers = [(b"authorization", authorization.encode())]
    for path in ("/", "/article", "/gradio_api/queue/join", "/theme.css", "/healthz/"):
        assert asyncio.run(_call(guarded, path, headers)) == status
        assert asyncio.run(_call(guarded, path, headers)) == status
    assert asyncio.run(_call(guarded, "/healthz", headers)) == 200


# -- how to serve


def test_on_this_machine_everything_is_allowed():
    settings = settings_for(Request(None, "127.0.0.1", 1))
    assert (settings.writable, settings.questions_a_minute, settings.account) == (True, 0, None)
    assert settings.hosts == ("127.0.0.1", "localhost")


def test_beyond_it_a_password_is_needed_unless_one_insists(password_file):
    with pytest.raises(ServeError, match="ask for a password with --auth .* or say --insecure"):
        settings_for(Request(None, "0.0.0.0", 1))
    insecure = settings_for(Request(None, "0.0.0.0", 1, insecure=True))
    assert (insecure.writable, insecure.questions_a_minute) == (False, PUBLIC_RATE)
    protected = settings_for(Request(None, "0.0.0.0", 1, auth=f"jan:{password_file}", rate=5, names=("qa.example",)))
    assert (protected.writable, protected.questions_a_minute) == (True, 5)
    assert "qa.example" in protected.hosts
    assert "0.0.0.0" not in protected.hosts
    assert "[::1]" in protected.hosts


@pytest.mark.parametrize(
    ("host", "opened"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860/"),
        ("0.0.0.0", "http://127.0.0.1:7860/"),
        ("::", "http://[::1]:7860/"),
        ("::1", "http://[::1]:7860/"),
    ],
)
def test_the_address_shown_is_one_that_the_server_answers_to(host, opened):
    assert address(host, 7860) == opened
    assert opened.removeprefix("http://").removesuffix(":7860/") in access.allowed_hosts(host)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_what_is_this_machine(host, local):
    assert access.is_loopback(host) == local


# -- limits


def test_a_minute_is_a_sliding_one():
    now = [0.0]
    limit = access.RateLimit(2, clock=lambda: now[0])
    assert [limit.allows("a"), limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, True, False, True]
    now[0] = 59.9
    assert not limit.allows("a")
    now[0] = 60.1
    assert limit.allows("a")


def test_clients_are_not_remembered_without_end(monkeypatch):
    monkeypatch.setattr(access, "_CLIENTS", 3)
    limit = access.RateLimit(1)
    for number in range(10):
        limit.allows(str(number))
    assert len(limit._times) == 3


# -- feedback


def turn(question="Nvidia?"):
    return Turn(question, FakeAssistant().ask(question))


def test_feedback_comes_back_with_its_remark(tmp_path):
    kept = feedback.Feedback(tmp_path)
    first = kept.add(turn(), good=True)
    kept.add(turn("weer?"), good=False)
    kept.add_remark(first, "  goed \u2028 zo\n")
    kept.add_remark(first, " ")
    kept.add_remark("unknown", "wie?")
    one, two = kept.read()
    assert (one["good"], one["remark"], one["citations"][0]["text"]) == (True, "goed \u2028 zo", SENTENCE)
    assert (two["good"], two["refused"], two["remark"]) == (False, True, "")


def test_the_last_verdict_on_an_answer_counts(tmp_path):
    kept, judged = feedback.Feedback(tmp_path), replace(turn(), asked=dt.datetime.now(dt.UTC))
    kept.add_remark(kept.add(judged, good=True), "goed")
    other = kept.add(turn("weer?"), good=True)
    changed = kept.add(judged, good=False)
    assert [(one["id"], one["good"], one["remark"]) for one in kept.read()] == [(other, True, ""), (changed, False, "")]
    assert [line["id"] for line in kept.questions()] == [other]
    kept.add(judged, good=None)
    assert [one["id"] for one in kept.read()] == [other]
    again = kept.add(judged, good=True)
    assert [line["id"] for line in kept.questions()] == [other, again]


def test_verdicts_that_do_not_name_their_turn_are_all_read(tmp_path):
    kept = feedback.Feedback(tmp_path)
    for good in (True, False):
        kept.add(replace(turn(), asked=dt.datetime(2025, 12, 22, tzinfo=dt.UTC)), good=good)
    lines = [json.loads(line) for line in kept.path.read_text().splitlines()]
    older = [{key: value for key, value in line.items() if key != "turn"} for line in lines]
    kept.path.write_text("".join(json.dumps(line) + "\n" for line in older))
    assert [one["good"] for one in kept.read()] == [True, False]


def test_a_torn_line_is_passed_over(tmp_path):
    kept = feedback.Feedback(tmp_path)
    kept.add(turn(), good=True)
    with kept.path.open("a") as file:
        file.write('{"id": "torn", "quest\n')
    assert len(kept.read()) == 1


def test_feedback_cannot_fill_the_disk(tmp_path, monkeypatch):
    kept = feedback.Feedback(tmp_path)
    kept.add(turn(), good=True)
    monkeypatch.setattr(feedback, "MAX_BYTES", kept.path.stat().st_size + 100)
    with pytest.raises(ArchiveWriteError, match="more feedback than can be kept"):
        kept.add(turn(), good=True)
    kept.add_remark("x", "kort")
    assert kept.path.stat().st_size <= feedback.MAX_BYTES


def test_feedback_becomes_evaluation_questions(tmp_path):
    kept = feedback.Feedback(tmp_path)
    kept.add(turn(), good=True)
    kept.add(turn("weer?"), good=True)
    kept.add(turn("iets?"), good=False)
    result = CliRunner().invoke(app, ["feedback", "--questions", "--index", str(tmp_path)])
    answerable, refused = [json.loads(line) for line in result.stdout.splitlines()]
    assert (answerable["answerable"], answerable["article"]) == (True, SOFTBANK.id)
    assert answerable["evidence"] == [SENTENCE]
    assert (refused["answerable"], refused["evidence"]) == (False, [])


def test_feedback_is_shown(tmp_path):
    kept = feedback.Feedback(tmp_path)
    kept.add_remark(kept.add(turn(), good=True), "mooi \x1b[31m")
    shown = CliRunner().invoke(app, ["feedback", "--index", str(tmp_path)]).stdout
    assert "Nvidia?  (mooi [31m)" in shown
    assert "1 good, 0 bad" in shown
    assert json.loads(CliRunner().invoke(app, ["feedback", "--json", "--index", str(tmp_path)]).stdout)[0]["good"]
    assert CliRunner().invoke(app, ["feedback", "--index", str(tmp_path / "none")]).stdout == "0 good, 0 bad\n"


# -- uploads


@pytest.fixture
def uploads(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "first.txt").write_text(" date 2025-12-22 Het eerste artikel gaat over de haven van Rotterdam.")
    update_archive(tmp_path / "index", [source], CountingEmbedder())
    with closing(Archive.open(tmp_path / "index")) as archive:
        yield Uploads(archive, CountingEmbedder())


def send(tmp_path, **contents):
    folder = tmp_path / "sent"
    folder.mkdir(exist_ok=True)
    for name, text in contents.items():
        (folder / name.replace("_", ".")).write_bytes(text.encode())
    return [str(folder / name.replace("_", ".")) for name in contents]


def test_an_upload_is_kept_and_indexed(uploads, tmp_path):
    seen = []
    files = send(tmp_path, nieuw_txt=" date 2025-12-23 Het nieuwe artikel gaat over de brug in Zwolle.")
    told = uploads.add(files, "nl", lambda done, total: seen.append((done, total)))
    assert "1 toegevoegd&#44; 0 gewijzigd" in told
    [kept] = (tmp_path / "index" / FOLDER).iterdir()
    assert kept.name.startswith("nieuw-")
    assert seen[-1] == (1, 1)
    assert uploads._archive.refresh()
    assert uploads._archive.store.counts()["articles"] == 2


def test_what_is_no_article_is_left_out_by_name(uploads, tmp_path):
    files = send(tmp_path, prog_exe="x", leeg_txt="", goed_txt="Een goed bericht over de dijk bij Kampen.")
    told = uploads.add(files, "en", lambda done, total: None)
    assert "Left out&#58; prog&#46;exe" in told
    assert "leeg&#46;txt" in told
    assert "1 added" in told
    assert str(tmp_path.name) not in told


def test_only_bad_files_change_nothing(uploads, tmp_path):
    told = uploads.add(send(tmp_path, leeg_txt=""), "nl", lambda done, total: None)
    assert "Overgeslagen" in told
    assert "toegevoegd" not in told


@pytest.mark.parametrize(
    ("content", "dutch", "english"),
    [
        (b"", "een leeg bestand", "an empty file"),
        (b" \n ", "er staat geen tekst in", "no text in it"),
        (b"a\0b", "geen tekst", "a binary file, not text"),
    ],
)
def test_why_a_file_is_left_out_is_told_in_the_language_of_the_page(uploads, tmp_path, content, dutch, english):
    file = tmp_path / "bestand.txt"
    file.write_bytes(content)
    assert f"({dutch})" in unescape(uploads.add([str(file)], "nl", lambda done, total: None))
    assert f"({english})" in unescape(uploads.add([str(file)], "en", lambda done, total: None))


def test_names_cannot_lead_out_of_the_folder(uploads, tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    hostile = folder / "..%2f..<b> é.txt"
    hostile.write_text("Een bericht over de sluis in Sneek.")
    uploads.add([str(hostile)], "nl", lambda done, total: None)
    [kept] = (tmp_path / "index" / FOLDER).iterdir()
    assert kept.name.startswith("2f.._b_é-")


def test_there_are_limits(uploads, tmp_path, monkeypatch):
    assert "Choose one or more" in uploads.add([], "en", lambda done, total: None)
    assert str(MOST_FILES) in uploads.add(["x"] * (MOST_FILES + 1), "en", lambda done, total: None)
    monkeypatch.setattr("ui.uploads.MAX_BYTES", 10)
    files = send(tmp_path, groot_txt="meer dan tien tekens")
    assert "larger than" in uploads.add(files, "en", lambda done, total: None)


def test_rebuilding_reads_the_folders_again(uploads, tmp_path):
    (tmp_path / "source" / "second.txt").write_text("Het tweede artikel gaat over de markt in Delft.")
    assert "1 toegevoegd" in uploads.rebuild("nl", lambda done, total: None)


def test_a_failure_names_no_path(uploads, tmp_path, caplog):
    (tmp_path / "source" / "first.txt").unlink()
    told = uploads.rebuild("nl", lambda done, total: None)
    assert "source" not in told
    assert tmp_path.name not in told
    assert re.search("[0-9a-f]{8}", told).group() in caplog.text


def test_an_update_that_is_under_way_is_told(uploads, monkeypatch):
    def busy(*rest):
        raise ArchiveBusyError("/srv/index: process 1 is updating this index")

    monkeypatch.setattr("ui.uploads.update_archive", busy)
    assert TEXTS["en"]["being_changed"] in unescape(uploads.rebuild("en", lambda done, total: None))


# -- timeline


def test_the_timeline_places_articles_by_date():
    svg = timeline(FakeAssistant().ask("Nvidia?"), 3, "nl")
    assert 'cx="12.0"' in svg
    assert 'cx="388.0"' in svg
    assert 'href="#s3-1"' in svg
    assert "2 artikelen van 2025&#45;11 tot 2025&#45;12&#45;22" in svg


def test_one_date_is_no_timeline():
    reply = FakeAssistant().ask("Nvidia?")
    alone = Answer(reply.question, reply.text, reply.citations, (make_hit(PAYPAY), make_hit(PAYPAY)))
    assert timeline(alone, 1, "nl") == ""
    undated = make_hit(make_article("x.txt", "Tekst.", date=None))
    assert timeline(Answer(reply.question, "", (), (make_hit(PAYPAY), undated)), 1, "nl") == ""


# -- examples


def test_examples_are_about_names_of_the_archive_and_are_answered():
    articles = [
        make_article(f"{n}.txt", f"Vandaag verkocht Nvidia aandelen en ook Philips{n} deed dat.") for n in range(3)
    ]
    assert frequent_names(articles, "nl")[0] == "Nvidia"
    found = example_questions(FakeAssistant(articles))
    assert found
    assert "Nvidia" in found[0]


def test_an_archive_without_names_has_no_examples():
    assert example_questions(FakeAssistant([make_article("a.txt", "niets")])) == []


# -- export


def test_a_conversation_becomes_markdown():
    text = conversation_markdown([turn("Nvidia?"), turn("weer [x](javascript:y)?")], "nl")
    assert text.startswith("# Vraag het de artikelen\n\n## Nvidia\\?\n\n")
    assert "**5,8 miljard dollar**" in text
    assert SECOND[:20] in text
    assert "\\[2\\]" in text
    assert "](javascript" not in text
    assert "> The articles do not say" in text


def test_an_empty_conversation_is_a_title():
    assert conversation_markdown([], "en") == "# Ask the articles\n"


def test_an_archive_without_articles_says_so():
    from ui.markup import status

    archive = FakeAssistant().archive
    archive.store = SimpleNamespace(counts=lambda: {"articles": 0}, languages=dict, date_range=lambda: None)
    assert status(archive, "en") == "No articles yet"


def test_a_change_over_time_is_a_dated_list_of_links_and_nothing_in_it_runs():
    reply = FakeAssistant().ask("Nvidia?")
    steps = (
        Step(PublicationDate.parse("2025-11"), "<img src=x onerror=alert(1)>", 2, Span(0, 5)),
        Step(PublicationDate.parse("2025-12-22"), "5,8 miljard dollar", 1, Span(0, 5)),
    )
    changed = replace(reply, development=steps)
    *_, whole = message(changed, 3, "Nvidia?", "nl")
    assert whole.index("2025&#45;11") < whole.index(f'href="#s3-1">{safe("5,8 miljard dollar")}</a></li>')
    assert safe("<img src=x onerror=alert(1)>") in whole
    assert "<img" not in whole
    assert TEXTS["nl"]["development"] not in message(reply, 3, "Nvidia?", "nl")[-1]
    assert "2025\\-12\\-22\\: 5,8 miljard dollar" in conversation_markdown([Turn("Nvidia?", changed)], "nl")
