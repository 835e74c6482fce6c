"""What the browser's tests share: the application in a thread, and a question typed into the page."""

import os
import threading
import time

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

import uvicorn  # noqa: E402

from ui.server import reserve  # noqa: E402

EXAMPLE = "Waarom verkocht SoftBank zijn belang in Nvidia?"


class Site:
    """The application, served from a thread."""

    def __init__(self, app):
        self._socket = reserve("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self):
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
        return self

    def __exit__(self, *failure):
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def ask(page, question):
    """Type a question and send it; the last message of the assistant."""
    asked = page.locator('[data-testid="user"]').count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator('[data-testid="user"]')).to_have_count(asked + 1)
    return page.locator('[data-testid="bot"]').last
