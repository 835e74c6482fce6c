"""Texts -> vectors. The bundled bilingual model, or any sentence-transformers model by name or folder."""

import copy
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.chunking import sentences_in_context
from index.errors import ModelError, ModelMismatchError
from index.records import Chunk, Span
from index.vectors import Vectors

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

BUNDLED = "bundled"

_PROMPTS = {"e5": ("query: ", "passage: ")}
"""Prompts of model families whose files do not bring their own: a part of the name -> query, passage."""

_BATCH = 32


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

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """Vectors of passages and of their sentences as read in the passage.

        Args:
            texts: the passages.
            sentences: of each passage, as spans of its text.

        Returns:
            For each passage float32 (1 + its sentences, dimension), unit length: itself, then its sentences in order.
        """
        ...


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text, read: `states` (tokens, dimension), the characters each token stands for as `places` (tokens, 2)
    (empty ones for the special tokens), and the vector of the `whole` (dimension,)."""

    states: np.ndarray
    places: np.ndarray
    whole: np.ndarray

    @property
    def spelled(self) -> np.ndarray:
        """Which tokens stand for characters of the text (tokens,)."""
        return np.asarray(self.places[:, 1] > self.places[:, 0])


def embed_chunks(embedder: Embedder, chunks: Sequence[tuple[Chunk, str]]) -> list[Vectors]:
    """The vectors of chunks, each with its contextual text: as `Embedder.passages` returns them."""
    texts = [text for _, text in chunks]
    return embedder.passages(texts, [sentences_in_context(chunk, text) for chunk, text in chunks])


def load_embedder(name: str | None = None) -> Embedder:
    """Load a model.

    Args:
        name: None for the bundled bilingual model, else a sentence-transformers model's folder or hub name.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    return load_bundled() if name in (None, BUNDLED) else SentenceTransformerEmbedder(str(name), label=str(name))


@cache
def load_bundled() -> "SentenceTransformerEmbedder":
    """The bundled model, in memory once however often it is asked for.

    Raises:
        ModelError: its files are damaged.
    """
    return SentenceTransformerEmbedder(str(files("index").joinpath("bilingual")), label=BUNDLED)


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
        self._using = threading.Lock()  # a fast tokenizer used by two threads at once may raise "Already borrowed"
        self.name = label + _fingerprint(Path(path))
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        query, passage = next((prompts for part, prompts in _PROMPTS.items() if part in label.lower()), (None, None))
        own = any(self._model.prompts.values())
        self._query_prompt, self._passage_prompt = (None, None) if own else (query, passage)

    def with_weights(self, weights: Mapping[str, "Tensor"]) -> "SentenceTransformerEmbedder":
        """The same model with other weights under some of its transformer's names; the rest is shared, not copied.

        Raises:
            ValueError: the transformer has no such name.
        """
        kept = (value for name, value in self._model.named_parameters() if not name.endswith(tuple(weights)))
        other = copy.copy(self)
        other._model = copy.deepcopy(self._model, {id(value): value for value in kept})
        transformer: Module = other._model[0].auto_model  # type: ignore[assignment]  # typed as a tensor, maybe
        if unknown := transformer.load_state_dict(weights, strict=False).unexpected_keys:
            raise ValueError(f"{self.name} has no weights named {unknown[0]}")
        other._using = threading.Lock()
        return other

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        with self._using:
            vectors: Vectors = self._model.encode_document(
                list(texts), prompt=self._passage_prompt, batch_size=_BATCH, normalize_embeddings=True
            )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length."""
        with self._using, _one_thread():
            vectors: Vectors = self._model.encode_query(
                list(texts), prompt=self._query_prompt, batch_size=_BATCH, normalize_embeddings=True
            )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """Vectors of passages and of their sentences as read in the passage: the means of the sentences' tokens.

        A sentence beyond what the model reads has the passage's vector.
        """
        result = []
        for read, spans in zip(self.tokens(texts), sentences, strict=True):
            means = [_mean_inside(read, span) for span in spans]
            result.append(_unit_length(np.stack([read.whole, *means]).astype(np.float32)))
        return result

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """What the model makes of each token of some passages; what is longer than it reads is cut off."""
        prompt = self._passage_prompt or self._model.prompts.get("document") or ""
        with self._using:
            outputs = self._model.encode_document(
                list(texts), prompt=self._passage_prompt, batch_size=_BATCH, output_value=None
            )
            encodings = self._model.tokenizer(
                [prompt + text for text in texts],
                truncation=True,
                max_length=self._model.max_seq_length,
                return_offsets_mapping=True,
            )
        return [
            TokenVectors(
                output["token_embeddings"].float().numpy()[: len(offsets)],
                np.asarray(offsets, dtype=np.int64) - len(prompt),
                output["sentence_embedding"].float().numpy(),
            )
            for output, offsets in zip(outputs, encodings["offset_mapping"], strict=True)
        ]


@contextmanager
def _one_thread() -> Iterator[None]:
    """A question is too short to share: on a busy machine the threads would wait for each other at every layer."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _mean_inside(read: TokenVectors, span: Span) -> np.ndarray:
    """The mean of the tokens whose characters lie within a span; of the whole text where there are none."""
    inside = (read.places[:, 0] >= span.start) & (read.places[:, 1] <= span.end) & read.spelled
    return np.asarray(read.states[inside].mean(axis=0)) if inside.any() else read.whole


def _unit_length(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def _fingerprint(folder: Path) -> str:
    weights = folder / "model.safetensors"
    return "@" + hashlib.sha256(weights.read_bytes()).hexdigest()[:12] if weights.is_file() else ""
