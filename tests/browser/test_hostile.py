"""Text that tries to be something else, in every place that text comes from: it is shown, and does nothing."""

import pytest
from driving import Site, ask, expect
from fake_assistant import FakeAssistant, make_article, make_citation, make_hit, own_event_loop
from payloads import PAYLOADS
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from qa.question import parse_question
from qa.records import Answer, Turn
from ui.feedback import Feedback
from ui.render import plain
from ui.server import create_app

pytestmark = pytest.mark.browser

TRAP = "window.caught = []; window.pwned = (value) => { window.caught.push(value); return value; }; undefined;"


class HostileAssistant(FakeAssistant):
    """Answers question number i with an article that is payload i from its name to its last word."""

    def ask(self, text, days=None, history=(), *, sources=()):
        number = int(text.split()[0])
        article = self.articles[number]
        citation = make_citation(article, article.text)
        question = parse_question(f"Wat is er? {PAYLOADS[number]}")
        return Answer(question, f"{article.text} [1]", (citation,), (make_hit(article),), (PAYLOADS[number],))


def hostile_article(number, payload):
    return make_article(f"{number}-{payload}.txt", f"Begin {payload} einde.", f"Titel {payload}")


@pytest.fixture(scope="module")
def hostile():
    return HostileAssistant([hostile_article(*pair) for pair in enumerate(PAYLOADS)])


@pytest.fixture(scope="module")
def hostile_site(hostile):
    with own_event_loop(), Site(create_app(hostile, examples=lambda: PAYLOADS[:3])) as served:
        yield served


def test_there_are_sixty():
    assert len(set(PAYLOADS)) == 60


@pytest.mark.timeout(600)
def test_nothing_on_the_page_executes_and_text_is_shown_as_text(open_page, hostile_site):
    page = open_page(hostile_site.address)
    page.evaluate(TRAP)
    for number, payload in enumerate(PAYLOADS):
        reply = ask(page, f"{number} {payload}".replace("\n", " "))
        shown = " ".join(plain(f"Begin {payload} einde.").split())
        expect(reply).to_contain_text(shown)
        card = page.locator("#sources details[open] .card")
        expect(card.locator("mark")).to_have_text(shown, use_inner_text=True)
        expect(card.locator("h2")).to_have_text(f"[1] Titel {' '.join(plain(payload).split())}")
        if number % 15 == 14:
            page.locator("#button-start-over").click()
            expect(page.locator('[data-testid="user"]')).to_have_count(0)
    assert page.evaluate("window.caught") == []
    assert page.evaluate("pwned('the trap works'); window.caught") == ["the trap works"]
    assert page.locator("#chat iframe, #chat form, #chat object, #sources iframe, #sources img").count() == 0


@pytest.mark.timeout(600)
def test_nothing_executes_on_the_articles_own_pages(open_page, hostile_site, hostile):
    page = open_page(hostile_site.address)
    page.add_init_script(TRAP)
    for article in hostile.articles:  # each from the page of the one before: the chat takes longer to come up
        with page.expect_navigation():
            page.evaluate(
                "([id, end]) => { window.location = `article?id=${encodeURIComponent(id)}&start=0&end=${end}`; }",
                [article.id, len(article.text)],
            )
        assert " ".join(plain(article.text).split()) in " ".join(page.locator("main").inner_text().split())
        assert page.evaluate("window.caught") == []


def test_remarks_are_kept_as_they_are_and_shown_nowhere(hostile, tmp_path):
    feedback = Feedback(tmp_path)
    turn = Turn(PAYLOADS[0], hostile.ask("0"))
    for payload in PAYLOADS:
        feedback.add_remark(feedback.add(turn, good=False), payload)
    assert [record["remark"] for record in feedback.read()] == [payload.strip() for payload in PAYLOADS]


SENDS = """async (address) => {
  const form = new FormData();
  form.append("files", new File(["Een bericht van elders."], "elders.txt"));
  await fetch(address + "gradio_api/upload", { method: "POST", mode: "no-cors", body: form });
  await fetch(address + "gradio_api/cancel", { method: "POST", mode: "no-cors", body: "{}" });
  return fetch(address + "status").then((response) => response.text(), (error) => error.name);
}"""


def test_another_sites_page_in_the_same_browser_can_send_and_read_nothing(browser, hostile_site):
    elsewhere = Starlette(routes=[Route("/", lambda request: HTMLResponse("<p>another site</p>"))])
    with Site(elsewhere) as other:
        context = browser.new_context()
        page = context.new_page()
        posted = []
        page.on("response", lambda got: posted.append(got.status) if got.request.method == "POST" else None)
        page.goto(other.address)
        assert page.evaluate(SENDS, hostile_site.address) == "TypeError"
        for _ in range(100):  # the browser tells of a response when it gets round to it
            if len(posted) < 2:
                page.wait_for_timeout(50)
        context.close()
    assert posted == [403, 403]
