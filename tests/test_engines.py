"""One suite for the search engines: keys and scores are those of a brute-force computation, after any changes."""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.analysis import terms
from index.concepts import Concept, question_concepts
from index.dates import DateRange
from index.dense import DenseIndex
from index.dense_files import load_part, save_part
from index.errors import ArchiveDamagedError
from index.lexical import LexicalIndex
from index.lexical_documents import Passage
from index.limits import EVERYTHING, Limits

WORDS = "kat hond mat bank beurs SoftBank OpenAI geld rente huis straat boot trein water bier brood kaas fiets".split()
DIMENSION = 16
DAYS = DateRange.parse("2021-08-01", "2021-12-31")


@pytest.fixture(params=[1, 7, 200])
def size(request: pytest.FixtureRequest) -> int:
    """How many passages."""
    return int(request.param)


def vectors(generator: np.random.Generator, count: int) -> np.ndarray:
    raw = generator.normal(size=(count, DIMENSION)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.mark.parametrize("k", [0, 1, 5, 1000])
def test_dense_is_exact(size: int, k: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(size)
    index, held = DenseIndex(DIMENSION), {}
    for start in range(0, size, 50):  # in parts, with holes
        part = vectors(generator, min(50, size - start))
        keys = list(range(10 * start + 1, 10 * start + 1 + len(part)))
        index.add(keys, part)
        held.update(zip(keys, part, strict=True))
    gone = sorted(held)[1::3]
    index.remove([*gone, 10**9])
    for key in gone:
        del held[key]
    save_part(tmp_path, 0, index, 7, max(held, default=0))
    header, loaded = load_part(tmp_path, 0, DIMENSION)
    assert (header.sequence, header.last) == (7, max(held, default=0))
    added, merged = vectors(generator, 3), DenseIndex(DIMENSION)
    merged.add([10_001, 10_002, 10_003], added)
    merged.merge(load_part(tmp_path, 0, DIMENSION)[1])
    merged.remove([10_001, 10_002, 10_003])
    for engine in (index, loaded, merged):
        query = vectors(generator, 1)
        for allowed in (None, sorted(held)[::2], [], [10**9]):
            among = held if allowed is None else {key: held[key] for key in allowed if key in held}
            expected = sorted(((float(vector @ query[0]), key) for key, vector in among.items()), reverse=True)[:k]
            found = engine.search(query, k, allowed)
            assert [key for key, _ in found] == [key for _, key in expected]
            assert [score for _, score in found] == pytest.approx([score for score, _ in expected], abs=1e-6)
        keys = sorted(held)
        assert engine.scores(query, keys) == pytest.approx([float(held[key] @ query[0]) for key in keys], abs=1e-6)
        assert sorted(engine.keys) == keys
        assert len(engine) == len(held)


def test_an_empty_dense_index_finds_nothing(tmp_path: Path) -> None:
    index = DenseIndex(DIMENSION)
    assert index.search(np.ones((1, DIMENSION), dtype=np.float32), 5) == []
    assert index.scores(np.ones((1, DIMENSION), dtype=np.float32), []) == []
    save_part(tmp_path, 0, index, 0, 0)
    assert len(load_part(tmp_path, 0, DIMENSION)[1]) == 0
    with pytest.raises(ArchiveDamagedError, match="made with another model"):
        load_part(tmp_path, 0, DIMENSION + 1)


def test_a_file_of_vectors_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    index = DenseIndex(DIMENSION)
    index.add([1, 2, 3], vectors(np.random.default_rng(1), 3))
    save_part(tmp_path, 1, index, 0, 3)
    with pytest.raises(ArchiveDamagedError, match="for another place"):
        load_part(tmp_path, 1, DIMENSION)


def passages(count: int) -> Iterator[Passage]:
    generator = random.Random(count)
    for key in range(1, count + 1):
        text = " ".join(generator.choices(WORDS, k=generator.randrange(1, 30)))
        first = generator.choice([0, 738_000 + generator.randrange(500)])
        last = first and first + generator.choice([0, 30])
        yield Passage(key, generator.choice(["nl", "en"]), text, first, last, generator.choice(["/a b/c", "/a", "/ä"]))


def bm25(
    held: set[int], written: dict[int, Passage], commits: int, concepts: list[Concept], language: str
) -> dict[int, float]:
    """Key -> score, straight from the formula with k1 = 1.2 and b = 0.75.

    What has been removed still counts in the statistics until segments are merged, as it does in Lucene; so
    does the document of each commit that holds its sequence number.
    """
    counted = {key: Counter(f"{p.language}:{t}" for t in terms(p.text, p.language)) for key, p in written.items()}
    live, total = len(held) + 1, len(written) + commits
    average = sum(sum(counts.values()) for counts in counted.values()) / total
    frequency = Counter(term for counts in counted.values() for term in counts)

    def inverse(count: int, documents: int) -> float:
        count = min(count, documents)
        return math.log(1 + (documents - count + 0.5) / (count + 0.5))

    scores: dict[int, float] = {}
    for concept in concepts:
        counts = [
            max((frequency[f"{each}:{term}"] for term in variants), default=0)
            for each, variants in concept.variants.items()
        ]
        for key in held:
            length = sum(counted[key].values())
            assert length <= 40  # a byte holds lengths up to 40 exactly
            best = 0.0
            for term, worth in concept.variants[language].items():
                if often := counted[key][f"{language}:{term}"]:
                    count = frequency[f"{language}:{term}"]
                    weight = worth * inverse(sum(counts), live) / inverse(count, live) * inverse(count, total)
                    best = max(best, weight * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length / average)))
            if best:
                scores[key] = scores.get(key, 0.0) + best
    return scores


@pytest.mark.parametrize("question", ["kat", "de hond van SoftBank en de bank", "cheese and bread on the beurs"])
@pytest.mark.parametrize(
    "limits",
    [EVERYTHING, Limits(DAYS), Limits(sources=("/a", "/ä")), Limits(DAYS, ("/a b/c",))],
    ids=["everything", "days", "sources", "both"],
)
def test_lexical_is_bm25(size: int, question: str, limits: Limits, tmp_path: Path) -> None:
    written = {passage.key: passage for passage in passages(size)}
    before, after = sorted(written)[: size // 2], sorted(written)[size // 2 :]
    gone = before[::3]
    held = set(written) - set(gone)
    index = LexicalIndex(tmp_path, create=True)
    index.update(1, [], [written[key] for key in before], len(before))
    index.update(2, [*gone, 10**9], [written[key] for key in after], len(held))
    first, last = limits.days.ordinals()
    commits = sum(segment["max_doc"] for segment in _segments(tmp_path)) - size
    for engine in (index, LexicalIndex(tmp_path)):
        assert (engine.sequence, len(engine), sorted(engine.keys)) == (2, len(held), sorted(held))
        for language in ("nl", "en"):
            concepts = question_concepts(question, "en" if "cheese" in question else "nl")
            within = {
                key for key, passage in written.items()
                if (not limits.days or (passage.last_day >= first and 0 < passage.first_day <= last))
                and (not limits.sources or passage.source in limits.sources)
            }  # fmt: skip
            expected = {
                key: score
                for key, score in bm25(held, written, commits, concepts, language).items()
                if written[key].language == language and key in within
            }
            found = engine.search(concepts, language, 1000, limits)
            assert dict(found) == pytest.approx(expected, rel=1e-3)
            assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
            assert [score for _, score in engine.search(concepts, language, 1, limits)] == [
                score for _, score in found[:1]
            ]


def _segments(folder: Path) -> list[dict[str, int]]:
    segments: list[dict[str, int]] = json.loads((folder / "lexical" / "meta.json").read_bytes())["segments"]
    return segments
