"""axe-core over the page in several states. It is fetched with npm; without it these tests are skipped, and say so."""

import subprocess
import tarfile
from pathlib import Path

import pytest
from driving import ask, expect
from fake_assistant import SECOND

pytestmark = pytest.mark.browser

VERSION = "4.14.1"
FOLDER = Path(__file__).parents[2] / "build" / "axe-core"


@pytest.fixture(scope="module")
def axe():
    """The text of axe.min.js."""
    script = FOLDER / f"axe-{VERSION}.min.js"
    if not script.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", f"axe-core@{VERSION}", "--fetch-retries=0", "--fetch-timeout=20000"]
        try:
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"axe-core could not be fetched with npm ({type(error).__name__})")
        with tarfile.open(FOLDER / f"axe-core-{VERSION}.tgz") as packed:
            script.write_bytes(packed.extractfile("package/axe.min.js").read())
    return script.read_text(encoding="utf-8")


def violations(page, axe):
    """What axe finds to be serious or worse."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [
        (item["id"], [f"{node['html'][:150]} {node['failureSummary']}" for node in item["nodes"]])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_has_no_serious_violation(open_page, site, axe, scheme, width):
    page = open_page(site.address, color_scheme=scheme, viewport={"width": width, "height": 800})
    assert violations(page, axe) == []
    expect(ask(page, "Waarom verkocht SoftBank Nvidia?")).to_contain_text(SECOND)
    page.locator("a.cite").first.click()
    expect(ask(page, "en het weer?").locator(".refusal")).to_be_visible()
    page.locator("#limits button").first.click()
    page.locator("#add button").first.click()
    page.locator("#files").wait_for()
    assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_article_has_no_serious_violation(open_page, site, axe, scheme):
    page = open_page(site.address, color_scheme=scheme)
    page.goto(f"{site.address}article?id=000_softbank.txt&start=0&end=40")
    assert violations(page, axe) == []
