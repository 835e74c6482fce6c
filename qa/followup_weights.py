"""The numbers that follow-ups depend on, read from the file that benchmarks/followups.py writes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

FILE = "followup.json"


@dataclass(frozen=True, slots=True)
class FollowUpWeights:
    """Linear weights: `subject` of what tells a new subject (qa.followup.CONTEXT_SIGNALS, and a constant last),
    `sentences` of what speaks for a sentence as the answer to a follow-up (qa.leaning.SIGNALS), `answerable` of what
    tells whether the best one is (qa.leaning.DECISION, and a constant last). `thresholds`: for each pair of languages
    the probability from which on to answer."""

    subject: tuple[float, ...]
    sentences: np.ndarray
    answerable: np.ndarray
    thresholds: dict[str, float]


@cache
def load_followup_weights() -> FollowUpWeights:
    """The bundled weights."""
    stored = json.loads(files("qa").joinpath(FILE).read_text("utf-8"))
    sentences, answerable = (np.array([*stored[name].values()]) for name in ("sentences", "answerable"))
    return FollowUpWeights(tuple(stored["subject"].values()), sentences, answerable, stored["thresholds"])
