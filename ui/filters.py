"""What a reader limits a search to: a period and sources, as the page and its links write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from index.dates import DateRange
from index.sources import is_feed
from ui.render import one_line

if TYPE_CHECKING:
    from qa.records import Question


@dataclass(frozen=True, slots=True)
class Filters:
    """First and last day as they were typed, and names of sources; empty for no limit."""

    since: str = ""
    until: str = ""
    sources: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)

    def days(self) -> DateRange:
        """The period.

        Raises:
            DateError: an end is no date, or they are the wrong way around.
        """
        return DateRange.parse(self.since.strip() or None, self.until.strip() or None)


def source_names(sources: Iterable[str]) -> dict[str, list[str]]:
    """Name -> the sources that it stands for.

    Of a path, only as much of its end as tells it from the others: nobody sees where it lies. Of a feed's address, the
    host and the path: the rest may be a secret.
    """
    feeds = {source: urlsplit(source) for source in sources if is_feed(source)}
    paths = {source: source.split("/")[::-1] for source in sources if source not in feeds}
    names: dict[str, list[str]] = {}
    for source, parts in paths.items():
        others = [other for known, other in paths.items() if known != source]
        size = next((n for n in range(1, len(parts)) if all(other[:n] != parts[:n] for other in others)), len(parts))
        names.setdefault(one_line("/".join(reversed(parts[:size]))), []).append(source)
    for source, address in feeds.items():
        names.setdefault(one_line(f"{address.hostname}{address.path}"), []).append(source)
    return names


def choices(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """The sources to choose from, as (what is shown, name); none where there is only one."""
    names = source_names(counts)
    found = [(f"{name} ({sum(counts[each] for each in meant)})", name) for name, meant in names.items()]
    return found if len(found) > 1 else []


def link(question: "Question", names: Mapping[str, Sequence[str]]) -> str:
    """The address that asks a question again, with the same limits.

    Args:
        question: as it was searched for.
        names: of the archive's sources, from `source_names`.
    """
    days, sources = question.limits.days, set(question.limits.sources)
    fields = [("q", question.text), ("since", str(days.since or "")), ("until", str(days.until or ""))]
    fields += [("source", name) for name, meant in names.items() if sources.intersection(meant)]
    return "./?" + urlencode([(key, value) for key, value in fields if value], quote_via=quote)


def from_link(values: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> Filters:
    """The filters that an address asks for; sources that the archive does not have are passed over.

    Args:
        values: of the address's fields.
        counts: the archive's sources with their numbers of articles.
    """
    since, until = ("".join(values.get(key, ())[:1])[:10] for key in ("since", "until"))
    known = {name for _, name in choices(counts)}
    return Filters(since, until, tuple(name for name in values.get("source", ()) if name in known))
