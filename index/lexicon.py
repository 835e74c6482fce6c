"""Dutch <-> English word translations, so that a question's words find articles in the other language."""

import gzip
from functools import cache
from importlib.resources import files

_LINKS = ("s", "en", "e", "n", "er")
_SHORTEST_PART = 3
_MAX_TRANSLATIONS = 6


@cache
def load_lexicon(language: str) -> "Lexicon":
    """The bundled lexicon from a language ("nl" or "en") into the other one; read once."""
    target = "en" if language == "nl" else "nl"
    data = files("index").joinpath(f"data/lexicon-{language}-{target}.tsv.gz").read_bytes()
    entries = dict(line.split("\t", 1) for line in gzip.decompress(data).decode().splitlines())
    return Lexicon(entries, compounds=language == "nl")


class Lexicon:
    """Translations of single words, most usual sense first; a compound is translated by its parts."""

    def __init__(self, entries: dict[str, str], *, compounds: bool) -> None:
        """Take entries word -> "translation; translation", or "-" for a word that stays as it is (a name).

        With `compounds`, a word that is not there may be two that are, written as one, as Dutch does.
        """
        self._compounds = compounds
        self._entries = {word.lower(): translations for word, translations in entries.items()}

    def __contains__(self, word: str) -> bool:
        return word.lower() in self._entries

    def translations(self, word: str) -> list[str]:
        """What the word may be called in the other language; empty for names and unknown words.

        Returns:
            Words or short phrases, lower case, most usual first.
        """
        word = word.lower()
        if word in self._entries:
            return self._entry(word)
        if not self._compounds:
            return []
        head, tail = self._split(word)
        if not head:
            return []
        return [
            f"{first} {second}" for first, second in zip(self._entry(head)[:2], self._entry(tail)[:2], strict=False)
        ]

    def _entry(self, word: str) -> list[str]:
        entry = self._entries[word]
        return [] if entry == "-" else [part.strip().lower() for part in entry.split(";")[:_MAX_TRANSLATIONS]]

    def _split(self, word: str) -> tuple[str, str]:
        """The two known words that make up a compound ("stroomnet"), the longest tail first; or two empty ones."""
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            tail = word[cut:]
            if not self._translated(tail):
                continue
            for head in (word[:cut], *(word[:cut].removesuffix(link) for link in _LINKS)):
                if len(head) >= _SHORTEST_PART and self._translated(head):
                    return head, tail
        return "", ""

    def _translated(self, word: str) -> bool:
        return self._entries.get(word, "-") != "-"
