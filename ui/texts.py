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
        "conversation": "Conversation",
        "sources": "Sources",
        "no_sources": "The articles behind an answer appear here.",
        "nearest": "Nearest passages (these do not answer the question)",
        "read": "Read the article",
        "no_date": "date unknown",
        "searched": "Searched for",
        "no_article": "This article is not (or no longer) in the archive.",
        "back": "Back to the questions",
        "also_in": "Also in: {names}",
        "timeline": "{n} articles from {first} to {last}",
        "dates_differ": "These sentences are from different dates.",
        "development": "What articles of other dates say",
        "permalink": "Link to this question",
        "busy": "Too many questions in a short time. Wait a minute and ask again.",
        "status": "{articles} articles ({languages}), {dates}",
        "status_one": "1 article ({languages}), {dates}",
        "status_none": "No articles yet",
        "new_article": "1 new article",
        "new_articles": "{n} new articles",
        "stop": "Stop",
        "retry": "Ask again",
        "copy": "Copy",
        "export": "Save",
        "start_over": "Start over",
        "limits": "Limit the search",
        "only_sources": "Only from these sources",
        "no_source": "A source you chose is no longer in the archive. Choose again.",
        "no_question": "Type a question, of at most {most} characters.",
        "no_dates": "Write the dates as 2025, 2025-11 or 2025-11-30, the last one not before the first.",
        "since": "From (2025, 2025-11 or 2025-11-30)",
        "until": "Up to and including",
        "remark": "Thank you. Would you like to add a remark?",
        "remark_placeholder": "What was right or wrong about the answer?",
        "send_remark": "Send",
        "thanks": "Thank you, that has been kept.",
        "add": "Add articles",
        "add_files": "Choose files",
        "rebuild": "Read the folders again",
        "added": "{added} added, {changed} changed, {removed} removed, {skipped} left out.",
        "left_out": "Left out: {name} ({reason}).",
        "indexing": "Reading the articles",
        "being_changed": "Another update of the archive is under way. Try again when it is done.",
        "nothing_chosen": "Choose one or more files first.",
        "too_many": "At most {most} files at a time.",
        "not_an_article_file": "files must end in {suffixes}",
        "too_large": "larger than {megabytes} MB",
        "error": "Something went wrong here. Report the number {id} to whoever runs this page.",
    },
    "nl": {
        "title": "Vraag het de artikelen",
        "subtitle": "Elke zin van een antwoord is een citaat uit een artikel, met datum en vindplaats.",
        "placeholder": "Stel een vraag over de artikelen",
        "empty": "Stel een vraag in het Nederlands of Engels. Het antwoord bestaat uit zinnen uit de artikelen.",
        "send": "Vraag",
        "conversation": "Gesprek",
        "sources": "Bronnen",
        "no_sources": "Hier verschijnen de artikelen waarop een antwoord steunt.",
        "nearest": "Dichtstbijzijnde passages (die beantwoorden de vraag niet)",
        "read": "Lees het artikel",
        "no_date": "datum onbekend",
        "searched": "Gezocht naar",
        "no_article": "Dit artikel staat niet (meer) in het archief.",
        "back": "Terug naar de vragen",
        "also_in": "Ook in: {names}",
        "timeline": "{n} artikelen van {first} tot {last}",
        "dates_differ": "Deze zinnen zijn van verschillende datums.",
        "development": "Wat artikelen van andere datum zeggen",
        "permalink": "Link naar deze vraag",
        "busy": "Te veel vragen in korte tijd. Wacht een minuut en vraag het opnieuw.",
        "status": "{articles} artikelen ({languages}), {dates}",
        "status_one": "1 artikel ({languages}), {dates}",
        "status_none": "Nog geen artikelen",
        "new_article": "1 nieuw artikel",
        "new_articles": "{n} nieuwe artikelen",
        "stop": "Stop",
        "retry": "Nog eens",
        "copy": "Kopieer",
        "export": "Bewaar",
        "start_over": "Wis gesprek",
        "limits": "Beperk de zoekvraag",
        "only_sources": "Alleen uit deze bronnen",
        "no_source": "Een gekozen bron staat niet meer in het archief. Kies opnieuw.",
        "no_question": "Typ een vraag, van hoogstens {most} tekens.",
        "no_dates": "Schrijf de datums als 2025, 2025-11 of 2025-11-30, de laatste niet vóór de eerste.",
        "since": "Vanaf (2025, 2025-11 of 2025-11-30)",
        "until": "Tot en met",
        "remark": "Bedankt. Wilt u er iets bij zeggen?",
        "remark_placeholder": "Wat was er goed of fout aan het antwoord?",
        "send_remark": "Verstuur",
        "thanks": "Bedankt, dat is bewaard.",
        "add": "Artikelen toevoegen",
        "add_files": "Kies bestanden",
        "rebuild": "Lees de mappen opnieuw",
        "added": "{added} toegevoegd, {changed} gewijzigd, {removed} verwijderd, {skipped} overgeslagen.",
        "left_out": "Overgeslagen: {name} ({reason}).",
        "indexing": "Artikelen lezen",
        "being_changed": "Het archief wordt al bijgewerkt. Probeer het opnieuw als dat klaar is.",
        "nothing_chosen": "Kies eerst een of meer bestanden.",
        "too_many": "Hoogstens {most} bestanden tegelijk.",
        "not_an_article_file": "bestanden moeten eindigen op {suffixes}",
        "too_large": "groter dan {megabytes} MB",
        "error": "Hier ging iets mis. Meld het nummer {id} aan wie deze pagina beheert.",
    },
}

_REASONS_NL = {
    "an empty file": "een leeg bestand",
    "no article in it": "er staat geen artikel in",
    "no article found in the page": "er staat geen artikel in",
    "no text in it": "er staat geen tekst in",
    "a binary file, not text": "geen tekst",
    "protected by a password": "beveiligd met een wachtwoord",
}
"""What is often wrong with a file, as the archive says it -> in Dutch."""


def say(language: str, key: str, **values: object) -> str:
    """A text in one of the languages, its {placeholders} filled in."""
    text = TEXTS[language][key]
    return text.format(**values) if values else text


def say_reason(language: str, reason: str) -> str:
    """Why a file is no article; what is seldom wrong, the archive says in English only."""
    return _REASONS_NL.get(reason, reason) if language == "nl" else reason


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
