"""A follow-up question and the conversation before it -> a question that stands alone."""

import re
from collections.abc import Sequence

from index.concepts import question_concepts
from index.language import detect_language
from qa.records import Turn

_OPENING = re.compile(
    r"(?:(?:en|maar|and|but|so|dus|oké|ok|okay)\b[,\s]*)+|"
    r"(?:hoe zit het met|what about|how about|wat betreft)\b\s*",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:hij|hem|zijn|zij|ze|haar|hun|hen|het|dat|dit|die|deze|daar\w*|hier\w*|er\w{0,4}|ervan|ermee|ervoor|"
    r"he|him|his|she|her|hers|it|its|they|them|their|that|this|those|these|there|one|ones)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 2


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked without the conversation.

    What it leaves out is taken from the question before it (as that one was understood): its names where this
    one only points ("why did he do that?"), all of its content words where this one has hardly any of its own
    ("and when?", "and Microsoft?"). A question that names what it is about is left as it is.

    Args:
        question: as typed.
        history: earlier turns, oldest first.

    Returns:
        The question itself, or with what was carried over behind it.
    """
    earlier = [turn.reply for turn in history if turn.reply.reason != "small_talk"]
    if not earlier:
        return question
    before = earlier[-1].question
    own = question_concepts(question, detect_language(question))
    opens = bool(_OPENING.match(question.strip()))
    points = bool(_POINTING.search(question))
    names = [concept for concept in own if concept.is_name]
    if names and not opens:
        return question
    if not (opens or points or not names):
        return question
    said = {concept.word for concept in own}
    everything = len(own) <= _FEW_WORDS
    carried = [
        concept.word for concept in before.concepts if concept.word not in said and (concept.is_name or everything)
    ]
    return f"{question} ({' '.join(_as_typed(carried, before.text))})" if carried else question


def _as_typed(words: Sequence[str], text: str) -> list[str]:
    """The words with the capitals that they had."""
    typed = {word.casefold(): word for word in re.findall(r"\w+", text)}
    return [typed.get(word.casefold(), word) for word in words]
