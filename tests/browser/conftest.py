"""Chromium, driven by playwright. Its tests are skipped, with the reason, where there is no browser."""

import re
from pathlib import Path

import pytest
from driving import EXAMPLE, Site, sync_api
from fake_assistant import FakeAssistant, own_event_loop

from ui.server import create_app

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Skip everything here where there is no Chromium; let its libraries warn."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"))
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"))


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def assistant():
    return FakeAssistant()


@pytest.fixture(scope="module")
def site(assistant):
    with own_event_loop(), Site(create_app(assistant, examples=lambda: [EXAMPLE])) as served:
        yield served


@pytest.fixture
def open_page(browser):
    """Opens an address; at the end nothing may have been requested from elsewhere, and no script have failed."""
    contexts, elsewhere, errors = [], [], []

    def opened(address, locale="nl-NL", wait=True, **options):
        context = browser.new_context(locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        own = re.match("http://[^/]+/", address).group()
        context.on("request", lambda request: elsewhere.append(request.url) if _foreign(request.url, own) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        page.locator("#question textarea").wait_for()
        if wait:
            page.locator("h1").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert errors == []


def _foreign(url, own):
    return not url.startswith((own, "data:", "blob:"))
