"""Two questions in one message, told apart; and what was found for each, as one reply."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise, zip_longest

from index.concepts import question_concepts
from index.language import detect_language
from qa.extract import answer_text
from qa.records import Answer, Citation, Hit, Question, Refusal, Step, Turn
from qa.smalltalk import small_talk

_BEFORE = (
    r"(?:(?:aan|bij|door|in|met|naar|op|sinds|tot|uit|van|voor|vanaf|at|by|for|from|in|of|on|since|to|until|with)\s+)"
)
_QUESTION_WORD = (
    r"(?:waarom|waardoor|hoeveel|hoelang|hoe|wie|wiens|wat|wanneer|waar|welke?|"
    r"why|how|who|whose|whom|what|when|where|which)\b"
)
_ASKING = rf"{_BEFORE}?{_QUESTION_WORD}"
_BORDER = re.compile(rf"(?<=[?])\s+|,?\s+(?:en|and)\s+(?={_ASKING})", re.IGNORECASE)
_ASKS = re.compile(_ASKING, re.IGNORECASE)

_OF_WHAT = r"(?:welke?|hoeveel|wiens|which|what|whose|how (?:much|many))"
_UNFINISHED = re.compile(
    rf"{_BEFORE}{_OF_WHAT}(?:\s\S+){{1,2}}|{_OF_WHAT}\s\S+|.*\b{_QUESTION_WORD}(?:\s(?:much|many))?", re.IGNORECASE
)
"""What is no question before "and": "in which German city", "how many people", "did they say when"."""
_HAS_CLAUSE = re.compile(
    rf"(?:(?:(?:en|maar|dus|and|but|so)\s+)?{_ASKING})?+.*\b(?:waar\w*|wie|wiens|welke|who|whom|whose|which|where|when)\b|"
    r".*\b(?:de|het|een|welke?|the|an?|which|how many)\s+\w+,?\s+(?:die|dat|that)\b",
    re.IGNORECASE,
)
"""Behind what opens a question, a word that begins a relative clause: "did the minister, who", "which law that"."""
_CAN_BE_RELATIVE = re.compile(
    rf"{_BEFORE}?(?:wie|wiens|welke|who|whose|whom|which|(?:waar|where|when)(?!\s+(?:is|was|zijn|waren|heeft|hebben|had|"
    r"kan|kunnen|zal|zou|wordt|werd|moet|gaat|are|were|do|does|did|has|have|can|will|would|should)\b))\b",
    re.IGNORECASE,
)
_MOST = 3
"""Questions that a message is split into."""
_SHORTEST = 3
"""Words of a first question: what comes before the second question word in "when and where did it happen?" is none."""
_CITED_EACH = 2

_UNANSWERED = {
    "nl": "Op deze vraag staat geen antwoord in de artikelen: {}",
    "en": "The articles do not answer this question: {}",
}


def questions_in(text: str) -> tuple[str, ...]:
    """The questions that a message consists of, in order; the message itself where it is a single one.

    It is split where a question mark ends one, or "and" leads into a question word, provided that what comes
    before asks for something itself and what follows is not another relative clause ("the man who sold it and whose
    son left"). Small talk is none ("Hello, how are you?"), unless there is nothing else.
    """
    parts = [part.strip() for part in _BORDER.split(text)]
    if not 1 < len(parts) <= _MOST or not all(_stands(part, n) for n, part in enumerate(parts)):
        return (text,)
    if any(_goes_on(part, before) for before, part in pairwise(parts)):
        return (text,)
    return tuple(part for part in parts if not small_talk(part, detect_language(part))) or (text,)


def _stands(part: str, place: int) -> bool:
    """Whether a part can be a question: all need to ask; the first needs something to ask about, too."""
    asking = _ASKS.search(part)
    if not asking:
        return False
    if place:
        return True
    return len(part.split()) >= _SHORTEST and bool(question_concepts(part, detect_language(part)))


def _goes_on(part: str, before: str) -> bool:
    """Whether a part goes on with what the one before began: with another phrase of one question, or another clause."""
    if before.endswith("?"):
        return False
    return bool(_UNFINISHED.fullmatch(before) or (_HAS_CLAUSE.match(before) and _CAN_BE_RELATIVE.match(part)))


def join_replies(message: Question, turns: Sequence[Turn]) -> Answer | Refusal:
    """One reply to a message of several questions: the best sentences for each, and which ones have no answer.

    Args:
        message: as it was typed; so it stays, for asked again it must be the same questions.
        turns: each of its questions with the reply to it, in order; the reply to a single one is the reply.
    """
    replies = [turn.reply for turn in turns]
    if len(replies) == 1:
        return replies[0]
    concepts = {concept.word: concept for reply in replies for concept in reply.question.concepts}
    question = replace(message, concepts=tuple(concepts.values()))
    answers = [reply for reply in replies if isinstance(reply, Answer)]
    hits = _merged(replies)
    notices = tuple(dict.fromkeys(notice for reply in replies for notice in reply.notices))
    timings = {name: round(sum(reply.timings_ms[name] for reply in replies), 1) for name in replies[0].timings_ms}
    if not answers:
        return Refusal(question, replies[0].reason, replies[0].text, hits, notices, timings)
    citations = _numbered([citation for answer in answers for citation in _kept(answer)])
    unanswered = [turn.question for turn in turns if turn.reply.refused]
    notices += tuple(_UNANSWERED[question.language].format(text) for text in unanswered)
    steps = _steps(answers, citations)
    return Answer(question, answer_text(citations, hits), citations, hits, notices, timings, steps)


def _kept(answer: Answer) -> list[Citation]:
    """The best citations, and those of a development."""
    steps = {step.n for step in answer.development}
    return [citation for citation in answer.citations if citation.n <= _CITED_EACH or citation.n in steps]


def _steps(answers: Sequence[Answer], citations: Sequence[Citation]) -> tuple[Step, ...]:
    """The first development that there is, in terms of the citations' new numbers."""
    numbers = {(citation.article_id, citation.start): citation.n for citation in citations}
    for answer in answers:
        places = {citation.n: (citation.article_id, citation.start) for citation in answer.citations}
        if answer.development:
            return tuple(replace(step, n=numbers[places[step.n]]) for step in answer.development)
    return ()


def _merged(replies: Sequence[Answer | Refusal]) -> tuple[Hit, ...]:
    """The passages of all replies, each once, the best of every reply before the second best of any."""
    ranked = chain.from_iterable(zip_longest(*(reply.passages for reply in replies)))
    return tuple({(hit.article.id, hit.chunk.start): hit for hit in ranked if hit}.values())


def _numbered(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Each sentence once, numbered from 1."""
    unique = {(citation.article_id, citation.start): citation for citation in reversed(citations)}
    ordered = [citation for citation in citations if unique[citation.article_id, citation.start] is citation]
    return tuple(replace(citation, n=n) for n, citation in enumerate(ordered, start=1))
