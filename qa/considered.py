"""What a question brought up, before it is decided whether that answers it."""

from dataclasses import dataclass
from itertools import pairwise

from qa.duplicates import Stories, also_in
from qa.evidence import Evidence
from qa.records import Hit, Question


@dataclass(frozen=True, slots=True)
class Considered:
    """Sentences ranked by their score, best first.

    `probability` (0 to 1) is that the best one answers the question, `needed` that from which on it is given as an
    answer; `stories` are those that more than one of the articles found tells.
    """

    question: Question
    evidence: tuple[Evidence, ...]
    scores: tuple[float, ...]
    probability: float
    needed: float
    stories: Stories
    timings_ms: dict[str, float]

    def hits(self) -> tuple[Hit, ...]:
        """The passages in the order of their best sentences."""
        best: dict[int, Hit] = {}
        for item, score in zip(self.evidence, self.scores, strict=True):
            if item.candidate.key not in best:
                article, chunk = item.candidate.article, item.candidate.chunk
                copies = also_in(self.stories, article, chunk.text)
                best[item.candidate.key] = Hit(article, chunk, score, copies)
        return tuple(best.values())


def timings(*ends: float) -> dict[str, float]:
    """Milliseconds of each stage, from the seconds at which it began and ended, and of all."""
    stages = dict(zip(("understand", "retrieve", "read"), pairwise(ends), strict=True))
    return {name: round(1000 * (b - a), 1) for name, (a, b) in {**stages, "total": (ends[0], ends[-1])}.items()}
