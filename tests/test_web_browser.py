"""The page in a real browser: Chromium, driven by playwright. Skipped, with the reason, where there is none."""

import os
import re
import threading
import time
from pathlib import Path

import pytest
from fake_assistant import PAYPAY, SECOND, SENTENCE, FakeAssistant

CHROMIUM = Path("/usr/bin/chromium")
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

import uvicorn  # noqa: E402

from ui.server import create_app, reserve  # noqa: E402
from ui.texts import TEXTS  # noqa: E402

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
EXAMPLE = "Waarom verkocht SoftBank zijn belang in Nvidia?"

sync_api.expect.set_options(timeout=30_000)
expect = sync_api.expect


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


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def site():
    with Site(create_app(FakeAssistant(), [EXAMPLE])) as served:
        yield served


@pytest.fixture
def open_page(browser):
    """Opens an address; at the end nothing may have been requested from elsewhere, and no script have failed."""
    contexts, elsewhere, errors = [], [], []

    def opened(address, locale="nl-NL", **options):
        context = browser.new_context(locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        own = re.match("http://[^/]+/", address).group()
        page.on("request", lambda request: elsewhere.append(request.url) if _foreign(request.url, own) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        page.locator("#question textarea").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert errors == []


def _foreign(url, own):
    return not url.startswith((own, "data:", "blob:"))


def ask(page, question):
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    return page.locator('[data-testid="bot"]').last


def test_from_question_to_the_marked_sentence(open_page, site):
    page = open_page(site.address)
    reply = ask(page, "Waarom verkocht SoftBank Nvidia?")
    expect(reply).to_contain_text(SENTENCE)
    expect(reply).to_contain_text(SECOND)
    expect(reply.locator("strong")).to_have_text("5,8 miljard dollar")
    reply.locator("a.cite").nth(1).click()
    shown = page.locator("#sources .card.shown")
    expect(shown).to_be_in_viewport()
    expect(shown).to_contain_text(PAYPAY.title)
    expect(shown.locator("mark")).to_have_text(SECOND)
    reply.locator("a.cite").first.click()
    expect(shown.locator("mark")).to_have_text(SENTENCE)
    with page.expect_popup() as opened:
        shown.locator("a.read").click()
    article = opened.value
    expect(article.locator("mark#cited")).to_have_text(SENTENCE)
    expect(article.locator("mark#cited")).to_be_in_viewport()


def test_the_answer_is_streamed(open_page, site):
    page = open_page(site.address)
    page.evaluate(
        """() => { window.seen = new Set(); new MutationObserver(() => {
             const bots = document.querySelectorAll('[data-testid="bot"]');
             if (bots.length) window.seen.add(bots[bots.length - 1].innerText.trim());
           }).observe(document.body, { childList: true, subtree: true, characterData: true }); }"""
    )
    expect(ask(page, "Waarom verkocht SoftBank Nvidia?")).to_contain_text(SECOND)
    seen = page.evaluate("() => [...window.seen]")
    assert any(SENTENCE in text and SECOND not in text for text in seen)


def test_a_refusal_looks_like_one_and_shows_what_came_near(open_page, site):
    page = open_page(site.address, locale="en-US")
    reply = ask(page, "what is the weather in Paris?")
    expect(reply.locator(".refusal")).to_contain_text("The articles do not say.")
    expect(page.locator("#sources")).to_contain_text(TEXTS["en"]["nearest"])
    expect(page.locator("#sources .card.near")).to_have_count(2)
    assert page.locator("#sources mark").count() == 0


def test_an_example_is_asked_with_a_click(open_page, site):
    page = open_page(site.address)
    page.get_by_text(EXAMPLE).click()
    expect(page.locator('[data-testid="user"]')).to_contain_text(EXAMPLE)
    expect(page.locator('[data-testid="bot"]').last).to_contain_text(SENTENCE)


@pytest.mark.parametrize(("locale", "language"), [("nl-NL", "nl"), ("en-GB", "en")])
def test_the_browser_chooses_the_language(open_page, site, locale, language):
    page = open_page(site.address, locale=locale)
    expect(page.locator("h1")).to_have_text(TEXTS[language]["title"])
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", TEXTS[language]["placeholder"])
