"""Follow-ups: what they take along from the conversation, when they take nothing, and which sentences answer them."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from fakes import CountingEmbedder

from index.archive import Archive
from index.update import update_archive
from qa import Assistant, Turn
from qa.evaluate import PAIRS
from qa.followup import find_follow_up, stands_alone
from qa.followup_weights import FILE
from qa.leaning import DECISION, SIGNALS, decision_signals, follow_up_probability, own_scores, reranked
from qa.question import MAX_CHARACTERS, parse_question
from qa.ranking import Ranked
from qa.weights import load_weights

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
ALWAYS = -1.0


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """An assistant over the benchmark's articles."""
    embedder = CountingEmbedder(dimension=64)
    folder = tmp_path_factory.mktemp("news")
    update_archive(folder, [BENCHMARKS / "news" / "articles"], embedder)
    assistant = Assistant(Archive.open(folder), embedder)
    yield assistant
    assistant.close()


def make_turn(assistant, question, history=()):
    return Turn(question, assistant.ask(question, history=history, threshold_shift=ALWAYS))


@pytest.fixture(scope="module")
def first(news):
    return make_turn(news, "Waarom stapt Deniz Akbulut op bij Brontaal?")


@pytest.mark.parametrize("question", ["en wanneer?", "wie vervangt hem?", "why?", "and when did he say that?"])
def test_a_follow_up_takes_along_what_it_leaves_out(first, question):
    follow_up = find_follow_up(question, [first])
    assert follow_up.text.startswith(f"{question} (")
    assert "Deniz Akbulut" in follow_up.text
    assert "Brontaal" in follow_up.text


def test_names_are_taken_along_over_several_turns(news, first):
    second = make_turn(news, "wie vervangt hem?", [first])
    follow_up = find_follow_up("en sinds wanneer?", [first, second])
    assert "vervangt" in follow_up.text
    assert "Akbulut" in follow_up.text


@pytest.mark.parametrize(
    "question", ["Wie leidt Fotarix?", "En waarom kreeg Stuivex een boete?", "ok. Who is buying FC Kennemerkust?"]
)
def test_a_new_subject_takes_nothing_along(first, question):
    assert find_follow_up(question, [first]) is None


def test_what_was_asked_long_ago_is_a_new_subject_again(news, first):
    others = [
        make_turn(news, question)
        for question in ("Wie leidt Fotarix?", "Waarom kreeg Stuivex een boete?", "Who is buying FC Kennemerkust?")
    ]
    question = "Wie vervangt Deniz Akbulut bij Brontaal?"
    assert find_follow_up(question, [first]) is not None
    assert find_follow_up(question, [first, *others[:2]]) is not None
    assert find_follow_up(question, [first, *others]) is None


def test_without_a_conversation_a_question_stays_as_it_is(news, first):
    thanks = make_turn(news, "bedankt")
    assert find_follow_up("en wanneer?", []) is None
    assert find_follow_up("en wanneer?", [thanks]) is None
    assert find_follow_up("en wanneer?", [first, thanks]) == find_follow_up("en wanneer?", [first])


def test_what_is_asked_for_is_the_follow_ups_own_or_else_that_of_the_turn_before(first):
    assert find_follow_up("en hoeveel?", [first]).kind == "how_much"
    assert find_follow_up("en bij Aurélance?", [first]).kind == "why"
    assert find_follow_up("wat deed hij daarna?", [first]).kind == "what"
    assert find_follow_up("en hoe zit het met Aurélance?", [first]).kind == "why"


@pytest.mark.parametrize("question", ["What about Microsoft?", "How about Microsoft?", "Wat betreft Microsoft?"])
def test_a_name_put_as_what_about_leans_on_the_conversation(first, question):
    follow_up = find_follow_up(question, [first])
    assert follow_up.kind == "why"
    assert "Brontaal" in follow_up.text


def test_a_time_in_the_follow_up_replaces_that_of_the_turn_before(news):
    before = make_turn(news, "Waarom stapte Deniz Akbulut vorig jaar op bij Brontaal?")
    question = news.consider("", follow_up=find_follow_up("en in 2023?", [before])).question
    assert (question.period.since.year, question.period.until.year) == (2023, 2023)
    assert not question.reported
    carried = news.consider("", follow_up=find_follow_up("en wie verving hem?", [before])).question
    assert carried.period == before.reply.question.period


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("En wie leidt Fotarix?", True),
        ("And how much did Fotarix pay?", True),
        ("Waarom vertrok Erwin?", True),  # a name, and no word that points ("ervan")
        ("en wanneer?", False),
        ("En waarom betaalde hij dat?", False),
        ("en Fotarix?", False),
    ],
)
def test_what_asks_and_names_may_make_sense_alone(question, alone):
    assert stands_alone(parse_question(question)) is alone


def test_the_question_that_was_searched_is_told(news, first):
    reply = news.ask("wie vervangt hem?", history=[first])
    assert reply.question.text == find_follow_up("wie vervangt hem?", [first]).text


def test_after_a_refusal_the_conversation_stays_with_the_article_that_came_nearest(news, first):
    refused = Turn(first.question, news.ask(first.question, threshold_shift=1.0))
    follow_up = find_follow_up("en waarom nog meer?", [refused])
    found = [item for item in news.consider(follow_up.text, follow_up=follow_up).evidence if item.read is not None]
    alike = Ranked(tuple(found), (0.0,) * len(found))
    own = {(item.candidate.key, item.sentence): 0.0 for item in found}
    ranking = [item.candidate.article.id for item in reranked(alike, own, follow_up).evidence]
    nearest = refused.reply.passages[0].article.id
    assert follow_up.latest is None
    assert set(ranking) > {nearest}
    assert set(ranking[: ranking.count(nearest)]) == {nearest}


def test_of_sentences_that_fit_alike_the_one_cited_before_comes_last(news, first):
    follow_up = find_follow_up("en waarom nog meer?", [first])
    found = [item for item in news.consider(follow_up.text, follow_up=follow_up).evidence if item.read is not None]
    article = found[0].candidate.article.id
    evidence = tuple(item for item in found if item.candidate.article.id == article)
    alike = Ranked(evidence, (0.0,) * len(evidence))
    own = {(item.candidate.key, item.sentence): 0.0 for item in evidence}
    assert len(evidence) > 3
    for item in evidence:
        span = item.sentence
        before = replace(follow_up.latest, article_id=article, start=span.start, end=span.end)
        ranked = reranked(alike, own, replace(follow_up, latest=before, cited=(before,)))
        assert ranked.evidence[-1].sentence.overlaps(span)


def test_the_weights_are_of_what_is_weighed():
    stored = json.loads(files("qa").joinpath(FILE).read_text("utf-8"))
    assert tuple(stored["sentences"]) == SIGNALS
    assert tuple(stored["answerable"]) == (*DECISION, "constant")
    assert set(stored["thresholds"]) == set(PAIRS)


def test_whether_a_follow_up_is_answered_is_decided_by_its_best_sentence(news, first):
    follow_up = find_follow_up("en waarom nog meer?", [first])
    found = news.consider(follow_up.text, follow_up=follow_up)
    ranked = Ranked(found.evidence, found.scores)
    with news.archive.reading():
        candidates = list({item.candidate.key: item.candidate for item in found.evidence}.values())
        query = news.warm_up().queries([follow_up.own.text])
        own = own_scores(follow_up, news.archive, query, candidates, load_weights().evidence)
    assert follow_up_probability(ranked, own, follow_up) == pytest.approx(found.probability)
    assert len(decision_signals(found.evidence[0], [0.0] * len(SIGNALS))) == len(DECISION)


def test_long_questions_stay_within_what_can_be_asked(news):
    words = "Waarom stapt Akbulut op? " * 75
    long = make_turn(news, words)
    assert len(long.question) < MAX_CHARACTERS < len(f"{long.question} {words}")
    follow_up = find_follow_up(f"en hij {'waarom dan ' * 40}?", [long])
    assert follow_up is None or len(follow_up.text) <= MAX_CHARACTERS
    assert news.ask("en waarom doet hij dat?", history=[long]).question.text


@pytest.mark.parametrize(
    ("articles", "dialogues"),
    [("news", "dialogues.jsonl"), ("held-out-dialogues", "held-out-dialogues/dialogues.jsonl")],
)
def test_the_dialogues_evidence_stands_in_their_articles(articles, dialogues):
    for line in (BENCHMARKS / dialogues).read_text("utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            assert bool(turn["evidence"]) == turn["answerable"]
            for sentence in turn["evidence"]:
                assert sentence in (BENCHMARKS / articles / "articles" / turn["article"]).read_text("utf-8")
