"""A question, understood: its language, what kind of thing it asks for, its content words."""

import datetime as dt
import re

from index.concepts import question_concepts
from index.errors import QuestionError
from index.language import detect_language
from index.limits import EVERYTHING, Limits
from qa.news_time import asked_period, reported_since, wants_latest
from qa.records import Question

MAX_CHARACTERS = 2000
"""Longest question: some 300 words."""

_PLACES_NL = r"stad|steden|plaats|gemeente|dorp|streek|provincie|land|landen"
_PLACES_EN = r"city|cities|town|village|place|region|province|county|country|countries"
_WORDS = {
    "why": (
        r"waarom|waardoor|hoezo|hoe (?:komt|kwam) (?:het|dat)(?= dat\b|\W*$)|vanwaar|om welke reden|why|how come|"
        r"what (?:caused|made)|reason|reden|oorzaak|aanleiding"
    ),
    "how_much": (
        r"hoeveel|hoelang|hoe heet(?= (?:is|was)\b)|"
        r"hoe (?:groot|klein|hoog|laag|lang|ver|vaak|snel|oud|duur|zwaar|veel|breed|diep|dik|warm|koud)|"
        r"(?:welke?|which) (?:(?:geld)?bedrag|percentage|aantal|waardering|prijs(?! (?:won|wint|kreeg|krijgt))|"
        r"amount|sum|valuation)|"
        r"wat kost\w*|wat (?:gaat|zal|zou|heeft)\b.*\b(?:kosten|gekost)(?=\W*$)|"
        r"how (?:much|many|big|large|small|high|low|tall|deep|wide|thick|long|far|often|fast|old|expensive|heavy)|"
        r"what (?:\w+ )?(?:amount|percentage|sum|price)|what (?:do|does|did|will|would)\b.*\bcost|"
        r"price|prijs|waard|waardering|worth|valuation|valued"
    ),
    "when": (
        r"wanneer|hoe laat|(?:welke?|which|what) (?:jaar|maand|dag|datum|year|month|day|date)|when|what time|how soon"
    ),
    "who": (
        r"wie|wiens|hoe he(?:et|ten|ette|etten)(?! (?:is|was)\b)|"
        r"wat (?:is|was|zijn|waren) (?:de|zijn|haar|hun) na(?:am|men)|"
        r"who|whose|whom|what (?:is|was|are|were) (?:the|his|her|its|their) names?"
    ),
    "where": (
        rf"waar|waarheen|waarvandaan|(?:in|uit|naar) welke? (?:\w+ )?(?:{_PLACES_NL})|"
        rf"where|which (?:city|cities|town|place)|(?:in|from|to) (?:which|what) (?:\w+ )?(?:{_PLACES_EN})"
    ),
    "which": r"welke?|which",
    "how": r"hoe|how",
    "what": r"wat|what",
}
_KINDS = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}
_AND = r"\W*(?:(?:en|and|maar|but|so|dus)\b\W*)*"
_OPENING = (
    rf"{_AND}"
    r"(?:(?:in|op|om|van|vanaf|sinds|tot|voor|na|naar|door|met|aan|bij|on|at|by|of|to|for|with|from|since|until|after)\s)?"
)
_OPENS = {kind: re.compile(rf"{_OPENING}(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}

_NOUN = (
    r"\b(?:wat|what|hoe|how)(?:['’]s|\s\w+)\s(?:de|het|een|zijn|haar|hun|the|an?|his|her|its|their|[\w-]+['’]s)\s"
    r"(?:[\w-]+\s){0,2}"
)
_CUES = {
    "why": re.compile(rf"{_NOUN}(?:reden(?:en)?|oorza(?:ak|ken)|aanleiding|reasons?|causes?)\b", re.IGNORECASE),
    "how_much": re.compile(
        rf"{_NOUN}(?:prijs|kosten|waarde|waardering|price|costs?|value|valuation)\b|"
        r"\b(?:wat|what|hoe|how)\s(?:is|was|zijn|waren|wordt|werd|are|were)\b.*\b(?:waard|worth|valued)\b",
        re.IGNORECASE,
    ),
}
"""What "what" and "how" ask for, by what stands behind them: the price, the reason."""

_YES_OR_NO = re.compile(
    rf"{_AND}(?:is|was|zijn|waren|heeft|hebben|had|hadden|kan|kunt?|kunnen|zal|zullen|zou|zouden|wordt|worden|werd|werden|"
    r"moet|moeten|mag|mogen|are|were|do|does|did|has|have|can|could|will|would|should|must)\b",
    re.IGNORECASE,
)
_INDIRECTLY = re.compile(
    r"\b(?:zeggen|gezegd|vertellen|verteld|weten|bekend|duidelijk|mij|me|ons|say|said|tell|told|know|known|clear|us)\s+"
    rf"(?={_OPENING}(?:{'|'.join(_WORDS.values())})\b)",
    re.IGNORECASE,
)


def parse_question(text: str, limits: Limits = EVERYTHING) -> Question:
    """Understand a question.

    Args:
        text: as it was typed.
        limits: on the articles to search.

    Raises:
        QuestionError: it is empty or longer than `MAX_CHARACTERS`.
    """
    text = " ".join(text.split())
    if not any(character.isalnum() for character in text):
        raise QuestionError("the question is empty; ask something")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(f"the question has {len(text):,} characters; {MAX_CHARACTERS:,} is the most")
    language = detect_language(text)
    return Question(
        text=text,
        language=language,
        kind=question_kind(text),
        concepts=tuple(question_concepts(text, language)),
        limits=limits,
        period=asked_period(text, dt.date.today()),
        reported=reported_since(text, dt.date.today()),
        latest=wants_latest(text),
    )


def question_kind(text: str) -> str:
    """What a question asks for: by the question word that it begins with ("when did the price rise?"), the longest
    reading of it; else by the first that it has, in a fixed order; "what" where none is known.

    A question for yes or no asks for that, unless it is another one, put politely ("can you tell me when it opens?").
    """
    if _YES_OR_NO.match(text):
        indirectly = _INDIRECTLY.search(text)
        return question_kind(text[indirectly.end() :]) if indirectly else "what"
    opens = {kind: match.end() for kind, pattern in _OPENS.items() if (match := pattern.match(text))}
    kind = max(opens, key=lambda kind: opens[kind], default="")
    patterns = _CUES if kind in ("what", "how") else {} if kind else _KINDS
    return next((other for other, pattern in patterns.items() if pattern.search(text)), kind or "what")
