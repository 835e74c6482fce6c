"""Publication dates that keep their precision, and ranges of days to search in."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from index.errors import DateError

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """The days on which an article may have appeared: one day, a whole month or a whole year.

    `text` is the date as it was written (2025-12-22, 2025-12 or 2025).
    """

    text: str
    first: dt.date
    last: dt.date

    @classmethod
    def parse(cls, text: str) -> "PublicationDate":
        """Read YYYY-MM-DD, YYYY-MM or YYYY.

        Raises:
            DateError: it is written in another way, or there is no such day.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            raise DateError(f"'{text}' is not a date; write YYYY-MM-DD, YYYY-MM or YYYY")
        year, month, day = (int(part) if part else None for part in form.groups())
        assert year is not None
        try:
            first = dt.date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError as error:
            raise DateError(f"'{text}' is not a date: there is no such day") from error
        if day is not None:
            return cls(text, first, first)
        last_month = month or 12
        return cls(text, first, dt.date(year, last_month, calendar.monthrange(year, last_month)[1]))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days to search in, both ends included; None leaves an end open."""

    since: dt.date | None = None
    until: dt.date | None = None

    @classmethod
    def parse(cls, since: str | None, until: str | None) -> "DateRange":
        """Read both ends; a month or a year counts from its first or up to its last day.

        Raises:
            DateError: an end is no date, or the range ends before it begins.
        """
        result = cls(
            PublicationDate.parse(since).first if since else None,
            PublicationDate.parse(until).last if until else None,
        )
        if result.since and result.until and result.since > result.until:
            raise DateError(f"the range ends ({until}) before it begins ({since})")
        return result

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def intersect(self, other: "DateRange") -> "DateRange":
        """The days in both; it may be empty, and then nothing is found."""
        sinces = [day for day in (self.since, other.since) if day]
        untils = [day for day in (self.until, other.until) if day]
        return DateRange(max(sinces, default=None), min(untils, default=None))

    def meets(self, date: PublicationDate) -> bool:
        """Whether an article of this date may have appeared in these days."""
        return not (self.since and date.last < self.since) and not (self.until and date.first > self.until)

    def ordinals(self) -> tuple[int, int]:
        """The range as proleptic day numbers (datetime.date.toordinal), for the indexes."""
        return (self.since or dt.date.min).toordinal(), (self.until or dt.date.max).toordinal()
