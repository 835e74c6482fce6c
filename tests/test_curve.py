"""The figure of what refusing brings and costs."""

import numpy as np
import pytest

from benchmarks.curve import Judged, coverage_and_precision, draw
from qa.evaluate import PAIRS

JUDGED = [
    Judged("nl-nl", True, True, 0.9),
    Judged("nl-nl", True, False, 0.6),
    Judged("nl-nl", False, False, 0.8),  # a near miss that is answered counts as wrong
    Judged("nl-nl", True, True, 0.3),
]


def test_coverage_and_precision_as_the_threshold_comes_down():
    coverage, precision = coverage_and_precision(JUDGED)
    assert coverage == pytest.approx(np.array([1, 1, 2, 3]) / 3)
    assert precision == pytest.approx([1, 1 / 2, 1 / 3, 2 / 4])


def test_the_figure_has_every_pair_and_does_without_answers(tmp_path):
    judged = [Judged(pair, item.answerable, item.right, item.probability) for pair in PAIRS for item in JUDGED * 3]
    draw(judged, dict.fromkeys(PAIRS, 0.5) | {"nl-nl": 1.0}, tmp_path / "docs" / "refusing.png")
    assert (tmp_path / "docs" / "refusing.png").read_bytes().startswith(b"\x89PNG")
