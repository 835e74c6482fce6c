"""One WordPiece vocabulary for both languages: the English pieces that matter, then Dutch words and tails."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SUFFIXES = ("e", "en", "s", "n", "t", "te", "ten", "de", "den", "er", "je", "jes", "tje", "tjes", "pje", "lijk")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many Dutch rows are added: whole words, compound heads with a linking s, and tails."""

    words: int = 19_500
    heads: int = 600
    tails: int = 4_900


def useful(piece: str) -> bool:
    """Whether news in Dutch or English needs the piece: Latin letters, digits, punctuation, currency."""
    if piece.startswith("["):
        return piece in SPECIAL or len(piece) == 1
    letters = piece.removeprefix("##") or piece
    for sign in letters:
        if sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN"):
            return False
        if ord(sign) > 0x24F and unicodedata.category(sign)[0] not in "SP":
            return False
    return True


def words_of(text: str) -> list[str]:
    """Lower-case words without accents, as the base model's normaliser leaves them."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return "".join(c if c.isalnum() else " " for c in plain).split()


def greedy(word: str, pieces: set[str]) -> list[str] | None:
    """WordPiece: the longest piece first; None if the word cannot be spelled."""
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in pieces:
                found.append(piece)
                start = end
                break
        else:
            return None
    return found


def split_compound(word: str, known: Container[str], shortest: int = 3) -> tuple[str, str, str] | None:
    """(head, link, tail) of a Dutch compound whose head and tail are known words; longest tail first."""
    for cut in range(shortest, len(word) - shortest + 1):
        head, tail = word[:cut], word[cut:]
        if tail not in known:
            continue
        for link in ("", "s", "en", "e"):
            stem = head.removesuffix(link) if link else head
            if head.endswith(link) and len(stem) >= shortest and stem in known:
                return stem, link, tail
    return None


def choose_words(english: set[str], ranked: Iterable[str], texts: Counter[str], limit: int) -> list[str]:
    """Dutch words that get a row: by lexicon rank, then by their count in the training text."""
    in_lexicon = [w for w in dict.fromkeys(ranked) if w.isalpha() and len(w) > 1 and w not in english]
    frequent = {w for w in in_lexicon if texts[w] >= 2}
    first = in_lexicon[: limit * 9 // 10]
    rest = sorted((w for w in in_lexicon[len(first) :] if w in frequent), key=lambda w: (-texts[w], w))
    chosen = (first + rest)[:limit]
    taken = set(chosen)
    more = (w for w in in_lexicon if w not in taken)
    return chosen + [w for w, _ in zip(more, range(limit - len(chosen)), strict=False)]


def choose_parts(words: Counter[str], pieces: set[str], known: list[str], sizes: Sizes) -> tuple[list[str], list[str]]:
    """Compound heads with a linking s, and tails, by how many words (weighted by count) need them."""
    members = set(known)
    heads: Counter[str] = Counter()
    for word, count in words.items():
        split = split_compound(word, members)
        if split and split[1] == "s" and word not in pieces:
            heads[split[0] + "s"] += min(count, 5)
    chosen_heads = [h for h, _ in heads.most_common() if h not in pieces][: sizes.heads]
    wider = pieces | set(chosen_heads)
    tails: Counter[str] = Counter()
    for word, count in words.items():
        tail = _tail(word, wider)
        if (
            tail
            and f"##{tail}" not in pieces
            and (tail in members or split_compound(tail, members) or tail in SUFFIXES)
        ):
            tails[tail] += min(count, 5)
    for rank, word in enumerate(w for w in known if len(w) >= 4):
        if f"##{word}" not in pieces:
            tails[word] += max(0, 4 - rank // 1000)
    return chosen_heads, [f"##{t}" for t, _ in tails.most_common(sizes.tails)]


def _tail(word: str, pieces: set[str]) -> str:
    """What is left of a word behind its longest first piece."""
    for end in range(len(word), 0, -1):
        if word[:end] in pieces:
            return word[end:]
    return ""
