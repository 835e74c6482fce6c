"""Texts -> vectors. The bundled bilingual model, or any sentence-transformers model by name or folder."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.errors import ModelError, ModelMismatchError
from index.store import Vectors

if TYPE_CHECKING:
    pass

BUNDLED = "bundled"

_PROMPTS = {"e5": ("query: ", "passage: ")}
"""Prompts of model families whose files do not bring their own: a part of the name -> query, passage."""

_BATCH = 32


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text token by token: unit vectors (n, dimension), and the characters (n, 2) that each stands for."""

    vectors: Vectors
    spans: np.ndarray[tuple[int, int], np.dtype[np.int64]]


class Embedder(Protocol):
    """What turns texts into vectors; nobody inherits from it."""

    @property
    def name(self) -> str:
        """Identifies the model, its weights included where they are on this machine."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text token by token, special tokens left out."""
        ...


def load_embedder(name: str | None = None) -> Embedder:
    """Load a model.

    Args:
        name: None for the bundled bilingual model, else a sentence-transformers model's folder or hub name.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    folder = Path(str(files("index").joinpath("bilingual"))) if name in (None, BUNDLED) else Path(str(name))
    return SentenceTransformerEmbedder(str(folder) if folder.is_dir() else str(name), label=name or BUNDLED)


def load_recorded_embedder(recorded: str) -> Embedder:
    """The embedder that an index was built with.

    Raises:
        ModelError: it is no longer there.
        ModelMismatchError: its weights are others than when the index was built.
    """
    embedder = load_embedder(recorded.partition("@")[0])
    require_same_model(recorded, embedder)
    return embedder


def require_same_model(recorded: str, embedder: Embedder) -> None:
    """Refuse to mix the vectors of two models.

    Raises:
        ModelMismatchError: the index was built with another one.
    """
    if recorded != embedder.name:
        raise ModelMismatchError(
            f"the index was built with the model {recorded}, not {embedder.name}; "
            "use that model, or index the articles again in another folder (--index)"
        )


class SentenceTransformerEmbedder:
    """A sentence-transformers model behind the Embedder protocol."""

    def __init__(self, path: str, label: str) -> None:
        """Load it from a folder or by its hub name."""
        from sentence_transformers import SentenceTransformer

        try:
            self._model: SentenceTransformer = SentenceTransformer(path, device="cpu")
        except Exception as error:  # noqa: BLE001 (loading runs code of several libraries; whatever fails is one line)
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"the model '{label}' cannot be loaded: {reason}") from error
        self.name = label + _fingerprint(Path(path))
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        query, passage = next((prompts for part, prompts in _PROMPTS.items() if part in label.lower()), (None, None))
        own = any(self._model.prompts.values())
        self._query_prompt, self._passage_prompt = (None, None) if own else (query, passage)

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        vectors: Vectors = self._model.encode_document(
            list(texts), prompt=self._passage_prompt, batch_size=_BATCH, normalize_embeddings=True
        )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length."""
        vectors: Vectors = self._model.encode_query(
            list(texts), prompt=self._query_prompt, batch_size=_BATCH, normalize_embeddings=True
        )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text token by token, special tokens left out."""
        outputs = self._model.encode(list(texts), output_value="token_embeddings", batch_size=_BATCH)
        encodings = self._model.tokenizer(
            list(texts), truncation=True, max_length=self._model.max_seq_length, return_offsets_mapping=True
        )
        result = []
        for output, offsets in zip(outputs, encodings["offset_mapping"], strict=True):
            spans = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
            vectors = output.float().numpy()[: len(spans)]
            real = spans[:, 1] > spans[:, 0]
            unit = vectors[real] / np.maximum(np.linalg.norm(vectors[real], axis=1, keepdims=True), 1e-12)
            result.append(TokenVectors(unit.astype(np.float32), spans[real]))
        return result


def _fingerprint(folder: Path) -> str:
    weights = folder / "model.safetensors"
    return "@" + hashlib.sha256(weights.read_bytes()).hexdigest()[:12] if weights.is_file() else ""
