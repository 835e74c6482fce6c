"""Greetings, thanks and goodbyes: met politely, without searching."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|(?<!\S)\d+")

_TELLING = {
    "thanks": "bedankt dank dankjewel dankuwel danku thanks thank thx ty merci cheers appreciated appreciate",
    "goodbye": "doei doeg ziens bye goodbye houdoe ciao welterusten ervandoor gotta weekend farewell cya tot see until "
    "fijne prettig prettige",
    "greeting": "hallo hoi hey hé hi hello goedendag goeiedag goedemorgen goedemiddag goedenavond goeiemorgen "
    "goeiemiddag goeienavond morning afternoon evening greetings gegroet moin yo howdy how's gaat",
    "praise": "top prima super perfect great lovely mooi fijn helder duidelijk handig helpful nice awesome excellent "
    "gedaan done uitstekend geweldig goed good well dag",
    "help": "help",
}
_PASSING = (
    "en and ok oke oké okay okee ja yes nee no nou zo so maar but hoor man mate joh hè he daar there allemaal "
    "everyone all iedereen assistent assistant je jij u uw ik i i'm me mij my mijn you your the de het een a an is was "
    "are ben wel that that's dat this dit daarmee hier heb have had aan wat what ie it heel erg zeer very really echt "
    "much many veel lot lots million just precies exactly zocht nodig needed looking for voor snelle quick fast hulp "
    "helps helped antwoord answer antwoorden answers uitleg explanation moeite time tijd lekker bezig go ga going goes "
    "hoe how got klaar vandaag today doing volgende next keer later straks morgen tomorrow soon snel again ya "
    "goede goeie day avond middag night nog alles enjoy take care groeten groetjes wakker awake met jou"
)
_ABOUT_US = (
    "wie who ben are zijn kun kan kunnen can do doe doen werk werkt work works vragen vraag ask question questions "
    "kind soort soorten stellen mens human person computer machine robot bot ai antwoorden answers waar where haal "
    "vandaan get from spreek speak praat ook too engels english dutch nederlands leg eens uit explain site website "
    "programma program app begin start does of eigenlijk precies for or from iets something helpen"
)
_ADDRESS = frozenset("je jij jou u uw you your ik i me mij my mijn".split())
_THIS_PAGE = frozenset("dit this hier site".split())
_OF_OTHERS = frozenset("wie who waar where".split())
"""Without a "you", these ask of something in the news: "who is this?"."""

_QUESTION_WORDS = frozenset("wie who wat what waar where hoe how how's".split())
_MATTERS = frozenset("dit dat daar hier this that there de een the a an wat what nodig needed".split())
"""With one of these, a question without a "you" or a hello is about some matter: "and this morning?"."""

_NEVER_ASKED = ("goodbye", "praise")
"""With a question mark, these are questions of few words: "and the weekend?", "was that done?"."""

_REPLIES = {
    "greeting": {
        "nl": "Hallo! Stel een vraag over de artikelen, dan zoek ik de zinnen die haar beantwoorden.",
        "en": "Hello! Ask something about the articles and I will find the sentences that answer it.",
    },
    "thanks": {"nl": "Graag gedaan!", "en": "You're welcome!"},
    "praise": {"nl": "Fijn om te horen!", "en": "Glad to hear it!"},
    "goodbye": {"nl": "Tot ziens!", "en": "Goodbye!"},
    "help": {
        "nl": "Ik zoek in een map met nieuwsartikelen de zinnen die je vraag beantwoorden, met bron en datum. "
        "Staat het antwoord er niet in, dan zeg ik dat.",
        "en": "I look through a folder of news articles for the sentences that answer your question, with source and "
        "date. If the articles do not say, I tell you so.",
    },
}

_TELLING_WORDS = {kind: frozenset(words.split()) for kind, words in _TELLING.items()}
_SOCIAL = frozenset(_PASSING.split()).union(*_TELLING_WORDS.values())
_HELLO = _TELLING_WORDS["greeting"].difference("morning afternoon evening how's gaat".split())
_HELP = _SOCIAL | frozenset(_ABOUT_US.split())


def small_talk(text: str, language: str) -> str | None:
    """A polite reply to a message that is nothing but small talk, in its language; None for any other message.

    Small talk is what consists of social words alone: a single name, fact or other content word makes it a question.
    """
    words = [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
    if not words:
        return None
    if _SOCIAL.issuperset(words):
        kind = next((kind for kind, telling in _TELLING_WORDS.items() if telling.intersection(words)), None)
        return None if kind is None or _asks(kind, words, "?" in text) else _REPLIES[kind][language]
    if _HELP.issuperset(words) and _is_about_us(words):
        return _REPLIES["help"][language]
    return None


def _asks(kind: str, words: Sequence[str], marked: bool) -> bool:
    """Whether social words ask for something, with a question mark or without."""
    if marked and kind in _NEVER_ASKED:
        return True
    to_us = _ADDRESS.intersection(words) or _HELLO.intersection(words)
    asked = marked or words[0] in _QUESTION_WORDS
    return kind in ("greeting", "help") and asked and not to_us and bool(_MATTERS.intersection(words))


def _is_about_us(words: Sequence[str]) -> bool:
    if _ADDRESS.intersection(words):
        return True
    return bool(_THIS_PAGE.intersection(words)) and not _OF_OTHERS.intersection(words)
