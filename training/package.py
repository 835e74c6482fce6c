"""Writes the folder that sentence-transformers loads, in half precision, and its checksum."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.base import base_folder, sha256

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor
    from transformers import BertModel

_LEFT_OUT = ("_name_or_path", "gradient_checkpointing", "transformers_version")
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def write_model(model: BertModel, tokenizer: Tokenizer, folder: Path) -> str:
    """A plain sentence-transformers folder (Transformer, mean Pooling, Normalize); returns the weights' SHA-256."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, Tensor] = {
        name: value.detach().to(torch.float16).contiguous()
        for name, value in model.state_dict().items()
        if not name.endswith(("position_ids", "token_type_ids"))
    }
    weights |= _pooler()
    path = folder / "model.safetensors"
    save_file(weights, str(path), metadata={"format": "pt"})
    path.chmod(0o644)
    base = json.loads((base_folder() / "config.json").read_text(encoding="utf-8"))
    config: dict[str, Any] = {
        **{k: v for k, v in base.items() if k not in _LEFT_OUT},
        "vocab_size": tokenizer.get_vocab_size(), "pad_token_id": 0, "dtype": "float32",
    }  # fmt: skip
    _write(folder / "config.json", config)
    _write(folder / "modules.json", MODULES)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 256, "do_lower_case": False})
    _write(folder / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
    (folder / "1_Pooling").mkdir(exist_ok=True)
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True})
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (folder / "tokenizer.json").write_text(_compact(tokenizer.to_str()), encoding="utf-8")
    _write(folder / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": None,
        "tokenize_chinese_chars": True, "model_max_length": 256, "unk_token": "[UNK]", "sep_token": "[SEP]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
    })  # fmt: skip
    return sha256(path)


def _pooler() -> dict[str, Tensor]:
    """The base model's pooling layer: not used, but without it every load warns that it is missing."""
    import torch
    from safetensors.torch import load_file

    base = load_file(str(base_folder() / "model.safetensors"))
    return {name: base[name].to(torch.float16) for name in ("pooler.dense.weight", "pooler.dense.bias")}


def update_card(folder: Path, digest: str) -> None:
    """Puts the new checksum into the model card, where there is one; its figures stay the writer's task."""
    card = folder / "README.md"
    if card.is_file():
        text = re.sub(r"\b[0-9a-f]{64}\b", digest, card.read_text(encoding="utf-8"))
        card.write_text(text, encoding="utf-8")


def read_model(folder: Path) -> tuple[Tokenizer, BertModel]:
    """The tokenizer and the transformer (float32, no dropout) of a folder written here."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel

    model: BertModel = BertModel.from_pretrained(
        str(folder), add_pooling_layer=False, attn_implementation="sdpa", dtype=torch.float32,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return Tokenizer.from_file(str(folder / "tokenizer.json")), model.train(False)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _compact(spec: str) -> str:
    return json.dumps(json.loads(spec), ensure_ascii=False, separators=(",", ":"))
