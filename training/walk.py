"""Endless walks through shuffled epochs, in which any step can be made again."""

from __future__ import annotations

import random


def walk(step: int, count: int, size: int, name: str) -> list[int]:
    """The `size` numbers below `count` that step `step` (from 0) of a walk comes by; `name` seeds its shuffles."""
    numbers: list[int] = []
    order: list[int] = []
    for place in range(step * size, step * size + size) if count else ():
        epoch, offset = divmod(place, count)
        if not numbers or offset == 0:
            order = list(range(count))
            random.Random(f"{name} {epoch}").shuffle(order)
        numbers.append(order[offset])
    return numbers
