"""What amounts and dates come to, and which of them can be compared."""

import pytest

from qa.amounts import comparable, differ


@pytest.mark.parametrize(
    ("mark", "unit", "value"),
    [
        ("$1.375 billion", "dollar", 1.375e9),
        ("1,375 miljard euro", "euro", 1.375e9),
        ("1.375 miljard euro", "euro", 1.375e12),
        ("1,200 million pounds", "pound", 1.2e9),
        ("€3 mrd", "euro", 3e9),
        ("€300k", "euro", 3e5),
        ("$1.2B", "dollar", 1.2e9),
        ("EUR 300 million", "euro", 3e8),
        ("1.234,50 euro", "euro", 1234.5),
        ("1,234,567", "count", 1234567),
        ("5,8 procent", "percent", 5.8),
        ("2000", "count", 2000),
    ],
)
def test_what_an_amount_comes_to(mark, unit, value):
    known = comparable(mark, "how_much")
    assert known
    assert (known[0], float(known[1])) == (unit, value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("340 miljoen euro", "395 miljoen dollar"),
        ("18 months", "30 weeks"),
        ("2 percent", "3 percentage points"),
        ("500", "300 ton"),
        ("5 km", "5 meter"),
    ],
)
def test_amounts_of_other_units(one, other):
    assert [bool(comparable(mark, "how_much")) for mark in (one, other)] == [True, True]
    assert comparable(one, "how_much")[0] != comparable(other, "how_much")[0]


@pytest.mark.parametrize("mark", ["twee miljoen", "1.2.3"])
def test_what_cannot_be_told(mark):
    assert comparable(mark, "how_much") is None


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [
        ("2027", "maart 2027", False),
        ("3 maart 2027", "maart 2027", False),
        ("2027", "2029", True),
        ("maart 2027", "april 2027", True),
    ],
)
def test_dates_differ_only_in_what_both_name(one, other, changed):
    (unit, value), (_, other_value) = comparable(one, "when"), comparable(other, "when")
    assert differ(unit, value, other_value) == changed


def test_a_date_without_a_year_is_not_compared():
    assert comparable("3 maart", "when") is None
