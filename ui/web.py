"""The page: a conversation, and the sources of its answers beside it. Layout and wiring only."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

import gradio as gr

from qa import Assistant, Turn
from ui.chat import Chat, visitor_language
from ui.markup import header, sources
from ui.texts import translations

_CONCURRENT = 4
"""Questions answered at the same time; more wait in line."""


def page_file(name: str) -> str:
    """One of the files in ui/page."""
    return files("ui").joinpath("page", name).read_text(encoding="utf-8")


def build_page(assistant: Assistant, examples: Sequence[str]) -> gr.Blocks:
    """The page over an assistant, with example questions."""
    say = translations()
    chat = Chat(assistant)
    with gr.Blocks(title="article-qa", analytics_enabled=False) as page:
        turns = gr.State([], time_to_live=3600)
        head = gr.HTML(elem_id="title")
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                chatbot = gr.Chatbot(
                    label=say("conversation"),
                    elem_id="chat",
                    height="calc(100vh - 15rem)",
                    latex_delimiters=[],
                    allow_tags=False,
                    group_consecutive_messages=False,
                    buttons=[],
                    placeholder=say("empty"),
                    examples=[{"text": example} for example in examples],
                )
                box = gr.Textbox(
                    placeholder=say("placeholder"),
                    label=say("placeholder"),
                    show_label=False,
                    elem_id="question",
                    autofocus=True,
                    max_length=2000,
                    submit_btn=say("send"),
                )
            with gr.Column(scale=2, min_width=320):
                panel = gr.HTML(elem_id="sources")
        asked = gr.State("")

        def take(question: str) -> tuple[str, str]:
            return "", question

        def answer(question: str, turns: list[Turn], request: gr.Request) -> Iterator[Any]:
            for update in chat.answer(question, turns, visitor_language(request)):
                yield tuple(update)

        def begin(request: gr.Request) -> tuple[str, str]:
            language = visitor_language(request)
            return header(language), sources([], language)

        def choose(event: gr.SelectData) -> str:
            return str(event.value["text"])

        answering: dict[str, Any] = {
            "fn": answer,
            "inputs": [asked, turns],
            "outputs": [chatbot, turns, panel],
            "concurrency_limit": _CONCURRENT,
        }
        page.load(begin, None, [head, panel], queue=False)
        box.submit(take, box, [box, asked], queue=False).then(**answering)
        chatbot.example_select(choose, None, asked, queue=False).then(**answering)
    return page
