"""The bundled model over real articles: the answers that readers get."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from samples import write

from index.archive import Archive
from index.embedding import load_embedder
from index.update import update_archive
from qa import Assistant
from qa.evaluate import evaluate

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def embedder():
    return load_embedder()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory, embedder):
    folder = tmp_path_factory.mktemp("seeds")
    update_archive(folder, [ROOT / "seeds"], embedder)
    assistant = Assistant(Archive.open(folder), embedder)
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def report():
    return evaluate(BENCHMARKS / "news")


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("why did SoftBank sell Nvidia?", ["Nvidia"]),
        ("waarom verkocht SoftBank zijn belang in Nvidia?", ["Nvidia"]),
        ("how much has Microsoft invested in OpenAI?", ["13 miljard", "13 billion"]),
        ("hoeveel heeft Microsoft in OpenAI gestoken?", ["13 miljard", "13 billion"]),
        ("until when does Microsoft's contract with OpenAI run?", ["2030"]),
        ("tot wanneer loopt het contract tussen Microsoft en OpenAI?", ["2030"]),
        ("when is the PayPay listing planned?", ["volgend jaar", "next year", "2026"]),
        ("wanneer gaat PayPay naar de beurs?", ["volgend jaar", "next year", "2026"]),
        ("who founded OpenAI?", ["Altman"]),
        ("wie heeft OpenAI opgericht?", ["Altman"]),
        ("what can SoftBank use its Arm shares for?", ["onderpand", "collateral"]),
        ("waarvoor kan SoftBank zijn aandelen Arm gebruiken?", ["onderpand", "collateral"]),
    ],
)
def test_the_sample_articles_answer(seeds, question, facts):
    answer = seeds.ask(question)
    assert not answer.refused
    assert any(fact in answer.citations[0].text for fact in facts), answer.text


@pytest.mark.parametrize("question", ["what is the weather in Paris?", "recept voor appeltaart"])
def test_what_no_article_tells_is_refused(seeds, question):
    assert seeds.ask(question).refused


@pytest.mark.parametrize(
    "question",
    ["softbnk nvidia verkoop", "WAAROM VERKOCHT SOFTBANK NVIDIA", "waarom sold SoftBank zijn Nvidia stake"],
)
def test_awkward_wording_still_finds_the_article(seeds, question):
    answer = seeds.ask(question)
    assert any("Nvidia" in citation.text for citation in answer.citations), answer.text


def test_the_same_question_gives_the_same_answer_from_an_index_opened_again(seeds, embedder):
    question = "hoeveel is OpenAI waard?"
    again = Assistant(Archive.open(seeds.archive.folder), embedder)
    assert replace(again.ask(question), timings_ms={}) == replace(seeds.ask(question), timings_ms={})
    again.close()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_questions_far_off_topic_are_refused(seeds, language):
    rows = [json.loads(line) for line in (BENCHMARKS / "offtopic.jsonl").read_text("utf-8").splitlines()]
    answered = [row[language] for row in rows if not seeds.ask(row[language]).refused]
    assert len(answered) <= 0.05 * len(rows), answered


@pytest.mark.parametrize(
    ("pair", "article_hit_1"), [("nl-nl", 0.62), ("nl-en", 0.45), ("en-nl", 0.45), ("en-en", 0.80)]
)
def test_the_benchmark_keeps_its_floors(report, pair, article_hit_1):
    figures = report["pairs"][pair]
    assert figures["article_hit_1"] >= article_hit_1
    assert figures["citations_verbatim"] == 1.0


@pytest.mark.parametrize("between", ["", "En "])
def test_two_questions_in_one_are_both_answered_in_order(tmp_path, embedder, between):
    texts = {
        "pool.txt": "Het zwembad van Lutten kostte 40 miljoen euro. De gemeente betaalde het.",
        "museum.txt": "Directeur Mulder leidt het museum van Almen.",
    }
    for name, text in texts.items():
        write(tmp_path / "texts" / name, text)
    update_archive(tmp_path / "index", [tmp_path / "texts"], embedder)
    with closing(Assistant(Archive.open(tmp_path / "index"), embedder)) as assistant:
        reply = assistant.ask(f"Hoeveel kostte het zwembad van Lutten? {between}Wie leidt het museum van Almen?")
    assert [citation.article_id for citation in reply.citations] == ["pool.txt", "museum.txt"]
    assert reply.notices == ()
