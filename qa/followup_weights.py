"""The numbers that follow-ups depend on, read from the file that benchmarks/followups.py writes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "followup.json"


@dataclass(frozen=True, slots=True)
class FollowUpWeights:
    """Linear weights: `subject` of what tells a new subject (qa.followup.CONTEXT_SIGNALS, and a constant last),
    `sentences` of what speaks for a sentence as the answer to a follow-up (qa.leaning.SIGNALS). A follow-up is answered
    from the probability `threshold` on: it is asked behind another question, which its answer does not answer."""

    subject: tuple[float, ...]
    sentences: tuple[float, ...]
    threshold: float


@cache
def load_followup_weights() -> FollowUpWeights:
    """The bundled weights."""
    stored = json.loads(files("qa").joinpath(FILE).read_text("utf-8"))
    return FollowUpWeights(tuple(stored["subject"].values()), tuple(stored["sentences"].values()), stored["threshold"])
