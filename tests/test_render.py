"""Replies as JSON, terminal text and HTML: what is quoted stays quoted, and nothing hostile comes through."""

import json
import re

import pytest
from fake_assistant import (
    BEFORE,
    PAYPAY,
    SECOND,
    SENTENCE,
    SOFTBANK,
    FakeAssistant,
    make_article,
    make_citation,
    make_hit,
)

from index.records import Span
from qa.question import parse_question
from qa.records import Answer, Turn
from ui import markup, render
from ui.escaping import safe
from ui.texts import TEXTS, choose_language

HOSTILE = (
    "<script>alert(1)</script> ${alert(1)} `x` {{y}} [a](javascript:b) ![i](//e/x.png) \\u003c &lt; \u202etxt\u202c"
)


@pytest.fixture
def answer():
    return FakeAssistant().ask("Waarom verkocht SoftBank Nvidia?")


@pytest.fixture
def refusal():
    return FakeAssistant().ask("what is the weather in Paris?")


def test_json_has_the_fields_of_the_contract(answer):
    data = json.loads(json.dumps(render.reply_json(answer, k=1)))
    assert list(data)[:6] == ["question", "language", "refused", "reason", "text", "citations"]
    assert {"passages", "timings_ms"} <= set(data)
    assert data["citations"][0] == {
        "n": 1, "article": "000_softbank.txt", "title": "SoftBank verkoopt Nvidia", "date": "2025-12-22",
        "start": len(BEFORE) + 1, "end": len(BEFORE) + 1 + len(SENTENCE), "text": SENTENCE, "score": 0.8,
    }  # fmt: skip
    assert len(data["passages"]) == 1


def test_json_of_a_refusal_tells_why_and_cites_nothing(refusal):
    data = render.reply_json(refusal)
    assert (data["refused"], data["reason"], data["citations"]) == (True, "not_enough_evidence", [])


def test_an_unknown_date_is_null():
    hit = make_hit(make_article("a.txt", "Tekst.", date=None))
    assert render.hit_json(hit)["date"] is None


def test_pieces_put_the_text_together_again_and_find_what_was_asked_for(answer):
    pieces = render.answer_pieces(answer)
    assert "".join(piece.text for piece in pieces) == answer.text
    assert [piece.text for piece in pieces if piece.asked] == ["5,8 miljard dollar"]
    assert [piece.n for piece in pieces if piece.n] == [1, 2]


def test_a_bracketed_number_inside_a_quotation_is_not_a_citation():
    article = make_article("a.txt", "Zie noot [1] hieronder.")
    reply = Answer(parse_question("wat?"), f"{article.text} [1]", (make_citation(article, article.text),), ())
    assert [piece.n for piece in render.answer_pieces(reply)] == [None, 1]


def test_a_passage_is_cut_exactly_around_its_sentence(answer):
    pieces = list(render.passage_pieces(SOFTBANK, answer.citations[0]))
    assert "".join(text for text, _ in pieces) == f"{BEFORE} {SENTENCE}"
    assert "".join(text for text, names in pieces if "cited" in names) == SENTENCE


def test_the_terminal_shows_the_answer_then_its_sources(answer):
    text = render.reply_text(answer, k=5).plain
    assert text.startswith(f"{SENTENCE} [1] {SECOND} [2]\n\nBronnen\n")
    assert "[2] 2025-11 · PayPay naar de beurs · 001_paypay.txt\n" in text


def test_a_refusal_looks_different_and_lists_k_passages(refusal):
    text = render.reply_text(refusal, k=1).plain
    assert text.startswith("✗ ")
    assert "Nearest passages" in text
    assert "001_paypay" not in text
    assert "Nearest passages" not in render.reply_text(refusal, k=0).plain


def test_nothing_in_an_article_reaches_the_terminal_as_a_command():
    article = make_article("a\x1b[2J.txt", "Een zin \x1b]0;titel\x07 hier \u202eom\u202c.", title="t\x1b[31m\ntwee")
    shown = render.hits_text([make_hit(article)], "nl").plain
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", shown)
    assert len(shown.splitlines()) == 2


@pytest.mark.parametrize("text", [HOSTILE, "a" * 10 + "\x00b", "’s Avonds é 😀"])
def test_safe_text_has_nothing_that_html_markdown_or_a_template_acts_on(text):
    html = safe(text)
    assert not set(re.sub(r"&#\d+;", "", html)) & set("<>&\"'`${}[]()!\\*_#|~:/@.\u202e\x00")


def test_a_message_grows_a_sentence_at_a_time_and_links_its_citations(answer):
    grown = markup.message(answer, 3, "Waarom verkocht SoftBank Nvidia?", "nl")
    assert len(grown) == 2
    assert SECOND[:6] not in grown[0]
    assert '<a class="cite" href="#s3-1">' in grown[0]
    assert "searched" not in grown[-1]
    assert "<strong>5&#44;8 miljard dollar</strong>" in grown[-1]


def test_a_rewritten_question_is_shown(answer):
    assert 'class="searched"' in markup.message(answer, 1, "en waarom?", "nl")[-1]


def test_a_message_never_has_a_blank_line_that_would_begin_markdown():
    article = make_article("a.txt", "Kop\n\n# Zin een.")
    reply = Answer(parse_question("wat?"), f"{article.text} [1]", (make_citation(article, article.text),), ())
    assert "\n" not in markup.message(reply, 1, "wat?", "nl")[-1]


def test_sources_show_the_sentence_marked_once_and_in_whole(answer):
    html = markup.sources([Turn("q", answer)], "nl", {})
    marked = re.findall("<mark>(.*?)</mark>", html)
    assert [re.sub("<.*?>", "", mark) for mark in marked] == [safe(SENTENCE), safe(SECOND)]
    assert 'id="s1-2"' in html


def test_only_the_newest_turn_is_open(answer, refusal):
    html = markup.sources([Turn("q", answer), Turn("q", refusal)], "en", {})
    assert html.index('id="s2"') < html.index('id="s1"')
    assert html.count(" open>") == 1
    assert TEXTS["en"]["nearest"] in html


def test_a_hostile_article_stays_text_everywhere():
    article = make_article('x"onload=.txt', f"{HOSTILE}.", title=HOSTILE)
    reply = Answer(
        parse_question("wat?"), f"{article.text} [1]", (make_citation(article, article.text),), (make_hit(article),)
    )
    pages = [
        markup.sources([Turn("q", reply)], "nl", {}),
        markup.message(reply, 1, HOSTILE, "nl")[-1],
        markup.article_page(article, Span(0, 8), "nl"),
    ]
    for html in pages:
        assert "<script" not in html
        assert "${" not in html
        assert "javascript:" not in html
        assert "<img" not in html
        assert "\u202e" not in html


def test_the_article_page_marks_exactly_the_cited_characters():
    start = SOFTBANK.text.index(SENTENCE)
    html = markup.article_page(SOFTBANK, Span(start, start + len(SENTENCE)), "nl")
    assert f'<mark id="cited">{safe(SENTENCE)}</mark>' in html
    assert html.count("<mark") == 1


def test_a_mark_over_two_paragraphs_has_one_anchor():
    html = markup.article_page(SOFTBANK, Span(3, len(SOFTBANK.text)), "nl")
    assert (html.count("<mark"), html.count('id="cited"')) == (2, 1)


def test_an_article_without_a_date_says_so():
    assert TEXTS["nl"]["no_date"] in markup.article_page(make_article("a.txt", "Tekst.", date=None), None, "nl")


def test_the_link_to_an_article_escapes_its_name():
    assert markup.article_link("map/a b&c.txt", 1, 2) == "article?id=map%2Fa%20b%26c.txt&amp;start=1&amp;end=2#cited"


def test_both_languages_have_the_same_texts():
    assert TEXTS["nl"].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-US", "en"),
        ("de-DE,nl;q=0.5", "nl"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browser_chooses_the_language(header, language):
    assert choose_language(header) == language


def test_a_missing_article_leaves_the_sentence(answer):
    alone = Answer(answer.question, answer.text, answer.citations, (make_hit(PAYPAY),))
    assert safe(SENTENCE) in re.sub("<.*?>", "", markup.sources([Turn("q", alone)], "nl", {}))
