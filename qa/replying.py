"""What was considered for a question -> the answer to it, or a refusal."""

from qa.considered import Considered
from qa.development import find_development
from qa.extract import answer_text, cite, shown_steps, softmax
from qa.records import Answer, Refusal
from qa.refusing import Extent, refusal_text


def why_not(considered: Considered, threshold_shift: float) -> str:
    """The reason for a refusal; empty where the evidence is enough."""
    if not considered.evidence:
        return "nothing_found"
    enough = considered.probability >= considered.needed + threshold_shift
    return "" if enough else "not_enough_evidence"


def refuse(considered: Considered, reason: str, searched: Extent, notices: tuple[str, ...]) -> Refusal:
    """The refusal, with the nearest passages."""
    question = considered.question
    text = refusal_text(reason, question.language, searched)
    return Refusal(question, reason, text, considered.hits(), notices, considered.timings_ms)


def answer_from(considered: Considered, also_cite: float, notices: tuple[str, ...]) -> Answer:
    """The answer: its best sentences, cited, and what articles of other dates say of what was asked for.

    Args:
        considered: with evidence that is enough.
        also_cite: as in `Weights`.
        notices: to give with it.
    """
    question, hits = considered.question, considered.hits()
    shares = [share * considered.probability for share in softmax(considered.scores)]
    said = find_development(question, considered.evidence)
    citations = cite(question, considered.evidence, shares, also_cite, considered.stories, said)
    text, steps = answer_text(citations, hits), shown_steps(said, citations)
    return Answer(question, text, citations, hits, notices, considered.timings_ms, steps)
