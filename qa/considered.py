"""What a question brought up, before it is decided whether that answers it."""

from dataclasses import dataclass
from itertools import pairwise

from qa.evidence import Evidence
from qa.records import Hit, Question


@dataclass(frozen=True, slots=True)
class Considered:
    """Sentences ranked by their score, best first.

    `probability` (0 to 1) is that the best one answers the question, `needed` that from which on it is given as an
    answer; `also_in` has article id -> ids of its copies.
    """

    question: Question
    evidence: tuple[Evidence, ...]
    scores: tuple[float, ...]
    probability: float
    needed: float
    also_in: dict[str, tuple[str, ...]]
    timings_ms: dict[str, float]

    def hits(self) -> tuple[Hit, ...]:
        """The passages in the order of their best sentences."""
        best: dict[int, Hit] = {}
        for item, score in zip(self.evidence, self.scores, strict=True):
            article = item.candidate.article
            also_in = self.also_in.get(article.id, ())
            best.setdefault(item.candidate.key, Hit(article, item.candidate.chunk, score, also_in))
        return tuple(best.values())


def timings(*ends: float) -> dict[str, float]:
    """Milliseconds of each stage, from the seconds at which it began and ended, and of all."""
    stages = dict(zip(("understand", "retrieve", "read"), pairwise(ends), strict=True))
    return {name: round(1000 * (b - a), 1) for name, (a, b) in {**stages, "total": (ends[0], ends[-1])}.items()}
