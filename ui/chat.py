"""What happens when somebody asks: the conversation of one visitor, as the page's events run it."""

import datetime as dt
import logging
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from index.errors import DateError, QuestionError, SourceError
from index.records import Chunk
from qa import Assistant, Turn
from qa.question import MAX_CHARACTERS
from qa.records import Answer, Hit, Refusal
from ui.access import RateLimit
from ui.escaping import safe
from ui.filters import Filters, source_names
from ui.markup import NEAREST, message, sources
from ui.texts import say

MOST_TURNS = 20
"""Turns of a conversation that are kept, so that a long one does not grow without end."""

_AT_ONCE = 2
"""Questions that are worked on at the same time: threads that all want the interpreter's lock between the model's many
small steps slow each other down, so more of them answer fewer. It is always the same threads, as each one that has run
the model keeps memory from it."""

_PACE = 0.12
"""Seconds between the sentences of an answer as it appears."""

_log = logging.getLogger("article_qa.web")

Message = dict[str, str]

Names = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the language of the browser, and the address to count questions by."""

    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Update:
    """New values of the page's parts.

    The turns are given once, as a list that still grows; None leaves them as they are. The sources are there each time:
    to leave a part as it is, Gradio makes it and its description anew.
    """

    messages: list[Message]
    sources: str
    turns: list[Turn] | None = None


class Chat:
    """Asks one assistant on behalf of every visitor."""

    def __init__(self, assistant: Assistant, limit: RateLimit) -> None:
        self._assistant = assistant
        self._limit = limit
        self._workers = ThreadPoolExecutor(_AT_ONCE)

    def answer(
        self, question: str, turns: list[Turn], filters: Filters, visitor: Visitor, again: bool = False
    ) -> Iterator[Update]:
        """The page's updates while a question is answered, a sentence at a time. A fault is told in the last of them.

        Args:
            question: as it was typed.
            turns: of the conversation so far; the new one is added to this very list, as another question of the
                same visitor may be under way.
            filters: what the search is limited to.
            visitor: who asks.
            again: whether a last turn with this question is to be replaced; it stays until the new one is there.
        """
        asked = _said("user", question_html(question))
        last = Update([asked], sources([], visitor.language, {}))
        try:
            for last in self._updates(question, asked, turns, filters, visitor, again):
                yield last
        except Exception:  # noqa: BLE001 (a visitor gets one line and a number; the log has the rest)
            yield Update([*last.messages, _failed(report_fault(visitor.language))], last.sources)

    def _updates(
        self, question: str, asked: Message, turns: list[Turn], filters: Filters, visitor: Visitor, again: bool
    ) -> Iterator[Update]:
        language, names = visitor.language, source_names(self._assistant.sources())
        old = turns[-1] if again and turns and turns[-1].question == question else None
        before, panel = [*conversation(turns, language), asked], sources(turns, language, names)
        yield Update(before, panel)
        reply = self._reply(question, _without(turns, old), filters, names, visitor)
        if isinstance(reply, str):
            yield Update([*before, _failed(reply)], panel)
            return
        turn = Turn(question, kept(reply), dt.datetime.now(dt.UTC))
        shown = [*_without(turns, old), turn][-MOST_TURNS:]
        before, panel = [*conversation(shown[:-1], language), asked], sources(shown, language, names)
        first, *more = message(reply, len(shown), question, language)
        yield Update([*before, _said("assistant", first)], panel, turns)
        turns[:] = [*_without(turns, old), turn][-MOST_TURNS:]  # only now: who stops a search has not asked
        for grown in more:
            time.sleep(_PACE)
            yield Update([*before, _said("assistant", grown)], panel)

    def _reply(
        self, question: str, turns: tuple[Turn, ...], filters: Filters, names: Names, visitor: Visitor
    ) -> Answer | Refusal | str:
        """What the assistant says, or as HTML why it was not asked: what is wrong with what was typed or chosen.

        The errors' own texts are English and may name folders of this machine, so they are not shown.
        """
        language = visitor.language
        if not self._limit.allows(visitor.address):
            return say(language, "busy")
        if not names.keys() >= set(filters.sources):
            return say(language, "no_source")
        chosen = [source for name in filters.sources for source in names[name]]
        try:
            days = filters.days()
            return self._workers.submit(self._assistant.ask, question, days, turns, sources=chosen).result()
        except QuestionError:
            return say(language, "no_question", most=MAX_CHARACTERS)
        except DateError:
            return say(language, "no_dates")
        except SourceError:
            return say(language, "no_source")


def kept(reply: Answer | Refusal) -> Answer | Refusal:
    """A reply without the texts of the articles that it does not show: a conversation holds twenty of them for long.

    When those appeared and what they are called stays, for the line above the cards.
    """
    cited = {citation.article_id for citation in reply.citations}
    shown = [hit for n, hit in enumerate(reply.passages) if n < NEAREST or hit.article.id in cited]
    rest = {hit.article.id: hit for hit in reply.passages if hit not in shown}
    return replace(reply, passages=(*shown, *map(_bare, rest.values())))


def _bare(hit: Hit) -> Hit:
    return replace(hit, article=replace(hit.article, text=""), chunk=Chunk(hit.article.id, 0, 0, "", ()))


def _without(turns: list[Turn], old: Turn | None) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if turn is not old)


def conversation(turns: list[Turn], language: str) -> list[Message]:
    """The messages of the turns so far."""
    messages = []
    for number, turn in enumerate(turns, start=1):
        messages.append(_said("user", question_html(turn.question)))
        messages.append(_said("assistant", message(turn.reply, number, turn.question, language)[-1]))
    return messages


def question_html(question: str) -> str:
    """What somebody typed, as a message."""
    return f"<p>{safe(' '.join(question.split()))}</p>"


def report_fault(language: str) -> str:
    """Log the exception that is being handled under a number, and say so with that number."""
    number = secrets.token_hex(4)
    _log.exception("request %s failed", number)
    return say(language, "error", id=number)


def _said(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _failed(html: str) -> Message:
    return _said("assistant", f'<div class="reply refusal"><p>{html}</p></div>')
