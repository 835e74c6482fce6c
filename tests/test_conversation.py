"""The course of a conversation: what is asked again, what goes wrong, and in which language things are said."""

import re

import pytest
from fake_assistant import SECOND, SENTENCE, SOFTBANK, FakeAssistant, make_article, make_citation, make_hit

from index.errors import ArchiveDamagedError, ModelError, SourceError
from index.records import Span
from qa.question import parse_question
from qa.records import Answer, Turn
from ui import chat
from ui.access import RateLimit
from ui.escaping import safe
from ui.filters import Filters
from ui.markup import article_page, header, message, sources, status
from ui.texts import TEXTS

SECRET = "/srv/secret/archive.db"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    monkeypatch.setattr(chat, "_PACE", 0)


def talk(question, turns=None, assistant=None, again=False, language="nl", filters=Filters()):  # noqa: B008
    """The messages as they are in the end; `turns` is the conversation, which grows."""
    asked = chat.Chat(assistant or FakeAssistant(), RateLimit(0))
    visitor = chat.Visitor(language, "192.0.2.1")
    *_, last = asked.answer(question, [] if turns is None else turns, filters, visitor, again)
    return [each["content"] for each in last.messages]


class Broken(FakeAssistant):
    """Fails in the way that it is told to."""

    error: Exception = RuntimeError()
    where = "ask"

    def ask(self, *rest, **options):
        return self._or_fail("ask", lambda: super(Broken, self).ask(*rest, **options))

    def sources(self):
        return self._or_fail("sources", super().sources)

    def _or_fail(self, where, work):
        if where == self.where:
            raise self.error
        return work()


def broken(error, where="ask"):
    assistant = Broken()
    assistant.error, assistant.where = error, where
    return assistant


# -- what goes wrong


@pytest.mark.parametrize("where", ["ask", "sources"])
@pytest.mark.parametrize("error", [ArchiveDamagedError(SECRET), ModelError(SECRET), RuntimeError(SECRET)])
def test_a_fault_keeps_the_question_and_shows_a_number_that_is_in_the_log(caplog, where, error):
    question, told = talk("Nvidia?", assistant=broken(error, where))
    assert "Nvidia" in question
    number = re.search("[0-9a-f]{8}", told).group()
    assert "secret" not in told
    assert number in caplog.text
    assert SECRET in caplog.text


def test_a_fault_in_showing_an_answer_is_told_and_the_conversation_stays(monkeypatch, caplog):
    turns = []
    talk("Nvidia?", turns)

    def fail(reply, turn, question, language):
        if question == "Nvidia nu?":
            raise ValueError(SECRET)
        return message(reply, turn, question, language)

    monkeypatch.setattr(chat, "message", fail)
    *before, asked, told = talk("Nvidia nu?", turns)
    assert safe(SECOND) in re.sub("<.*?>", "", before[-1])
    assert "Nvidia nu" in asked
    assert re.search("[0-9a-f]{8}", told).group() in caplog.text
    assert [turn.question for turn in turns] == ["Nvidia?"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_wrong_with_what_was_typed_is_told_in_the_language_of_the_page(language):
    _, told = talk("?!", language=language)
    assert TEXTS[language]["no_question"].format(most=2000) in told
    _, told = talk("Nvidia?", language=language, filters=Filters("gisteren"))
    assert TEXTS[language]["no_dates"] in told
    _, told = talk("Nvidia?", language=language, filters=Filters("2025-12", "2025-11"))
    assert TEXTS[language]["no_dates"] in told
    _, told = talk("Nvidia?", language=language, assistant=broken(SourceError(SECRET)))
    assert TEXTS[language]["no_source"] in told


# -- asking again


def test_asking_again_replaces_the_last_turn_when_the_new_one_is_there():
    assistant, turns = FakeAssistant(), []
    talk("PayPay en Nvidia?", turns)
    talk("Nvidia?", turns)
    first, old = turns
    asked = chat.Chat(assistant, RateLimit(0))
    updates = asked.answer("Nvidia?", turns, Filters(), chat.Visitor("nl", "192.0.2.1"), again=True)
    next(updates)
    assert turns[0] is first
    assert turns[1] is old
    *_, last = updates
    assert [turn.question for turn in turns] == ["PayPay en Nvidia?", "Nvidia?"]
    assert turns[0] is first
    assert turns[1] is not old
    assert [each["role"] for each in last.messages] == ["user", "assistant"] * 2


def test_the_turn_that_is_asked_again_is_not_what_its_question_leans_on():
    heard = []

    class Listening(FakeAssistant):
        def ask(self, text, days=None, history=(), *, sources=()):
            heard.append([turn.question for turn in history])
            return super().ask(text)

    turns = []
    for again in (False, True):
        talk("Nvidia?", turns, Listening(), again)
    assert heard == [[], []]


@pytest.mark.parametrize(
    "options",
    [
        {"assistant": broken(RuntimeError())},
        {"filters": Filters("gisteren")},
        {"filters": Filters(sources=("gone",))},
    ],
)
def test_an_answer_stays_where_asking_again_brings_none(options):
    turns = []
    talk("Nvidia?", turns)
    [old] = turns
    _, answered, _, failed = talk("Nvidia?", turns, again=True, **options)
    assert turns == [old]
    assert safe(SECOND) in re.sub("<.*?>", "", answered)
    assert "refusal" in failed


def test_what_was_never_answered_is_asked_again_as_a_new_question():
    turns = []
    talk("Nvidia?", turns)
    talk("Nvidia nu?", turns, broken(RuntimeError()))
    talk("Nvidia nu?", turns, again=True)
    assert [turn.question for turn in turns] == ["Nvidia?", "Nvidia nu?"]


def test_a_question_asked_meanwhile_stays_beside_the_one_asked_again():
    turns = []
    talk("Nvidia?", turns)

    class Interrupted(FakeAssistant):
        def ask(self, text, *rest, **options):
            if text == "Nvidia?":
                talk("Nvidia intussen?", turns)
            return super().ask(text, *rest, **options)

    talk("Nvidia?", turns, Interrupted(), again=True)
    assert [turn.question for turn in turns] == ["Nvidia intussen?", "Nvidia?"]


# -- languages


@pytest.fixture
def english_answer():
    """An English article's sentence, to a question in Dutch."""
    article = make_article("e.txt", "Nvidia bought the company.", "Nvidia buys", language="en")
    citation = make_citation(article, article.text)
    return Answer(parse_question("Wat kocht Nvidia?"), f"{article.text} [1]", (citation,), (make_hit(article),))


def test_quotations_and_cards_tell_their_language(english_answer):
    shown = message(english_answer, 1, "Wat kocht Nvidia?", "nl")[-1]
    assert '<span lang="en">Nvidia bought the company' in shown
    cards = sources([Turn("Wat kocht Nvidia?", english_answer)], "nl", {})
    assert re.search('<h2 lang="en">.*Nvidia buys</h2>', cards)
    assert '<blockquote lang="en">' in cards
    assert '<summary lang="nl">' in cards


def test_what_the_assistant_says_is_in_the_language_of_the_question():
    refusal = FakeAssistant().ask("what is the weather in Paris?")
    assert '<p lang="en">The articles do not say' in message(refusal, 1, "what is the weather in Paris?", "nl")[-1]
    cards = sources([Turn("q", refusal)], "en", {})
    assert cards.count('<blockquote lang="nl">') == 2


def test_an_article_s_page_is_in_its_language_and_what_is_around_it_in_the_reader_s():
    page = article_page(SOFTBANK, Span(0, 5), "en")
    assert '<html lang="nl">' in page
    assert f'<p lang="en"><a href="./">{TEXTS["en"]["back"]}' in page


def test_the_head_tells_the_language_of_the_page():
    assert 'lang="nl"' in header("nl")


# -- small things


def test_one_article_is_one():
    assert status(FakeAssistant([SOFTBANK]).archive, "nl").startswith("1 artikel (nl 1), ")
    assert status(FakeAssistant([SOFTBANK]).archive, "en").startswith("1 article (nl 1), ")


def test_how_a_question_was_read_is_told_once():
    reply = FakeAssistant().ask("Nvidia nu?")
    shown = message(reply, 1, "Nvidai nu?", "nl")[-1]
    assert shown.count(safe("Nvidia nu?")) == 1
    noticed = Answer(reply.question, SENTENCE, (), reply.passages, ("Gelezen als: Nvidia nu?",))
    shown = message(noticed, 1, "Nvidai nu?", "nl")[-1]
    assert shown.count(safe("Nvidia nu?")) == 1
