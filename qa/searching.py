"""A question -> the sentences that may answer it; call this inside `archive.reading()`."""

from dataclasses import dataclass

from index.archive import Archive
from index.vectors import Vectors
from qa.duplicates import Stories, find_stories, is_repeated
from qa.evidence import Evidence, gather_evidence
from qa.naming import with_names
from qa.records import Question
from qa.retriever import retrieve
from qa.weights import Weights

READ = 40
"""Passages of which every sentence is weighed; measured in docs/retrieval.md."""


@dataclass(frozen=True, slots=True)
class Found:
    """The question with its names, every sentence of the passages found, in no order, and their articles' stories."""

    question: Question
    evidence: list[Evidence]
    stories: Stories


def find_evidence(archive: Archive, question: Question, query: Vectors, weights: Weights) -> Found:
    """Search an archive both ways; a passage that an older article of the story has in the same words is left out.

    Args:
        archive: where to search.
        question: what for.
        query: its vector (1, dimension).
        weights: calibrated.
    """
    rarity = archive.rarity(question.concepts)
    candidates = retrieve(archive, question, query, rarity, weights, READ)
    question = with_names(question, candidates)
    stories = find_stories({item.article.id: item.article for item in candidates}.values())
    new = [item for item in candidates if not is_repeated(stories, item.article, item.chunk.text)]
    return Found(question, gather_evidence(question, rarity, new), stories)
