"""A question, understood in the light of the archive that it is asked of; call these inside `archive.reading()`."""

from dataclasses import replace

from index.archive import Archive
from index.limits import Limits
from qa.question import parse_question
from qa.records import Question


def understand(text: str, limits: Limits, archive: Archive) -> Question:
    """The question, without its typing errors.

    Raises:
        QuestionError: it is empty or far too long.
    """
    question = parse_question(text, limits)
    spelled = archive.corrected(question.text, question.language)
    return question if spelled == question.text else parse_question(spelled, limits)


def narrowed(question: Question, archive: Archive) -> Question:
    """The question, limited to articles that can tell what it asks for, provided that there are any."""
    limits = replace(question.limits, days=question.limits.days.intersect(question.reported))
    narrower = question.reported and archive.store.keys_within(limits)
    return replace(question, limits=limits) if narrower else question
