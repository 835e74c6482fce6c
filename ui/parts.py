"""The parts of the page that stand by themselves: limits on the search, feedback, new articles."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gradio as gr
from starlette.datastructures import QueryParams

from index.sources import SUFFIXES
from qa import Turn
from ui.chat import Visitor, report_fault
from ui.feedback import MAX_REMARK, Feedback
from ui.filters import choices, from_link
from ui.texts import choose_language, translations
from ui.texts import say as say_in
from ui.uploads import Uploads

Files = list[str] | None

say = translations()


def visitor(request: gr.Request) -> Visitor:
    """Who sent a request."""
    return Visitor(choose_language(request.headers.get("accept-language")), request.client.host)


def add_filters() -> list[Any]:
    """The part that folds open; first day, last day and sources in it."""
    with gr.Accordion(say("limits"), open=False, elem_id="limits") as limits:
        with gr.Row():
            since = gr.Textbox("", label=say("since"), max_length=10, elem_id="since")
            until = gr.Textbox("", label=say("until"), max_length=10, elem_id="until")
        sources = gr.CheckboxGroup([], label=say("only_sources"), visible=False, elem_id="only-sources")
    return [limits, since, until, sources]


def linked_filters(query: QueryParams, counts: Mapping[str, int]) -> tuple[Any, ...]:
    """The parts of `add_filters` as the page's address has them."""
    filters = from_link({key: query.getlist(key) for key in query}, counts)
    offered = choices(counts)
    group = gr.CheckboxGroup(choices=offered, value=list(filters.sources), visible=bool(offered))
    return gr.Accordion(open=bool(filters)), filters.since, filters.until, group


def add_feedback(feedback: Feedback, chatbot: gr.Chatbot, turns: gr.State) -> None:
    """A place for a remark, which appears after a thumb up or down."""
    verdict = gr.State("")
    with gr.Group(visible=False, elem_id="remark") as group:
        remark = gr.Textbox(label=say("remark"), placeholder=say("remark_placeholder"), max_length=MAX_REMARK)
        send = gr.Button(say("send_remark"), size="sm")

    def judge(event: gr.LikeData, turns: list[Turn], request: gr.Request) -> tuple[str, Any]:
        number = int(event.index) // 2  # question and reply alternate
        good = event.liked if isinstance(event.liked, bool) else None  # neither: a thumb was taken back
        kept = ""
        with _faults_told(request):
            kept = feedback.add(turns[number], good) if number < len(turns) else ""
        return kept, gr.Group(visible=bool(kept) and good is not None)

    def keep(text: str, verdict: str, request: gr.Request) -> tuple[Any, Any]:
        with _faults_told(request):
            feedback.add_remark(verdict, text)
            gr.Info(say_in(visitor(request).language, "thanks"))
            return "", gr.Group(visible=False)
        return gr.skip(), gr.skip()

    # queued, as only such an event can say that something went wrong
    chatbot.like(judge, turns, [verdict, group], show_progress="hidden")
    gr.on([send.click, remark.submit], keep, [remark, verdict], [remark, group])


@contextmanager
def _faults_told(request: gr.Request) -> Iterator[None]:
    """What goes wrong inside is told as one line with a number; the log has the rest."""
    try:
        yield
    except Exception:  # noqa: BLE001 (whatever it is)
        gr.Warning(report_fault(visitor(request).language), title="article-qa")


def add_uploads(uploads: Uploads) -> None:
    """Buttons that take files in, and read the indexed folders again."""
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
