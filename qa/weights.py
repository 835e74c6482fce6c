"""The calibrated numbers that answers depend on, read from one file that `make calibrate` writes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear weights and thresholds, each fitted to data; weights.json says on what and with what result.

    `retrieval` weighs what passages are first ranked by (qa.retriever.RETRIEVAL); `evidence` the features of a
    sentence (qa.evidence.FEATURES) for the ranking that decides what is read closely, `reading` the same and the
    reader's log-odds for the ranking of what was read; `answerable`, with a constant last, what decides whether the
    evidence is enough (qa.abstain.SIGNALS). `thresholds` are by language pair, question's first.
    """

    retrieval: np.ndarray
    evidence: np.ndarray
    reading: np.ndarray
    answerable: np.ndarray
    thresholds: dict[str, float]
    also_cite: float


@cache
def load_weights() -> Weights:
    """The bundled weights."""
    stored = json.loads(files("qa").joinpath("weights.json").read_text("utf-8"))
    return Weights(
        retrieval=np.array(list(stored["retrieval"].values())),
        evidence=np.array(list(stored["evidence"].values())),
        reading=np.array(list(stored["reading"].values())),
        answerable=np.array(list(stored["answerable"].values())),
        thresholds=stored["thresholds"],
        also_cite=stored["also_cite"],
    )
