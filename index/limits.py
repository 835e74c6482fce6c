"""What a search is limited to: days of publication, and where the articles came from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from index.dates import DateRange
from index.errors import SourceError


@dataclass(frozen=True, slots=True)
class Limits:
    """Only articles that may have appeared in these days and come from one of these sources; false where all do.

    `sources` are folders, files or feeds as the archive names them; empty for all of them.
    """

    days: DateRange = DateRange()
    sources: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.days or self.sources)


EVERYTHING = Limits()


def known_sources(names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The archive's sources that are meant by these names, sorted.

    Args:
        names: each a source as the archive names it, a path to it, or its last part ("economy" for /news/economy).
        known: the archive's sources.

    Raises:
        SourceError: a name means none of them.
    """
    meant: set[str] = set()
    for name in names:
        found = {name, str(Path(name).resolve())}.intersection(known) or {
            source for source in known if Path(source).name == name
        }
        if not found:
            raise SourceError(f"'{name}' is no source of this index; it has {', '.join(sorted(known)) or 'none'}")
        meant |= found
    return tuple(sorted(meant))
