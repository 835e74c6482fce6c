"""The numbers that follow-ups depend on, read from the file that benchmarks/followups.py writes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "followup.json"


@dataclass(frozen=True, slots=True)
class FollowUpWeights:
    """Linear weights: `subject` of what tells a new subject (qa.followup.CONTEXT_SIGNALS, and a constant last),
    `sentences` of what speaks for a sentence as the answer to a follow-up (qa.leaning.SIGNALS). A follow-up needs
    `threshold_shift` more probability than other questions (less, where it is negative): it is asked behind another
    question, which its answer does not answer."""

    subject: tuple[float, ...]
    sentences: tuple[float, ...]
    threshold_shift: float


@cache
def load_followup_weights() -> FollowUpWeights:
    """The bundled weights."""
    stored = json.loads(files("qa").joinpath(FILE).read_text("utf-8"))
    subject, sentences = (tuple(stored[name].values()) for name in ("subject", "sentences"))
    return FollowUpWeights(subject, sentences, stored["threshold_shift"])
