"""The page over a real archive (with a stand-in for the model) that grows while it is looked at."""

import threading
from contextlib import closing

import pytest
from driving import Site, ask, expect
from fake_assistant import own_event_loop
from fakes import CountingEmbedder

from index.archive import Archive
from index.update import update_archive
from qa import Assistant
from ui.indexing import watch_shown
from ui.server import create_app
from ui.texts import TEXTS

pytestmark = pytest.mark.browser

BRIDGE = "De nieuwe brug over de IJssel bij Zwolle gaat in oktober open voor het verkeer."
QUESTION = "Wanneer gaat de brug over de IJssel bij Zwolle open?"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "haven.txt").write_text(" date 2025-12-22 De haven van Rotterdam groeit dit jaar met drie procent.")
    return folder


@pytest.fixture
def archive_site(tmp_path, source):
    update_archive(tmp_path / "index", [source], CountingEmbedder())
    with closing(Assistant(Archive.open(tmp_path / "index"), CountingEmbedder())) as assistant:
        with own_event_loop(), Site(create_app(assistant)) as served:
            yield served


def test_an_uploaded_article_can_be_asked_about(open_page, archive_site, tmp_path):
    page = open_page(archive_site.address)
    article = tmp_path / "brug.txt"
    article.write_text(f" date 2025-12-23 {BRIDGE}", encoding="utf-8")
    wrong = tmp_path / "leeg.txt"
    wrong.touch()
    page.locator("#add button").first.click()
    page.locator("#add input[type=file]").set_input_files([article, wrong])
    expect(page.locator("#added")).to_contain_text("1 toegevoegd, 0 gewijzigd, 0 verwijderd, 1 overgeslagen.")
    expect(page.locator("#added")).to_contain_text("leeg.txt (een leeg bestand)")
    expect(page.locator("#news")).to_have_text(TEXTS["nl"]["new_article"])
    ask(page, QUESTION)
    expect(page.locator("#sources")).to_contain_text(BRIDGE)


def test_a_file_dropped_in_a_watched_folder_can_be_asked_about(open_page, archive_site, source, tmp_path):
    stop = threading.Event()
    watching = threading.Thread(
        target=watch_shown, args=(tmp_path / "index", [source], CountingEmbedder()), kwargs={"stop": stop}
    )
    watching.start()
    try:
        page = open_page(archive_site.address)
        expect(page.locator("#archive-line")).to_contain_text("1 artikel (nl 1)")
        (source / "brug.txt").write_text(f" date 2025-12-23 {BRIDGE}", encoding="utf-8")
        expect(page.locator("#news")).to_have_text(TEXTS["nl"]["new_article"])
        ask(page, QUESTION)
        expect(page.locator("#sources")).to_contain_text(BRIDGE)
    finally:
        stop.set()
        watching.join()


def test_the_folders_are_read_again_on_demand(open_page, archive_site, source):
    page = open_page(archive_site.address)
    (source / "brug.txt").write_text(f" date 2025-12-23 {BRIDGE}", encoding="utf-8")
    page.locator("#add button").first.click()
    page.locator("#button-rebuild").click()
    expect(page.locator("#added")).to_contain_text("1 toegevoegd")
