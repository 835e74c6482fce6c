"""How soon the page is there: from the end of the imports until the server answers, and from there until it paints.

    python -m benchmarks.first_paint

Serves seeds/ from a fresh index and opens the page a few times, each in a browser with nothing cached. Needs Chromium.
"""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from index.embedding import load_embedder
from index.update import update_archive

SEEDS = Path(__file__).parent.parent / "seeds"
CHROMIUM = "/usr/bin/chromium"
OPENINGS = 5
_PATIENCE = 300.0

_SERVE = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
from pathlib import Path
import gradio, torch
import ui.server, ui.web
from ui.serving import Request, serve_page
print("imported", flush=True)
serve_page(Request(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2])))
"""

_PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const entry = list.getEntriesByName("first-contentful-paint")[0];
  if (entry) resolve(entry.startTime / 1000);
}).observe({ type: "paint", buffered: true }))"""


def main() -> None:
    """Measure and print."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        update_archive(Path(folder), [SEEDS], load_embedder())
        with subprocess.Popen([sys.executable, "-c", _SERVE, folder, str(port)], stdout=subprocess.PIPE) as server:
            try:
                print(f"server up after imports: {seconds_until_up(server, port):.1f} s")
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                    report([open_page(browser, f"http://127.0.0.1:{port}/") for _ in range(OPENINGS)])
            finally:
                server.terminate()


def seconds_until_up(server: "subprocess.Popen[bytes]", port: int) -> float:
    """Seconds between the end of the imports and the first answer."""
    assert server.stdout is not None
    server.stdout.readline()
    started = time.monotonic()
    while time.monotonic() < started + _PATIENCE:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return time.monotonic() - started
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server does not come up")


def open_page(browser: Browser, address: str) -> tuple[float, float, list[str]]:
    """Seconds until the first paint and until a question can be typed; the addresses asked for that are not ours."""
    context = browser.new_context()
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    started = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator("#question textarea").wait_for(timeout=_PATIENCE * 1000)
    usable = time.monotonic() - started
    painted = float(page.evaluate(_PAINTED))
    context.close()
    return painted, usable, [url for url in asked if not url.startswith((address, "data:", "blob:"))]


def report(openings: list[tuple[float, float, list[str]]]) -> None:
    """Print the first opening, which finds nothing warm, and the median of all."""
    for place, name in enumerate(("first paint", "ready for a question")):
        seconds = [(painted, usable)[place] for painted, usable, _ in openings]
        print(f"{name}: first time {seconds[0]:.2f} s, median of {len(seconds)} {statistics.median(seconds):.2f} s")
    elsewhere = sorted({url for opening in openings for url in opening[2]})
    print(f"requests elsewhere: {len(elsewhere)} {' '.join(elsewhere)}")


if __name__ == "__main__":
    main()
