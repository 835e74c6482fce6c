"""Texts -> vectors. The bundled bilingual model, or any sentence-transformers model by name or folder."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.chunking import sentences_in_context
from index.errors import ModelError, ModelMismatchError
from index.records import Chunk, Span
from index.threads import one_thread
from index.token_vectors import TokenVectors
from index.vectors import Vectors

if TYPE_CHECKING:
    from index.bundled import BundledEmbedder

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
    return load_bundled() if name in (None, BUNDLED) else SentenceTransformerEmbedder(str(name))


@cache
def load_bundled() -> "BundledEmbedder":
    """The bundled model, in memory once however often it is asked for.

    Raises:
        ModelError: its files are damaged.
    """
    folder = Path(str(files("index").joinpath("bilingual")))
    with _one_line(BUNDLED):
        from index.bundled import BundledEmbedder

        return BundledEmbedder(folder, BUNDLED + _fingerprint(folder))


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

    def __init__(self, name: str) -> None:
        """Load it from a folder or by its hub name."""
        from sentence_transformers import SentenceTransformer

        with _one_line(name):
            self._model: SentenceTransformer = SentenceTransformer(name, device="cpu")
        self._using = threading.Lock()  # a fast tokenizer used by two threads at once may raise "Already borrowed"
        self.name = name + _fingerprint(Path(name))
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        query, passage = next((prompts for part, prompts in _PROMPTS.items() if part in name.lower()), (None, None))
        own = any(self._model.prompts.values())
        self._query_prompt, self._passage_prompt = (None, None) if own else (query, passage)

    def documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, float32 (len(texts), dimension), unit length."""
        with self._using:
            vectors: Vectors = self._model.encode_document(
                list(texts), prompt=self._passage_prompt, batch_size=_BATCH, normalize_embeddings=True
            )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (len(texts), dimension), unit length."""
        with self._using, one_thread():
            vectors: Vectors = self._model.encode_query(
                list(texts), prompt=self._query_prompt, batch_size=_BATCH, normalize_embeddings=True
            )
        return vectors.astype(np.float32).reshape(len(texts), self.dimension)

    def passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> list[Vectors]:
        """Vectors of passages and of their sentences as read in the passage: the means of the sentences' tokens.

        A sentence beyond what the model reads has the passage's vector.
        """
        return [read.with_sentences(spans) for read, spans in zip(self._tokens(texts), sentences, strict=True)]

    def _tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
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
def _one_line(name: str) -> Iterator[None]:
    """Loading runs code of several libraries; whatever fails is told in one line."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"the model '{name}' cannot be loaded: {reason}") from error


def _fingerprint(folder: Path) -> str:
    weights = folder / "model.safetensors"
    return "@" + hashlib.sha256(weights.read_bytes()).hexdigest()[:12] if weights.is_file() else ""
