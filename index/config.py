"""What an index was built with. It is stored inside the index, and a query is always embedded the same way."""

import json
from dataclasses import asdict, dataclass

FORMAT = 2
"""Version of the stored format; it rises when an older program could no longer read the database. Every rise brings
a step in index/schema.py that takes older databases along."""

CHUNK_CHARACTERS = 900
"""Longest passage. With a lead sentence in front it stays within the 256 word pieces that small models read."""


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """Settings that the stored chunks and vectors depend on."""

    model: str
    dimension: int
    chunk_characters: int = CHUNK_CHARACTERS

    def to_json(self) -> str:
        """As stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "IndexConfig":
        """The inverse of `to_json`."""
        return cls(**json.loads(text))
