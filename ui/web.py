"""The page: a conversation, and the sources of its answers beside it. Layout and wiring only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

from index.archive import Archive
from index.sources import SUFFIXES
from qa import Turn
from ui.chat import Chat, Visitor, report_fault
from ui.escaping import safe
from ui.export import conversation_markdown
from ui.feedback import MAX_REMARK, Feedback
from ui.markup import header, sources, status
from ui.render import reply_text
from ui.texts import choose_language, translations
from ui.texts import say as say_in
from ui.uploads import Uploads

_CONCURRENT = 16
"""Answers under way at the same time, most of them waiting for their next sentence to appear; more wait in line."""

Files = list[str] | None

say = translations()


@dataclass(frozen=True, slots=True)
class Services:
    """What the page works with. Without `feedback` or `uploads` it has no place for them."""

    chat: Chat
    archive: Archive
    examples: Callable[[], list[str]]
    feedback: Feedback | None = None
    uploads: Uploads | None = None


def page_file(name: str) -> str:
    """One of the files in ui/page."""
    return files("ui").joinpath("page", name).read_text(encoding="utf-8")


def visitor(request: gr.Request) -> Visitor:
    """Who sent a request."""
    return Visitor(choose_language(request.headers.get("accept-language")), request.client.host)


def build_page(services: Services) -> gr.Blocks:
    """The page."""
    with gr.Blocks(title="article-qa", analytics_enabled=False) as page:
        turns = gr.State([], time_to_live=3600)
        asked = gr.State("")
        head = gr.HTML(elem_id="title")
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=300):
                chatbot = _chatbot()
                box = _question_box()
                buttons = _buttons()
                with gr.Accordion(say("period"), open=False, elem_id="period"), gr.Row():
                    since = gr.Textbox("", label=say("since"), max_length=10, elem_id="since")
                    until = gr.Textbox("", label=say("until"), max_length=10, elem_id="until")
                if services.feedback:
                    _add_feedback(services.feedback, chatbot, turns)
            with gr.Column(scale=2, min_width=300):
                panel = gr.HTML(elem_id="sources")
                if services.uploads:
                    _add_uploads(services.uploads)
        foot = gr.HTML(elem_id="status")
        answering: dict[str, Any] = {
            "fn": _answer(services.chat),
            "inputs": [asked, turns, since, until],
            "outputs": [chatbot, turns, panel],
            "concurrency_limit": _CONCURRENT,
            "show_progress": "hidden",
            "trigger_mode": "multiple",  # else a question asked while an answer still appears would be lost
        }
        linked = gr.State("")  # not `asked`, which somebody may have filled before the page is complete
        parts = [head, panel, foot, chatbot, linked]
        begun = page.load(_begin(services), None, parts, queue=False, show_progress="hidden")
        running = [
            begun.then(**{**answering, "inputs": [linked, turns, since, until]}),
            box.submit(_take, box, [box, asked], queue=False, trigger_mode="multiple", api_name="take").then(
                **answering, api_name="answer"
            ),
            chatbot.example_select(_choose, None, asked, queue=False).then(**answering),
            buttons["retry"].click(_again, [asked, turns], turns, queue=False).then(**answering),
        ]
        _wire(buttons, turns, [chatbot, panel], running)
        gr.on([chatbot.clear, buttons["start_over"].click], _start_over, None, [chatbot, turns, panel], queue=False)
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


def _buttons() -> dict[str, gr.Button]:
    with gr.Row(elem_id="buttons"):
        return {
            name: gr.Button(say(name), size="sm", min_width=60, elem_id=f"button-{name.replace('_', '-')}")
            for name in ("stop", "retry", "copy", "export", "start_over")
        }


def _wire(buttons: dict[str, gr.Button], turns: gr.State, parts: list[Any], running: list[Any]) -> None:
    """The buttons that need no answer: stop, and what leaves the page through the browser."""
    outgoing = gr.Textbox(visible="hidden", elem_id="outgoing", label="outgoing")
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
        line = f'<p id="archive-line">{safe(status(services.archive, language))}</p>'
        return header(language), sources([], language), line, examples, request.query_params.get("q", "")

    return begin


def _answer(chat: Chat) -> Callable[..., Iterator[Any]]:
    def answer(
        question: str, turns: list[Turn], since: str | None, until: str | None, request: gr.Request
    ) -> Iterator[Any]:
        if not question:  # the page was opened without one
            yield gr.skip(), gr.skip(), gr.skip()
            return
        for update in chat.answer(question, turns, (since or "", until or ""), visitor(request)):
            rest = (update.turns, update.sources)
            yield update.messages, *(gr.skip() if value is None else value for value in rest)

    return answer


def _take(question: str) -> tuple[str, str]:
    return "", question


def _choose(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _again(asked: str, turns: list[Turn]) -> list[Turn]:
    """The conversation without the turn that is asked again."""
    if turns and turns[-1].question == asked:
        del turns[-1]
    return turns


def _start_over(request: gr.Request) -> tuple[list[Any], list[Turn], str]:
    return [], [], sources([], visitor(request).language)


def _last_answer(turns: list[Turn]) -> str:
    return reply_text(turns[-1].reply, 0).plain if turns else ""


def _exported(turns: list[Turn], request: gr.Request) -> str:
    return conversation_markdown(turns, visitor(request).language)


def _add_feedback(feedback: Feedback, chatbot: gr.Chatbot, turns: gr.State) -> None:
    verdict = gr.State("")
    with gr.Group(visible=False, elem_id="remark") as group:
        remark = gr.Textbox(label=say("remark"), placeholder=say("remark_placeholder"), max_length=MAX_REMARK)
        send = gr.Button(say("send_remark"), size="sm")

    def judge(event: gr.LikeData, turns: list[Turn]) -> tuple[str, Any]:
        turn = int(event.index) // 2  # question and reply alternate
        if turn >= len(turns):
            return "", gr.skip()
        return feedback.add(turns[turn], bool(event.liked)), gr.Group(visible=True)

    def keep(text: str, verdict: str, request: gr.Request) -> tuple[str, Any]:
        feedback.add_remark(verdict, text)
        gr.Info(say_in(visitor(request).language, "thanks"))
        return "", gr.Group(visible=False)

    chatbot.like(judge, turns, [verdict, group], queue=False)
    gr.on([send.click, remark.submit], keep, [remark, verdict], [remark, group])


def _add_uploads(uploads: Uploads) -> None:
    with gr.Accordion(say("add"), open=False, elem_id="add"):
        with gr.Row():
            files = gr.UploadButton(
                say("add_files"), file_count="multiple", file_types=list(SUFFIXES), size="sm", elem_id="files"
            )
            rebuild = gr.Button(say("rebuild"), size="sm", elem_id="button-rebuild")
        result = gr.HTML(elem_id="added")

    def work(request: gr.Request, progress: gr.Progress, action: Callable[..., str]) -> str:
        language = visitor(request).language
        described = say_in(language, "indexing")
        try:
            return action(language, lambda done, total: progress((done, total), desc=described))
        except Exception:  # noqa: BLE001 (a visitor gets one line and a number; the log has the rest)
            return f"<p>{report_fault(language)}</p>"

    def take_in(files: Files, request: gr.Request, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
        return work(request, progress, lambda *rest: uploads.add(files or [], *rest))

    def read_again(request: gr.Request, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
        return work(request, progress, uploads.rebuild)

    files.upload(take_in, files, result, concurrency_limit=1)
    rebuild.click(read_again, None, result, concurrency_limit=1)
