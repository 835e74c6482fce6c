"""What happens on the page when somebody asks: the conversation of one visitor, as Gradio's events run it."""

import datetime as dt
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from index.errors import ArticleQAError
from qa import Answer, Assistant, Refusal, Turn
from ui.markup import message, safe, sources
from ui.texts import choose_language, say

MOST_TURNS = 20
"""Turns of a conversation that are kept, so that a long one does not grow without end."""

_PACE = 0.12
"""Seconds between the sentences of an answer as it appears."""

_log = logging.getLogger("article_qa.web")

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Update:
    """New values of the page's parts; None leaves a part as it is."""

    messages: list[Message] | None = None
    turns: list[Turn] | None = None
    sources: str | None = None

    def __iter__(self) -> Iterator[Any]:
        return (gr.skip() if value is None else value for value in (self.messages, self.turns, self.sources))


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


class Chat:
    """Asks one assistant on behalf of every visitor."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def answer(self, question: str, turns: list[Turn], language: str) -> Iterator[Update]:
        """The page's updates while a question is answered, a sentence at a time."""
        before = [*conversation(turns, language), _said("user", question_html(question))]
        yield Update(before)
        try:
            reply = self._assistant.ask(question, history=turns)
        except ArticleQAError as error:
            yield Update([*before, _failed(safe(str(error)))])
            return
        except Exception:  # noqa: BLE001 (a visitor gets one line and a number; the log has the rest)
            number = secrets.token_hex(4)
            _log.exception("request %s failed", number)
            yield Update([*before, _failed(say(language, "error", id=number))])
            return
        turns = [*turns, Turn(question, reply, dt.datetime.now(dt.UTC))][-MOST_TURNS:]
        before = [*conversation(turns[:-1], language), _said("user", question_html(question))]
        first, *more = message(reply, len(turns), question, language)
        yield Update(
            [*before, _said("assistant", first)], turns, sources(list(enumerate(_replies(turns), 1)), language)
        )
        for grown in more:
            time.sleep(_PACE)
            yield Update([*before, _said("assistant", grown)])


def visitor_language(request: gr.Request) -> str:
    """The language of the visitor's browser."""
    return choose_language(request.headers.get("accept-language"))


def _replies(turns: list[Turn]) -> list[Answer | Refusal]:
    return [turn.reply for turn in turns]


def _said(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _failed(html: str) -> Message:
    return _said("assistant", f'<div class="reply refusal"><p>{html}</p></div>')
