"""What the interface says, in Dutch and English."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

DEFAULT = "en"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Ask the articles",
        "subtitle": "Every sentence of an answer is quoted from an article, with its date and its place.",
        "placeholder": "Ask a question about the articles",
        "empty": "Ask a question in Dutch or English. The answer consists of sentences from the articles.",
        "send": "Ask",
        "examples": "For example",
        "conversation": "Conversation",
        "sources": "Sources",
        "no_sources": "The articles behind an answer appear here.",
        "nearest": "Nearest passages (these do not answer the question)",
        "read": "Read the article",
        "no_date": "date unknown",
        "searched": "Searched for",
        "source_of": "Source",
        "no_article": "This article is not (or no longer) in the archive.",
        "back": "Back to the questions",
        "error": "Something went wrong here. Report the number {id} to whoever runs this page.",
    },
    "nl": {
        "title": "Vraag het de artikelen",
        "subtitle": "Elke zin van een antwoord is een citaat uit een artikel, met datum en vindplaats.",
        "placeholder": "Stel een vraag over de artikelen",
        "empty": "Stel een vraag in het Nederlands of Engels. Het antwoord bestaat uit zinnen uit de artikelen.",
        "send": "Vraag",
        "examples": "Bijvoorbeeld",
        "conversation": "Gesprek",
        "sources": "Bronnen",
        "no_sources": "Hier verschijnen de artikelen waarop een antwoord steunt.",
        "nearest": "Dichtstbijzijnde passages (die beantwoorden de vraag niet)",
        "read": "Lees het artikel",
        "no_date": "datum onbekend",
        "searched": "Gezocht naar",
        "source_of": "Bron",
        "no_article": "Dit artikel staat niet (meer) in het archief.",
        "back": "Terug naar de vragen",
        "error": "Hier ging iets mis. Meld het nummer {id} aan wie deze pagina beheert.",
    },
}


def say(language: str, key: str, **values: object) -> str:
    """A text in one of the languages, its {placeholders} filled in."""
    text = TEXTS[language][key]
    return text.format(**values) if values else text


def choose_language(accepted: str | None) -> str:
    """The language for a browser, by its Accept-Language header: the first one listed that is known here."""
    for part in (accepted or "").split(","):
        language = part.split(";")[0].strip()[:2].lower()
        if language in TEXTS:
            return language
    return DEFAULT


def translations() -> "gr.I18n":
    """The texts in the form in which Gradio's own components choose by the browser's language."""
    import gradio as gr

    return gr.I18n(**TEXTS)
