"""The commands: what they print, where, and with which exit status. Bad input is one line on standard error."""

import json
import socket
import sqlite3
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from fake_assistant import SENTENCE, FakeAssistant
from fakes import CountingEmbedder
from typer.testing import CliRunner

from index.archive import Archive
from index.config import IndexConfig
from index.update import update_archive
from qa.question import parse_question
from qa.records import Refusal
from ui.cli import app

ARTICLE = " date 2025-12-22 SoftBank verkocht zijn belang in Nvidia. De opbrengst is 5,8 miljard dollar.\n"


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def assert_one_line(result, part):
    """Exit status 1, one line on standard error that says what is wrong, nothing on standard output."""
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("article-qa: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert part in result.stderr
    assert not result.stdout


@pytest.fixture
def fake(monkeypatch):
    assistant = FakeAssistant()
    monkeypatch.setattr("qa.Assistant.open", lambda folder: assistant)
    return assistant


@pytest.fixture
def embedder(monkeypatch):
    monkeypatch.setattr("ui.indexing.load_embedder", lambda name: CountingEmbedder(name="fake@0"))
    monkeypatch.setattr("ui.indexing.load_recorded_embedder", lambda recorded: CountingEmbedder(name="fake@0"))


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "000_a.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


@pytest.fixture
def built(tmp_path, articles):
    """An index of one article, made without the bundled model."""
    folder = tmp_path / "index"
    update_archive(folder, [articles], CountingEmbedder(name="fake@0"))
    return folder


# -- what they print


def test_ask_prints_the_answer_and_its_sources(fake):
    result = invoke("ask", "Waarom verkocht SoftBank Nvidia?")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{SENTENCE} [1]")
    assert "[1] 2025-12-22 · SoftBank verkoopt Nvidia · 000_softbank.txt" in result.stdout
    assert not result.stderr


def test_ask_json_is_nothing_but_json(fake):
    result = invoke("ask", "Waarom verkocht SoftBank Nvidia?", "--json", "-k", 1)
    data = json.loads(result.stdout)
    assert data["citations"][0]["text"] == SENTENCE
    assert len(data["passages"]) == 1


def test_a_refusal_is_no_error(fake):
    result = invoke("ask", "what is the weather in Paris?")
    assert result.exit_code == 0
    assert result.stdout.startswith("✗ The articles do not say.")


def test_search_lists_passages(fake):
    assert "000_softbank.txt" in invoke("search", "Nvidia", "-k", 1).stdout
    assert len(json.loads(invoke("search", "Nvidia", "-k", 1, "--json").stdout)["passages"]) == 1


def test_search_is_limited_by_date_and_source(built):
    assert_one_line(
        invoke("search", "wat?", "--index", built, "--source", "sport"), "'sport' is no source of this index"
    )


@pytest.fixture
def searchable(built, monkeypatch):
    """The index of one article, searched with the model that it was built with."""
    monkeypatch.setattr("qa.assistant.load_recorded_embedder", lambda recorded: CountingEmbedder(name="fake@0"))
    return built


def test_explain_shows_every_score(searchable):
    from qa.ranking import READING

    result = invoke("explain", "Wat verkocht SoftBank?", "--index", searchable, "--source", "articles")
    assert result.exit_code == 0, result.output
    heading, *rows, decision = result.stdout.splitlines()[1:]
    data = json.loads(invoke("explain", "Wat verkocht SoftBank?", "--index", searchable, "--json").stdout)
    best = data["candidates"][0]
    assert list(best["features"]) == list(READING)
    assert (best["article"], best["date"], best["rank"]) == ("000_a.txt", "2025-12-22", 1)
    assert best["sentence"] == ARTICLE[17:][best["start"] : best["end"]]
    assert f"{best['score']:.2f}" in rows[0]
    assert "SoftBank verkocht zijn belang in Nvidia." in rows[0]
    assert decision.split(":")[0] == ("answered" if data["answered"] else "refused")
    assert f"{data['probability']:.3f}" in decision
    assert data["answered"] == (data["probability"] >= data["needed"])


def test_explain_lists_no_more_than_asked_for_and_moves_the_threshold(searchable):
    arguments = ("explain", "Wat verkocht SoftBank?", "--index", searchable, "--json", "-k", 1)
    data, strict = (json.loads(invoke(*arguments, "--threshold", shift).stdout) for shift in (-1, 1))
    assert len(data["candidates"]) == 1
    assert (data["answered"], strict["answered"]) == (True, False)


def test_explain_decides_as_ask_does_where_the_time_asked_for_has_no_answer(articles, tmp_path, monkeypatch):
    monkeypatch.setattr("qa.assistant.load_recorded_embedder", lambda recorded: CountingEmbedder(name="fake@0"))
    (articles / "new.txt").write_text(" date 2026-05-01 De kat slaapt.\n", encoding="utf-8")
    (articles / "old.txt").write_text(" date 2025-05-01 Het zwembad van Lutten kostte 40 miljoen euro.\n", "utf-8")
    update_archive(tmp_path / "index", [articles], CountingEmbedder(name="fake@0"))
    arguments = ("Hoeveel kostte het zwembad van Lutten sinds 3 maart 2026?", "--index", tmp_path / "index", "--json")
    asked, explained = (json.loads(invoke(command, *arguments).stdout) for command in ("ask", "explain"))
    assert asked["citations"][0]["article"] == explained["candidates"][0]["article"] == "old.txt"
    assert (asked["refused"], explained["answered"], explained["since"]) == (False, True, None)


def test_explain_says_that_it_lists_sentences():
    assert "Sentences to list." in invoke("explain", "--help").stdout
    assert "Passages to list." in invoke("search", "--help").stdout


def test_ask_moves_the_threshold(searchable):
    for shift, refused in ((-1, False), (1, True)):
        reply = invoke("ask", "Wat verkocht SoftBank?", "--index", searchable, "--json", "--threshold", shift)
        assert json.loads(reply.stdout)["refused"] is refused


@pytest.mark.parametrize("command", [("ask", "wat?"), ("explain", "wat?"), ("evaluate", "benchmarks/news")])
@pytest.mark.parametrize("shift", ["2", "-1.01", "nan", "inf", "-inf"])
def test_an_impossible_threshold_is_wrong_usage_and_is_named(command, shift):
    result = invoke(*command, "--threshold", shift)
    assert result.exit_code == 2
    assert f"Invalid value for '--threshold': {float(shift)} is not a number from -1 to 1" in result.stderr


def test_a_threshold_that_is_no_number_is_wrong_usage():
    result = invoke("ask", "wat?", "--threshold", "veel")
    assert result.exit_code == 2
    assert "--threshold" in result.stderr


def test_index_reports_what_it_did_and_what_it_skipped(articles, tmp_path, embedder):
    for name, content in {
        "binary.txt": b"a\0b", "latin.txt": b"caf\xe9", "empty.txt": b"", "bare.txt": b" date 2025-12-22 ",
        "date.txt": b" date 2025-13-45 tekst", "line.txt": b"x" * 20_000_000,
    }.items():  # fmt: skip
        (articles / name).write_bytes(content)
    result = invoke("index", articles, "--index", tmp_path / "index")
    assert result.exit_code == 0
    assert result.stdout == "1 added, 0 changed, 0 removed, 6 skipped\n"
    for reason in ("a binary file, not text", "not UTF-8", "an empty file", "no text in it", "no such day", "20 MB"):
        assert reason in " ".join(result.stderr.split())


def test_index_again_changes_nothing(articles, tmp_path, embedder):
    invoke("index", articles, "--index", tmp_path / "index")
    assert invoke("index", articles, "--index", tmp_path / "index").stdout.startswith("0 added, 0 changed, 0 removed")


def test_a_dry_run_writes_nothing_and_patterns_choose(articles, tmp_path, embedder):
    (articles / "notes.txt").write_text("Een notitie over iets anders.", encoding="utf-8")
    arguments = ("index", articles, "--index", tmp_path / "index", "--exclude", "notes*")
    assert invoke(*arguments, "--dry-run").stdout.startswith("1 added")
    assert not (tmp_path / "index").exists()
    assert invoke(*arguments).stdout.startswith("1 added")


def test_small_talk_is_neither_an_answer_nor_a_refusal(monkeypatch):
    class Polite(FakeAssistant):
        def ask(self, text, *arguments, **options):
            return Refusal(parse_question(text), "small_talk", "Graag gedaan!")

    monkeypatch.setattr("qa.Assistant.open", lambda folder: Polite())
    assert invoke("ask", "bedankt").stdout == "Graag gedaan!\n"


def test_status_tells_what_is_there(built):
    data = json.loads(invoke("status", "--index", built, "--json").stdout)
    assert (data["articles"], data["languages"], data["model"]) == (1, {"nl": 1}, "fake@0")
    assert "2025-12-22 to 2025-12-22" in invoke("status", "--index", built).stdout


def test_verify_is_silent_about_a_whole_index(built):
    assert "no problems" in invoke("verify", "--index", built).stdout


def test_verify_fails_on_a_damaged_one(built):
    with sqlite3.connect(built / "articles.sqlite3") as database:
        database.execute("DELETE FROM vectors")
    result = invoke("verify", "--index", built)
    assert result.exit_code == 1
    assert "have no vector" in result.stdout
    assert len(result.stderr.strip().splitlines()) == 1


def test_evaluate_prints_json_or_a_table(monkeypatch):
    figures = {"n": 2, "article_hit_1": 0.5}
    monkeypatch.setattr(
        "qa.evaluate.evaluate", lambda folder, model, progress, shift: {"pairs": {"nl-nl": figures}, "all": figures}
    )
    assert json.loads(invoke("evaluate", "x", "--json").stdout)["all"] == figures
    assert "article_hit_1  0.500" in invoke("evaluate", "x").stdout


def test_export_is_indexed_again(built, tmp_path, embedder):
    lines = invoke("export", "--index", built).stdout
    (tmp_path / "all.jsonl").write_text(lines, encoding="utf-8")
    assert invoke("index", tmp_path / "all.jsonl", "--index", tmp_path / "copy").stdout.startswith("1 added")


def test_verify_repairs_what_can_be_made_again(built):
    for file in built.glob("*.faiss*"):
        file.write_bytes(b"torn")
    assert invoke("verify", "--repair", "--index", built).exit_code == 0


def test_a_pipe_gets_no_colours_and_no_spinner(fake):
    result = invoke("ask", "Waarom verkocht SoftBank Nvidia?")
    assert "\x1b" not in result.stdout + result.stderr


# -- bad input


def test_missing_folder(tmp_path):
    assert_one_line(invoke("index", tmp_path / "none", "--index", tmp_path / "i"), "there is no such folder or file")


def test_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    assert_one_line(invoke("index", tmp_path / "empty", "--index", tmp_path / "i"), "no articles here")


def test_only_unreadable_files(tmp_path, embedder):
    (tmp_path / "empty.txt").touch()
    assert_one_line(invoke("index", tmp_path / "empty.txt", "--index", tmp_path / "i"), "an empty file")


@pytest.mark.parametrize("command", [["ask", "wat?"], ["search", "wat?"], ["explain", "wat?"], ["status"], ["verify"]])
def test_no_index_yet(tmp_path, command):
    assert_one_line(invoke(*command, "--index", tmp_path), "build one with: article-qa index")


def test_serving_without_index_or_samples(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_one_line(invoke("serve", "--index", tmp_path / "i", "--port", _free_port()), "no index here")


@pytest.mark.parametrize("question", ["", "  \n ", "?!"])
def test_empty_question(built, question):
    assert_one_line(invoke("ask", question, "--index", built), "the question is empty")


def test_endless_question(built):
    assert_one_line(invoke("ask", "waarom " * 14_286, "--index", built), "is the most")


@pytest.mark.parametrize("date", ["2025-13-45", "gisteren", "2025-02-30"])
def test_impossible_date(built, date):
    assert_one_line(invoke("ask", "wat?", "--index", built, "--since", date), f"'{date}' is not a date")


def test_range_the_wrong_way_round(built):
    result = invoke("search", "wat?", "--index", built, "--since", "2025", "--until", "2024")
    assert_one_line(result, "ends (2024) before it begins (2025)")


def test_index_of_another_model(built, articles, monkeypatch):
    other = CountingEmbedder(name="other@1")
    monkeypatch.setattr("ui.indexing.load_embedder", lambda name: other)
    result = invoke("index", articles, "--index", built, "--model", "other")
    assert_one_line(result, "the index was built with the model fake@0, not other@1")


def test_index_of_a_newer_format(built):
    with sqlite3.connect(built / "articles.sqlite3") as database:
        database.execute("PRAGMA user_version = 999")
        database.execute("UPDATE meta SET value = '999' WHERE name = 'format'")
    assert_one_line(invoke("ask", "wat?", "--index", built), "format")


def test_corrupt_database(built):
    (built / "articles.sqlite3").write_bytes(b"this is no database" * 1000)
    for leftover in built.glob("articles.sqlite3-*"):
        leftover.unlink()
    assert_one_line(invoke("ask", "wat?", "--index", built), "articles.sqlite3")


def test_port_in_use(built):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = invoke("serve", "--index", built, "--port", taken.getsockname()[1])
    assert_one_line(result, "address already in use")


def test_wrong_usage_is_2():
    assert invoke("ask").exit_code == 2
    assert invoke("ask", "wat?", "-k", 0).exit_code == 2
    assert invoke("nonsense").exit_code == 2


# -- as a program


def test_help_answers_in_a_blink():
    started = time.perf_counter()
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ui.cli", "--help"], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "torch", "faiss", "gradio", "qa", "sentence_transformers", "index.store", "fastapi"}
    imported = {line.rsplit("|", 1)[-1].strip() for line in listed.stderr.splitlines()}
    assert not heavy & imported
    assert time.perf_counter() - started < 5


@pytest.mark.model
@pytest.mark.skipif(
    not files("index").joinpath("bilingual").is_dir(), reason="the bundled model is not in this checkout"
)
def test_a_question_from_beginning_to_end(tmp_path, articles):
    def run(*arguments):
        command = [sys.executable, "-m", "ui.cli", *arguments, "--index", str(tmp_path / "index")]
        return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, timeout=240)

    indexed = run("index", str(articles))
    assert indexed.stdout == "1 added, 0 changed, 0 removed, 0 skipped\n", indexed.stderr
    asked = run("ask", "Wat verkocht SoftBank?", "--json")
    assert asked.returncode == 0, asked.stderr
    for citation in json.loads(asked.stdout)["citations"]:
        assert citation["text"] in ARTICLE
    empty = run("ask", "")
    assert (empty.returncode, empty.stderr) == (1, "article-qa: the question is empty; ask something\n")


def test_an_empty_archive_can_be_looked_at(tmp_path):
    Archive.create(tmp_path / "index", IndexConfig("fake@0", 4)).close()
    assert "0 (none)" in invoke("status", "--index", tmp_path / "index").stdout


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
