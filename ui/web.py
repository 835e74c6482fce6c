"""The page: a conversation, and the sources of its answers beside it. Layout and wiring only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

from index.archive import Archive
from qa import Turn
from ui.chat import Chat, report_fault
from ui.escaping import safe
from ui.export import conversation_markdown
from ui.feedback import Feedback
from ui.filters import Filters
from ui.markup import header, sources, status
from ui.parts import add_feedback, add_filters, add_uploads, linked_filters, say, visitor
from ui.render import reply_text
from ui.uploads import Uploads

_CONCURRENT = 16
"""Answers under way at the same time, most of them waiting for their next sentence to appear; more wait in line."""

_DAY = 24 * 3600
"""Seconds that a conversation is kept after its last answer while its page is open (how many at most, ui/server.py
says), and a file after it was sent: when it is indexed it has been copied, but it may have to wait for that."""

_SEND = "(typed, asked) => ['', typed, typed?.trim() ? typed : asked]"
"""An empty box asks nothing, and leaves what can be asked again as it is."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the page works with. Without `feedback` or `uploads` it has no place for them."""

    chat: Chat
    archive: Archive
    sources: Callable[[], dict[str, int]]
    examples: Callable[[], list[str]]
    feedback: Feedback | None = None
    uploads: Uploads | None = None


def page_file(name: str) -> str:
    """One of the files in ui/page."""
    return files("ui").joinpath("page", name).read_text(encoding="utf-8")


def build_page(services: Services) -> gr.Blocks:
    """The page."""
    with gr.Blocks(title="article-qa", analytics_enabled=False, delete_cache=(3600, _DAY)) as page:
        turns = gr.State([], time_to_live=_DAY)
        head = gr.HTML(elem_id="title")
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=300):
                chatbot = _chatbot()
                box = _question_box()
                buttons = _buttons()
                limits, *filters = add_filters()
                if services.feedback:
                    add_feedback(services.feedback, chatbot, turns)
            with gr.Column(scale=2, min_width=300):
                panel = gr.HTML(elem_id="sources")
                if services.uploads:
                    add_uploads(services.uploads)
        foot = gr.HTML(elem_id="status")
        # Of these the browser sends the text with each request: what the server keeps is read when an event's turn
        # comes, and another question may have been asked by then. `linked` is not `sent` itself, which somebody may
        # have filled before the page is complete.
        linked, sent, asked = (_hidden(name) for name in ("linked", "sent", "asked"))
        answering: dict[str, Any] = {
            "fn": _answer(services.chat),
            "inputs": [sent, turns, *filters],
            "outputs": [chatbot, turns, panel],
            "concurrency_limit": _CONCURRENT,
            "concurrency_id": "answers",
            "show_progress": "hidden",
            "trigger_mode": "multiple",  # else a question asked while an answer still appears would be lost
        }
        parts = [head, panel, foot, chatbot, linked, limits, *filters]
        page.load(_begin(services), None, parts, queue=False, show_progress="hidden")
        asking = [
            # only where there is such a question: Gradio closes a page's stream when its last answer is complete, and
            # a question that arrives in that moment would get none
            linked.change(None, linked, [sent, asked], js="(question) => [question, question]").then(**answering),
            box.submit(None, [box, asked], [box, sent, asked], js=_SEND).then(**answering, api_name="reply"),
            chatbot.example_select(_choose, None, [sent, asked], queue=False).then(**answering),
        ]
        # the same question is not to be answered twice: it is stopped where it was asked, and asked again but once
        again = {"fn": _answer(services.chat, again=True), "inputs": [asked, turns, *filters], "trigger_mode": "once"}
        running = [*asking, buttons["retry"].click(None, None, None, cancels=asking).then(**(answering | again))]
        _wire(buttons, turns, running)
        emptied = [chatbot.clear, buttons["start_over"].click]
        # an answer that still appears would fill the page anew
        gr.on(emptied, None, None, None, cancels=running).then(
            _start_over, None, [chatbot, turns, panel, asked], queue=False
        )
    return page


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        label=say("conversation"),
        elem_id="chat",
        height="calc(100vh - 21rem)",
        min_height=320,
        latex_delimiters=[],
        allow_tags=False,
        group_consecutive_messages=False,
        buttons=[],
        placeholder=say("empty"),
    )


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        placeholder=say("placeholder"),
        label=say("placeholder"),
        show_label=False,
        elem_id="question",
        autofocus=True,
        max_length=2000,
        submit_btn=say("send"),
    )


def _hidden(name: str) -> gr.Textbox:
    return gr.Textbox(visible="hidden", elem_id=name, label=name)


def _buttons() -> dict[str, gr.Button]:
    with gr.Row(elem_id="buttons"):
        return {
            name: gr.Button(say(name), size="sm", min_width=60, elem_id=f"button-{name.replace('_', '-')}")
            for name in ("stop", "retry", "copy", "export", "start_over")
        }


def _wire(buttons: dict[str, gr.Button], turns: gr.State, running: list[Any]) -> None:
    """The buttons that need no answer: stop, and what leaves the page through the browser."""
    outgoing = _hidden("outgoing")
    buttons["stop"].click(None, None, None, cancels=running)
    for name, text, script in (
        ("copy", _last_answer, "(text) => window.articleQa.copy(text)"),
        ("export", _exported, "(text) => window.articleQa.save(text)"),
    ):
        buttons[name].click(text, turns, outgoing, queue=False).then(None, outgoing, None, js=script)


def _begin(services: Services) -> Callable[[gr.Request], tuple[Any, ...]]:
    def begin(request: gr.Request) -> tuple[Any, ...]:
        language = visitor(request).language
        examples = gr.Chatbot(examples=[{"text": example} for example in services.examples()])
        try:
            line, counts = status(services.archive, language), services.sources()
        except Exception:  # noqa: BLE001 (the page is there all the same; the log has the rest)
            line, counts = report_fault(language), {}
        query = request.query_params
        texts = (header(language), sources([], language, {}), f'<p id="archive-line">{safe(line)}</p>')
        return *texts, examples, query.get("q", ""), *linked_filters(query, counts)

    return begin


def _answer(chat: Chat, again: bool = False) -> Callable[..., Iterator[Any]]:
    def answer(
        question: str | None,
        turns: list[Turn],
        since: str | None,
        until: str | None,
        chosen: list[str] | None,
        request: gr.Request,
    ) -> Iterator[Any]:
        question = (question or "").strip()
        if not question:  # an empty box was sent, or nothing asked yet is to be asked again
            yield gr.skip(), gr.skip(), gr.skip()
            return
        filters = Filters(since or "", until or "", tuple(chosen or ()))
        for update in chat.answer(question, turns, filters, visitor(request), again):
            yield update.messages, gr.skip() if update.turns is None else update.turns, update.sources

    return answer


def _choose(event: gr.SelectData) -> tuple[str, str]:
    return event.value["text"], event.value["text"]


def _start_over(request: gr.Request) -> tuple[list[Any], list[Turn], str, str]:
    return [], [], sources([], visitor(request).language, {}), ""


def _last_answer(turns: list[Turn]) -> str:
    return reply_text(turns[-1].reply, 0).plain if turns else ""


def _exported(turns: list[Turn], request: gr.Request) -> str:
    return conversation_markdown(turns, visitor(request).language)
