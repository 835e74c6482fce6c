"""How a refusal is put."""

import pytest
from fakes import CountingEmbedder

from index.archive import Archive
from index.dates import DateRange
from index.update import update_archive
from qa import Assistant
from qa.refusing import Extent, refusal_text


def test_one_sentence_says_what_was_searched():
    assert refusal_text("not_enough_evidence", "en", Extent(48, "2024-03", "2026-07-02")) == (
        "I searched 48 articles from 2024-03 to 2026-07-02, but the answer to this question is not there."
    )
    assert refusal_text("nothing_found", "nl", Extent(1, "2025", "2025")) == (
        "Ik heb 1 artikel van 2025 doorzocht, maar hierover is daar niets in te vinden."
    )


def test_dates_that_are_not_known_are_not_told():
    assert "3 artikelen doorzocht" in refusal_text("nothing_found", "nl", Extent(3))


def test_where_there_is_nothing_to_search_that_is_said():
    assert refusal_text("nothing_found", "en", Extent(0)).startswith("There is no article to search")


@pytest.fixture
def assistant(tmp_path):
    for name, day in (("a", "2024-03-01"), ("b", "2025-06"), ("c", "2026-07-02")):
        source = tmp_path / "source" / f"{name}.txt"
        source.parent.mkdir(exist_ok=True)
        source.write_text(f" date {day} In artikel {name} staat iets over een molen en een brug.\n", encoding="utf-8")
    embedder = CountingEmbedder()
    update_archive(tmp_path / "index", [tmp_path / "source"], embedder)
    opened = Assistant(Archive.open(tmp_path / "index"), embedder)
    yield opened
    opened.close()


def test_only_what_the_limits_leave_counts_as_searched(assistant):
    never = {"threshold_shift": 1.0}
    assert "3 artikelen van 2024-03-01 tot en met 2026-07-02" in assistant.ask("Waar staat de molen?", **never).text
    days = DateRange.parse("2025", None)
    assert "2 artikelen van 2025-06 tot en met" in assistant.ask("Waar staat de molen?", days, **never).text
    nothing = assistant.ask("Waar staat de molen?", DateRange.parse("1999", "2000"), **never)
    assert nothing.text == "Er is geen artikel om in te zoeken binnen deze periode en bronnen."
