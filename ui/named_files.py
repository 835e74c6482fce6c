"""The files that a request to Gradio may name: those that were uploaded, and nothing else on this machine or beyond."""

from typing import Any, NoReturn

import gradio as gr
from gradio import processing_utils


def confine_files(page: gr.Blocks) -> None:
    """Let events take uploaded files only; by itself a mounted page reads any path, and fetches any address."""
    page.has_launched = True  # the paths that a request names are checked only from then on
    processing_utils.async_ssrf_protected_download = _fetch_nothing


async def _fetch_nothing(*_: Any) -> NoReturn:  # noqa: ANN401 (whatever was to be fetched)
    raise gr.Error("a file is uploaded, not named by its address", print_exception=False)
