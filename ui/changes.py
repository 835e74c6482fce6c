"""How an amount or a date that was asked for has changed, as data and on one line."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.records import Answer, Refusal

_OVER_TIME = {"nl": "Verloop", "en": "Over time"}


def development_json(reply: "Answer | Refusal") -> list[dict[str, Any]]:
    """The steps of a reply's development, the oldest first; empty where nothing has changed."""
    return [{"date": str(step.date), "text": step.text, "n": step.n} for step in reply.development]


def development_line(reply: "Answer | Refusal") -> str:
    """On one line, "Over time: 2024-10: 340 million [2]; 2025-05-20: 410 million [1]"; empty where nothing has changed.

    It is made of article text: escape it, as all text, before it is shown.
    """
    steps = "; ".join(f"{step.date}: {step.text} [{step.n}]" for step in reply.development)
    return f"{_OVER_TIME[reply.question.language]}: {steps}" if steps else ""
