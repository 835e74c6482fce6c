"""Dates keep their precision; ranges include both ends."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import DateRange, PublicationDate
from index.errors import DateError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-12-22", (2025, 12, 22), (2025, 12, 22)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2025", (2025, 1, 1), (2025, 12, 31)),
    ],
)
def test_precision(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    date = PublicationDate.parse(text)
    assert (str(date), date.first, date.last) == (text, dt.date(*first), dt.date(*last))


@pytest.mark.parametrize("text", ["2025-13-45", "2025-02-30", "2025-00", "0000"])
def test_days_that_do_not_exist(text: str) -> None:
    with pytest.raises(DateError, match=f"'{text}' is not a date: there is no such day"):
        PublicationDate.parse(text)


@pytest.mark.parametrize("text", ["", "gisteren", "22-12-2025", "2025-1-1", "2025-12-22T10:00", " 2025", "٢٠٢٥"])
def test_other_ways_of_writing(text: str) -> None:
    with pytest.raises(DateError, match="is not a date; write YYYY-MM-DD"):
        PublicationDate.parse(text)


@given(st.dates())
def test_every_day_is_read_back(day: dt.date) -> None:
    date = PublicationDate.parse(day.isoformat())
    assert date.first == date.last == day


def test_range_counts_whole_months() -> None:
    days = DateRange.parse("2025-02", "2025-03")
    assert (days.since, days.until) == (dt.date(2025, 2, 1), dt.date(2025, 3, 31))


def test_open_and_empty_ranges() -> None:
    assert not DateRange.parse(None, None)
    assert DateRange.parse("2025", None).ordinals()[1] == dt.date.max.toordinal()
    with pytest.raises(DateError, match="ends .2024. before it begins .2025."):
        DateRange.parse("2025", "2024")


def test_intersection() -> None:
    both = DateRange.parse("2024", "2025").intersect(DateRange.parse("2025", "2026"))
    assert (both.since, both.until) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
