"""The page in a real browser, from the first question on."""

import datetime as dt
import re
import time
from types import SimpleNamespace

import pytest
from driving import EXAMPLE, Site, ask, expect
from fake_assistant import PAYPAY, SECOND, SENTENCE, FakeAssistant, make_article, own_event_loop

from ui.access import Account, write_password
from ui.feedback import Feedback
from ui.server import Settings, create_app
from ui.texts import TEXTS

pytestmark = pytest.mark.browser


def wait_until(page, happened):
    """Wait, while the browser goes on, for what does not show on the page."""
    while not happened():
        page.wait_for_timeout(50)


def saved(page):
    """The conversation as the page saves it."""
    with page.expect_download() as saving:
        page.locator("#button-export").click()
    return saving.value.path().read_text(encoding="utf-8")


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
    box, below = page.locator("#sources").bounding_box(), page.locator("#add").bounding_box()
    assert box["y"] + box["height"] <= below["y"] + 1
    assert page.locator("#sources").evaluate("element => getComputedStyle(element).overflowY") == "auto"


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


def test_a_link_asks_its_question(open_page, site):
    page = open_page(f"{site.address}?q=Waarom%20verkocht%20SoftBank%20Nvidia%3F")
    expect(page.locator('[data-testid="bot"]').last).to_contain_text(SECOND)
    href = page.locator("a.permalink").get_attribute("href")
    assert href == "./?q=Waarom%20verkocht%20SoftBank%20Nvidia%3F"


def test_a_link_s_question_can_be_asked_again(open_page, site, assistant):
    page = open_page(f"{site.address}?q=Nvidia%20nog%20eens%3F")
    expect(page.locator('[data-testid="bot"]')).to_contain_text(SECOND)
    before = len(assistant.asked)
    page.locator("#button-retry").click()
    wait_until(page, lambda: len(assistant.asked) > before)
    assert assistant.asked[before:] == ["Nvidia nog eens?"]


def test_a_page_that_asks_nothing_waits_for_no_answer(open_page, site):
    """Gradio ends a page's stream with its last answer: a question sent in that moment would wait for ever."""
    page = open_page(site.address, wait=False)
    joined = []
    page.on("request", lambda request: joined.append(request.url) if "queue/join" in request.url else None)
    page.locator("h1").wait_for()
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    assert len(joined) == 1


def test_a_question_asked_before_the_page_is_complete_is_asked_once(open_page, site, assistant):
    before = len(assistant.asked)
    page = open_page(site.address, wait=False)
    page.locator("#question textarea").fill("Nvidia meteen?")
    page.locator("#question textarea").press("Enter")
    expect(page.locator('[data-testid="bot"]').last).to_contain_text(SECOND)
    time.sleep(1)
    assert assistant.asked[before:] == ["Nvidia meteen?"]


def test_a_follow_up_keeps_the_conversation_and_the_older_sources(open_page, site):
    page = open_page(site.address)
    expect(ask(page, "Waarom verkocht SoftBank Nvidia?")).to_contain_text(SECOND)
    expect(ask(page, "en het weer?").locator(".refusal")).to_be_visible()
    assert not page.locator("details#s1").evaluate("element => element.open")
    page.locator('[data-testid="bot"]').first.locator("a.cite").first.click()
    expect(page.locator("#s1-1 mark")).to_be_in_viewport()


def test_asking_again_replaces_the_last_turn_and_starting_over_clears_all(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    before = len(assistant.asked)
    page.locator("#button-retry").click()
    wait_until(page, lambda: len(assistant.asked) > before)
    assert assistant.asked[before:] == ["Nvidia?"]
    expect(page.locator('[data-testid="bot"]')).to_contain_text(SECOND)
    expect(page.locator('[data-testid="user"]')).to_have_count(1)
    page.locator("#button-start-over").click()
    expect(page.locator('[data-testid="user"]')).to_have_count(0)
    expect(page.locator("#sources")).to_contain_text(TEXTS["nl"]["no_sources"])


def test_asking_again_during_a_search_answers_the_question_once(open_page, site, assistant):
    page = open_page(site.address)
    assistant.pause = 1
    try:
        ask(page, "Nvidia zoekend?")
        for _ in range(3):
            page.locator("#button-retry").click()
        expect(page.locator('[data-testid="bot"]')).to_contain_text(SECOND)
        page.wait_for_timeout(2000)
        expect(page.locator('[data-testid="user"]')).to_have_count(1)
    finally:
        assistant.pause = 0
    assert saved(page).count("## Nvidia zoekend") == 1


def test_an_answer_stays_where_asking_it_again_is_stopped(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    assistant.pause = 2
    try:
        page.locator("#button-retry").click()
        expect(page.locator('[data-testid="user"]')).to_have_count(2)
        page.locator("#button-stop").click()
        page.wait_for_timeout(3000)
    finally:
        assistant.pause = 0
    assert "**5,8 miljard dollar**" in saved(page)
    page.locator("#button-retry").click()
    expect(page.locator('[data-testid="user"]')).to_have_count(1)
    expect(page.locator('[data-testid="bot"]')).to_contain_text(SECOND)


def test_an_empty_box_asks_nothing_and_what_was_asked_can_still_be_asked_again(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    before = len(assistant.asked)
    for typed in ("", "   "):
        page.locator("#question textarea").fill(typed)
        page.locator("#question textarea").press("Enter")
    page.locator("#button-retry").click()
    wait_until(page, lambda: len(assistant.asked) > before)
    page.wait_for_timeout(500)
    assert assistant.asked[before:] == ["Nvidia?"]


def test_what_was_wiped_cannot_be_asked_again(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    page.locator("#button-start-over").click()
    expect(page.locator('[data-testid="user"]')).to_have_count(0)
    before = len(assistant.asked)
    page.locator("#button-retry").click()
    page.wait_for_timeout(500)
    assert assistant.asked[before:] == []


def test_questions_that_wait_in_line_are_each_answered(open_page, monkeypatch):
    monkeypatch.setattr("ui.web._CONCURRENT", 1)
    assistant = FakeAssistant(pause=1)
    questions = ["Nvidia een?", "Nvidia twee?", "Nvidia drie?"]
    with own_event_loop(), Site(create_app(assistant)) as served:
        page = open_page(served.address)
        for question in questions:
            page.locator("#question textarea").fill(question)
            page.locator("#question textarea").press("Enter")
            expect(page.locator("#question textarea")).to_have_value("")
        expect(page.locator('[data-testid="bot"]')).to_have_count(3)
    assert assistant.asked == questions


def test_a_page_is_marked_with_the_language_it_is_in_and_a_quotation_with_its_own(open_page, site):
    accepted = {"accept-language": "fr-BE,fr;q=0.9,nl;q=0.8"}
    page = open_page(site.address, locale="fr-BE", extra_http_headers=accepted)
    expect(page.locator("h1")).to_have_text(TEXTS["nl"]["title"])
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    page = open_page(site.address, locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(ask(page, "Nvidia?").locator('[lang="nl"]').first).to_contain_text(SENTENCE)
    expect(page.locator('#sources blockquote[lang="nl"]')).to_have_count(2)


def test_a_conversation_is_kept_for_a_day_while_its_page_is_open(open_page, site, monkeypatch):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    clock = SimpleNamespace(now=lambda: dt.datetime.now() + dt.timedelta(hours=20))
    monkeypatch.setattr("gradio.state_holder.datetime", SimpleNamespace(datetime=clock))
    page.wait_for_timeout(2500)  # Gradio looks every second for what is too old
    assert "**5,8 miljard dollar**" in saved(page)


def test_a_period_is_passed_on_and_a_wrong_date_is_told(open_page, site, assistant):
    page = open_page(site.address)
    page.locator("#limits button").first.click()
    page.locator("#since textarea, #since input").fill("2025-11")
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    assert str(assistant.days[-1].since) == "2025-11-01"
    page.locator("#since textarea, #since input").fill("gisteren")
    expect(ask(page, "Nvidia?")).to_contain_text(TEXTS["nl"]["no_dates"])


def test_a_search_is_limited_to_a_source_and_a_link_brings_the_limits_back(open_page):
    assistant = FakeAssistant(counts={"/srv/articles/news": 1, "/srv/articles/<img src=x onerror=alert(1)>": 1})
    with own_event_loop(), Site(create_app(assistant)) as served:
        page = open_page(served.address)
        page.locator("#limits button").first.click()
        page.locator("#since textarea, #since input").fill("2025-11")
        page.get_by_label("onerror=alert(1)> (1)").check()
        expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
        address = page.locator("a.permalink").get_attribute("href")
        again = open_page(served.address + address.removeprefix("./"))
        expect(again.locator('[data-testid="bot"]').last).to_contain_text(SECOND)
        expect(again.get_by_label("onerror=alert(1)> (1)")).to_be_checked()
        expect(again.locator("#since textarea, #since input")).to_have_value("2025-11-01")
    assert assistant.limited_to == [["/srv/articles/<img src=x onerror=alert(1)>"]] * 2
    assert str(assistant.days[-1].since) == "2025-11-01"


def test_one_source_is_no_choice(open_page, site):
    page = open_page(site.address)
    page.locator("#limits button").first.click()
    expect(page.locator("#since")).to_be_visible()
    expect(page.locator("#only-sources")).to_be_hidden()


def test_stop_ends_a_long_search(open_page, site, assistant):
    page = open_page(site.address)
    assistant.pause = 3
    try:
        ask(page, "Nvidia?")
        page.locator("#button-stop").click()
        time.sleep(4)
        assert SECOND not in page.locator("#chat").inner_text()
    finally:
        assistant.pause = 0
    page.locator("#question textarea").fill("Nvidia!")
    page.locator("#question textarea").press("Enter")
    expect(page.locator('[data-testid="bot"]')).to_contain_text(SECOND)


def test_the_answer_can_be_copied_and_the_conversation_saved(open_page, site):
    page = open_page(site.address, permissions=["clipboard-read", "clipboard-write"])
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    page.locator("#button-copy").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('[2] 2025-11')")
    with page.expect_download() as saving:
        page.locator("#button-export").click()
    text = saving.value.path().read_text(encoding="utf-8")
    assert saving.value.suggested_filename == "article-qa.md"
    assert "## Nvidia\\?" in text
    assert "**5,8 miljard dollar**" in text


def test_a_verdict_and_a_remark_are_kept(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    thumb = page.locator("#chat").get_by_role("button", name="Vind ik leuk", exact=True).element_handle()
    thumb.click()
    page.locator("#remark textarea").fill("Klopt <b>helemaal</b>.")
    page.locator("#remark button").click()
    expect(page.locator("#remark").first).to_be_hidden()
    expect(page.get_by_text(TEXTS["nl"]["thanks"])).to_be_visible()
    [record] = Feedback(assistant.folder).read()
    assert (record["good"], record["question"], record["remark"]) == (True, "Nvidia?", "Klopt <b>helemaal</b>.")
    thumb.click()  # taken back: that is no verdict
    expect(ask(page, "en het weer?")).to_be_visible()
    expect(page.locator("#remark").first).to_be_hidden()
    assert Feedback(assistant.folder).read() == []


def test_a_verdict_that_is_changed_counts_as_it_is_in_the_end(open_page, site, assistant):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    for name, good in (("Vind ik leuk", True), ("Vind ik niet leuk", False)):
        page.locator("#chat").get_by_role("button", name=name, exact=True).click()
        expect(page.locator("#remark textarea")).to_be_visible()
        wait_until(page, lambda good=good: [one["good"] for one in Feedback(assistant.folder).read()] == [good])


def test_a_verdict_that_cannot_be_kept_is_told_with_a_number(open_page, site, monkeypatch):
    monkeypatch.setattr("ui.feedback.MAX_BYTES", 0)
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    page.locator("#chat").get_by_role("button", name="Vind ik leuk", exact=True).click()
    expect(page.get_by_text(TEXTS["nl"]["error"].partition("{id}")[0])).to_be_visible()
    expect(page.locator("#remark").first).to_be_hidden()


def test_new_articles_are_announced(open_page, site, assistant):
    page = open_page(site.address)
    expect(page.locator("#archive-line")).to_contain_text("2 artikelen")
    assistant.articles.append(make_article("002_new.txt", "Iets nieuws."))
    try:
        expect(page.locator("#news")).to_have_text(TEXTS["nl"]["new_article"])
        expect(page.locator("#archive-line")).to_contain_text("3 artikelen")
        page.locator("#news").click()
        expect(page.locator("#news")).to_be_hidden()
    finally:
        assistant.articles.pop()


def test_the_timeline_shows_when(open_page, site):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    expect(page.locator("svg.timeline circle")).to_have_count(2)
    page.locator("svg.timeline a").first.click()
    expect(page.locator(".card.shown")).to_be_visible()


def test_it_fits_a_narrow_screen(open_page, site):
    page = open_page(site.address, viewport={"width": 360, "height": 740})
    expect(ask(page, "Waarom verkocht SoftBank Nvidia?")).to_contain_text(SECOND)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.locator("a.cite").first.click()
    expect(page.locator(".card.shown mark")).to_be_in_viewport()


def test_it_is_dark_where_the_browser_is(open_page, site):
    page = open_page(site.address, color_scheme="dark")
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 60


def test_it_works_with_the_keyboard_alone(open_page, site):
    page = open_page(site.address)
    page.locator("#question textarea").focus()
    page.keyboard.type("Nvidia?", delay=20)  # as hands do
    expect(page.locator("#question textarea")).to_have_value("Nvidia?")
    page.keyboard.press("Enter")
    expect(page.locator('[data-testid="bot"]').last).to_contain_text(SECOND)
    page.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#s1-1")).to_be_focused()


def test_visitors_from_beyond_cannot_write(open_page):
    with own_event_loop(), Site(create_app(FakeAssistant(), Settings(writable=False))) as served:
        page = open_page(served.address)
        expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
        expect(page.locator("#add")).to_have_count(0)
        expect(page.get_by_role("button", name="Vind ik leuk", exact=True)).to_have_count(0)
        assert page.request.post(f"{served.address}gradio_api/upload").status == 403


def test_a_question_asked_while_another_is_answered_is_answered_too(open_page, site, assistant):
    page = open_page(site.address)
    assistant.pause = 1
    try:
        for question in ("Nvidia een?", "Nvidia twee?"):
            page.locator("#question textarea").fill(question)
            page.locator("#question textarea").press("Enter")
            expect(page.locator("#question textarea")).to_have_value("")
        expect(page.locator('[data-testid="bot"]')).to_have_count(2)
    finally:
        assistant.pause = 0


def test_a_message_is_not_labelled_with_its_markup(open_page, site):
    page = open_page(site.address)
    expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
    expect(page.locator('#chat [aria-label*="<p>"]')).to_have_count(0)


def test_with_a_password_everything_works_and_without_it_nothing(open_page, browser, tmp_path):
    write_password(tmp_path / "password", "geheim")
    account = Account.parse(f"jan:{tmp_path / 'password'}")
    with own_event_loop(), Site(create_app(FakeAssistant(), Settings(account=account))) as served:
        page = open_page(served.address, http_credentials={"username": "jan", "password": "geheim"})
        expect(ask(page, "Nvidia?")).to_contain_text(SECOND)
        stranger = browser.new_context().request
        assert [stranger.get(served.address + path).status for path in ("", "article?id=x", "config")] == [401] * 3
