"""The softmax fit: weights under which the right rows of each group are the likeliest; and weights by name."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import minimize

_DECAY = 0.3
"""Weight decay, as a share of one group's likelihood."""


def fit_softmax(groups: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Weights (f,) under which the right rows of each group are the likeliest.

    Args:
        groups: features (rows, f) and which rows are right (rows,); groups without a right row say nothing.
    """
    usable = [(features, right) for features, right in groups if right.any()]
    decay = _DECAY / len(usable)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = 0.0, np.zeros_like(weights)
        for features, right in usable:
            scores = features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            hit = shares[right].sum() + 1e-12
            total -= math.log(hit)
            gradient += shares @ features - (shares[right] / hit) @ features[right]
        return total / len(usable) + decay * weights @ weights, gradient / len(usable) + 2 * decay * weights

    return np.asarray(minimize(loss, np.zeros(usable[0][0].shape[1]), jac=True, method="L-BFGS-B").x)


def named(names: Sequence[str], weights: Iterable[float]) -> dict[str, float]:
    """Fitted weights as a file keeps them: by name, rounded."""
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
