"""What a reader should know of how a question was read, and how the dates of articles were treated."""

from index.limits import Limits

_UNDATED = {
    "nl": (
        "1 artikel zonder bekende datum is niet doorzocht.",
        "{} artikelen zonder bekende datum zijn niet doorzocht.",
    ),
    "en": ("1 article without a known date was not searched.", "{} articles without a known date were not searched."),
}
_NARROWED = {
    "nl": "Gezocht in artikelen vanaf {}, omdat de vraag daarnaar verwijst.",
    "en": "Articles from {} on were searched, as the question refers to that time.",
}
_READ_AS = {"nl": "Gelezen als: {}", "en": "Read as: {}"}


def reading_notices(language: str, typed: str, read: str) -> tuple[str, ...]:
    """How a question was read, where that is not as it was typed."""
    return () if " ".join(typed.split()) == read else (_READ_AS[language].format(read),)


def date_notices(language: str, asked: Limits, searched: Limits, undated: int) -> tuple[str, ...]:
    """One line for each thing to know; none where no date mattered.

    Args:
        language: nl or en.
        asked: the limits that were given with the question.
        searched: those that held, with what the question itself says of time.
        undated: articles without a known date that come from the sources searched.
    """
    notices = []
    if searched.days != asked.days:
        notices.append(_NARROWED[language].format(searched.days.since))
    if searched.days and undated:
        one, several = _UNDATED[language]
        notices.append(one if undated == 1 else several.format(undated))
    return tuple(notices)
