"""What articles of other dates say of an amount or a date that was asked for, as data and on one line."""

from typing import TYPE_CHECKING, Any

from ui.texts import say

if TYPE_CHECKING:
    from qa.records import Answer, Refusal


def development_json(reply: "Answer | Refusal") -> list[dict[str, Any]]:
    """The steps of a reply's development, the oldest first; empty where there is none."""
    return [{"date": str(step.date), "text": step.text, "n": step.n} for step in reply.development]


def development_line(reply: "Answer | Refusal") -> str:
    """On one line, "(label): 2024-10: 340 million [2]; 2025-05-20: 410 million [1]"; empty where there is none.

    It is made of article text: escape it, as all text, before it is shown.
    """
    steps = "; ".join(f"{step.date}: {step.text} [{step.n}]" for step in reply.development)
    return f"{say(reply.question.language, 'development')}: {steps}" if steps else ""
