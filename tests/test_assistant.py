"""Questions to answers, with an embedder that only counts words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import CountingEmbedder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import write

import qa
from index.archive import Archive
from index.dates import DateRange
from index.errors import BenchmarkError, ModelMismatchError, QuestionError, SourceError, ThresholdError
from index.update import update_archive
from qa import Assistant
from qa.duplicates import find_copies
from qa.evaluate import evaluate, figures, load_questions
from qa.weights import load_weights

NEWS = Path(__file__).parent.parent / "benchmarks" / "news"
ALWAYS, NEVER = -1.0, 1.0


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """An assistant over the benchmark's articles."""
    embedder = CountingEmbedder(dimension=64)
    folder = tmp_path_factory.mktemp("news")
    update_archive(folder, [NEWS / "articles"], embedder)
    assistant = Assistant(Archive.open(folder), embedder)
    yield assistant
    assistant.close()


def make_assistant(tmp_path, texts):
    embedder = CountingEmbedder()
    for name, text in texts.items():
        write(tmp_path / "source" / name, text)
    update_archive(tmp_path / "index", [tmp_path / "source"], embedder)
    return Assistant(Archive.open(tmp_path / "index"), embedder)


def test_the_public_names():
    assert sorted(qa.__all__) == ["Answer", "Assistant", "Citation", "Hit", "Question", "Refusal", "Turn"]
    assert all(hasattr(qa, name) for name in qa.__all__)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 239), language=st.sampled_from(["nl", "en"]))
def test_every_citation_is_verbatim(news, number, language):
    question = load_questions(NEWS)[number].text[language]
    answer = news.ask(question, threshold_shift=ALWAYS)
    assert 1 <= len(answer.citations) <= 3
    for citation in answer.citations:
        article = news.archive.store.article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.text
        assert citation.text in answer.text
        assert citation.passage.start <= citation.start < citation.end <= citation.passage.end
        assert all(citation.start <= mark.start < mark.end <= citation.end for mark in citation.marks)
        assert 0 <= citation.score <= 1


def test_the_same_question_twice_gives_the_same_answer(news):
    first, second = (news.ask("Waarom koos Brontaal voor Toronto?", threshold_shift=ALWAYS) for _ in range(2))
    assert replace(first, timings_ms={}) == replace(second, timings_ms={})


def test_passages_come_best_first_and_no_more_than_asked_for(news):
    hits = news.search("who replaces Deniz Akbulut?", k=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({(hit.article.id, hit.chunk.start) for hit in hits}) == 7


def test_the_threshold_can_be_moved(news):
    question = "Waarom koos Brontaal voor Toronto?"
    refusal = news.ask(question, threshold_shift=NEVER)
    assert refusal.refused
    assert refusal.reason == "not_enough_evidence"
    assert refusal.citations == ()
    assert refusal.passages
    assert not news.ask(question, threshold_shift=ALWAYS).refused


@pytest.mark.parametrize("shift", [float("nan"), float("inf"), -1.5, 2])
def test_a_shift_of_the_threshold_that_is_none_is_refused_in_one_line(news, shift):
    with pytest.raises(ThresholdError, match=rf"from -1 to 1, not by {shift}$"):
        news.ask("Waarom koos Brontaal voor Toronto?", threshold_shift=shift)
    with pytest.raises(ThresholdError, match=rf"not by {shift}$"):
        evaluate(NEWS, threshold_shift=shift)


def test_a_period_limits_the_articles(news):
    hits = news.search("Brontaal", k=40, days=DateRange.parse("2024-10", "2024-10"))
    assert {hit.article.date.text[:7] for hit in hits} == {"2024-10"}
    assert hits[0].article.id == "100_92d42ed34914ed6d.txt"
    assert news.ask("Brontaal", days=DateRange.parse("1990", "1991")).reason == "nothing_found"


def test_unknown_dates_are_spoken_of_when_a_period_leaves_them_out(tmp_path):
    assistant = make_assistant(tmp_path, {"a.txt": " date 2024-10 De kat zit op de mat.", "b.txt": "De kat slaapt."})
    reply = assistant.ask("waar zit de kat?", days=DateRange.parse("2024", None))
    assert {hit.article.id for hit in reply.passages} == {"a.txt"}
    assert reply.notices == ("1 artikel zonder bekende datum is niet doorzocht.",)
    assert assistant.ask("waar zit de kat?").notices == ()


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(tmp_path):
    assistant = make_assistant(tmp_path, {"a.txt": "De fabriek van Fotarix brandde af. Dat kostte 40 miljoen euro."})
    answer = assistant.ask("hoeveel miljoen euro kostte het?", threshold_shift=ALWAYS)
    assert answer.citations[0].text == "Dat kostte 40 miljoen euro."
    assert "De fabriek van Fotarix brandde af. Dat kostte 40 miljoen euro. [1]" in answer.text


def test_copies_of_a_story_count_once_and_are_named(tmp_path):
    text = "De kat van de buren zit sinds gisteren op de mat en wil daar voorlopig ook niet meer vanaf komen."
    assistant = make_assistant(tmp_path, {"a.txt": text, "b.txt": text, "c.txt": "De hond blaft naar de kat."})
    reply = assistant.ask("waar zit de kat?", threshold_shift=ALWAYS)
    assert [(hit.article.id, hit.also_in) for hit in reply.passages] == [("a.txt", ("b.txt",)), ("c.txt", ())]
    assert assistant.archive.store.counts()["articles"] == 3


def test_the_oldest_copy_is_the_original(news):
    articles = list(news.archive.store.articles())
    assert find_copies(articles) == {}
    later = replace(articles[0], id="copy", date=articles[-1].date)
    assert find_copies([later, *articles]) == {"copy": articles[0].id}


def test_small_talk_is_met_without_searching(tmp_path):
    assistant = make_assistant(tmp_path, {"a.txt": "De kat zit op de mat."})
    assistant._embedder = None  # a search would have to load the model, which does not exist
    reply = assistant.ask("Dankjewel!")
    assert (reply.reason, reply.text, reply.passages) == ("small_talk", "Graag gedaan!", ())


def test_another_model_than_the_archives_is_refused(news):
    with pytest.raises(ModelMismatchError, match="built with the model counting, not other"):
        Assistant(news.archive, CountingEmbedder(dimension=64, name="other"))


@pytest.mark.parametrize("text", ["", "x" * 100_000])
def test_bad_questions_are_errors(news, text):
    with pytest.raises(QuestionError):
        news.ask(text)
    with pytest.raises(QuestionError):
        news.search(text)


def test_words_of_other_languages_and_odd_characters_do_no_harm(news):
    for text in ("東京はどこですか", "' OR 1=1 --", "🚋?", "a", "%s %d {0}", "terms:nl \"'(", "naïve ÀÉÎ", "٣٤"):
        if any(character.isalnum() for character in text):
            assert news.ask(text).question.text


def test_figures_count_a_refused_question_as_a_miss():
    from qa.evaluate import Outcome

    hit = Outcome("nl-nl", True, False, 1, True, True, 2, 2, 10.0)
    refused = Outcome("nl-nl", True, True, 2, False, False, 0, 0, 20.0)
    right = Outcome("nl-nl", False, True, 0, False, False, 0, 0, 30.0)
    wrong = Outcome("nl-nl", False, False, 1, False, False, 3, 3, 40.0)
    found = figures([hit, refused, right, wrong])
    assert found["n"] == 4
    assert found["article_hit_1"] == 0.5
    assert found["article_mrr_10"] == 0.75
    assert found["evidence_hit_1"] == found["evidence_hit_3"] == found["answer_accuracy"] == 0.5
    assert (found["refused_answerable"], found["refused_unanswerable"], found["balanced_accuracy"]) == (0.5, 0.5, 0.5)
    assert found["citations_verbatim"] == 1.0
    assert (found["latency_ms_p50"], found["latency_ms_p95"]) == (25.0, 40.0)
    assert figures([])["n"] == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{}\n", "line 1 is not a question"),
        ("nonsense", "line 1"),
        ("\n", "no questions in it"),
    ],
)
def test_a_folder_that_is_no_benchmark(tmp_path, content, message):
    if content is not None:
        (tmp_path / "questions.jsonl").write_text(content)
    with pytest.raises(BenchmarkError, match=message):
        load_questions(tmp_path)


def test_the_weights_have_a_number_for_everything_they_weigh():
    from qa.abstain import SIGNALS
    from qa.evaluate import PAIRS
    from qa.evidence import FEATURES
    from qa.retriever import RETRIEVAL

    stored = json.loads((Path(qa.__file__).parent / "weights.json").read_text("utf-8"))
    assert tuple(stored["retrieval"]) == RETRIEVAL
    assert tuple(stored["evidence"]) == FEATURES
    assert tuple(stored["answerable"]) == (*SIGNALS, "constant")
    assert set(stored["thresholds"]) == set(PAIRS)
    weights = load_weights()
    assert np.isfinite(np.concatenate([weights.retrieval, weights.evidence, weights.answerable])).all()
    assert all(0 <= threshold <= 1 for threshold in weights.thresholds.values())


def test_passages_are_first_ranked_by_the_nearest_of_their_sentences_too(news):
    cosine, lexical, other_language, sentence_cosine = load_weights().retrieval
    found = {item.candidate.key: item.candidate for item in news.find("Waarom stapt Deniz Akbulut op bij Brontaal?")}
    assert {candidate.article.language for candidate in found.values()} == {"nl", "en"}
    for candidate in found.values():
        languages_differ = candidate.article.language == "en"
        score = cosine * candidate.cosine + lexical * candidate.lexical + other_language * languages_differ
        assert candidate.score == pytest.approx(score + sentence_cosine * max(candidate.sentence_cosines))


def test_a_search_can_be_limited_to_sources(tmp_path):
    embedder = CountingEmbedder()
    for name, text in {"economy/a.txt": "De kat zit op de mat.", "sport/a.txt": "De kat zit in de boom."}.items():
        write(tmp_path / name, text)
    update_archive(tmp_path / "index", [tmp_path / "economy", tmp_path / "sport"], embedder)
    assistant = Assistant(Archive.open(tmp_path / "index"), embedder)
    sport = str(tmp_path / "sport")
    assert assistant.sources() == {str(tmp_path / "economy"): 1, sport: 1}
    for name in (sport, "sport"):
        reply = assistant.ask("waar zit de kat?", sources=[name], threshold_shift=ALWAYS)
        assert [citation.text for citation in reply.citations] == ["De kat zit in de boom."]
        assert [hit.chunk.text for hit in assistant.search("waar zit de kat?", sources=[name])] == [reply.text[:-4]]
    assert len(assistant.search("waar zit de kat?", sources=["economy", "sport"])) == 2
    with pytest.raises(SourceError, match="'politics' is no source of this index; it has .*economy, .*sport"):
        assistant.ask("waar zit de kat?", sources=["politics"])
    undated = assistant.ask("waar zit de kat?", days=DateRange.parse("2024", None), sources=["sport"])
    assert undated.notices == ("1 artikel zonder bekende datum is niet doorzocht.",)
