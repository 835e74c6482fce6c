"""Take the screenshots of docs/screenshots from a page that is being served.

    article-qa serve --port 7860 &
    python docs/screenshots.py --port 7860

The pictures show whatever index is served; those in the repository are of `seeds/`.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

FOLDER = Path(__file__).parent / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu"]

DUTCH, ENGLISH = "Waarom verkocht SoftBank zijn belang in Nvidia?", "Why did SoftBank sell its stake in Nvidia?"
PICTURES = {
    "light": (ENGLISH, {"locale": "en-GB"}),
    "dark": (ENGLISH, {"locale": "en-GB", "color_scheme": "dark"}),
    "phone": (ENGLISH, {"locale": "en-GB", "viewport": {"width": 360, "height": 780}}),
    "dutch": (DUTCH, {"locale": "nl-NL"}),
    "change": ("How much is OpenAI worth?", {"locale": "en-GB"}),
    "refusal": ("What is the weather in Paris?", {"locale": "en-GB"}),
}


def picture(browser: Browser, address: str, name: str, question: str, options: dict[str, object]) -> None:
    """Ask a question in a fresh window and keep what it looks like."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 860}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator('[data-testid="bot"] .reply')).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1500)  # until the last sentence is there
    if page.locator("a.cite").count():
        page.locator("#chat a.cite").first.click()
    if name == "phone":
        page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        for name, (question, options) in PICTURES.items():
            picture(browser, f"http://127.0.0.1:{given.port}/", name, question, options)


if __name__ == "__main__":
    main()
