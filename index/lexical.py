"""BM25 across two languages by tantivy, derived from the store.

All passages share one field, their terms marked with their language, so that passage lengths and document
counts are common to both. A question's word and its translations share one inverse document frequency
(Robertson and Sparck Jones, as in Lucene: ln(1 + (N - n + 0.5) / (n + 0.5)), n counting the passages that
hold the word or its most usual translation): each term query is boosted by the ratio of the shared to its
own. Without that, a name is worth more in the language that has fewer articles, and articles of one language
win for no reason.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import tantivy

from index.analysis import term
from index.concepts import Concept
from index.errors import ArchiveDamagedError, ArchiveWriteError
from index.lexical_documents import Passage, document_of, number_fields, open_index
from index.limits import EVERYTHING, Limits
from index.records import LANGUAGES
from index.segments import remove_leftovers, verify_segments

FOLDER = "lexical"
_WRITER_BYTES = 64_000_000

MISSPELT = 0.7
"""Worth of a term one letter away from a word that no article holds."""

_SHORTEST_MISSPELT = 5


class LexicalIndex:
    """Passages by their words."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the index below an archive's folder; with `create`, begin an empty one in place of any other.

        Raises:
            ArchiveDamagedError: it is missing, torn or of another make.
        """
        self._folder = folder / FOLDER
        if create:
            self._begin()
        else:
            self._open()

    def __len__(self) -> int:
        return int(self._searcher.num_docs) - 1

    @property
    def sequence(self) -> int:
        """The sequence number of the store that the last commit is in step with; it is part of the commit."""
        return self._fact("sequence")

    @property
    def keys(self) -> list[int]:
        """The keys of all passages."""
        everything = max(1, int(self._searcher.num_docs))
        return self._keys(self._search(tantivy.Query.exists_query("key"), everything))

    def reload(self) -> None:
        """See what has been committed since, here or by another process."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def update(self, sequence: int, removed: Sequence[int], added: Iterable[Passage], count: int) -> None:
        """Take passages out and put others in, in one commit. One process at a time may do this.

        Args:
            sequence: of the store that the index is then in step with.
            removed: keys; those that are not there do not matter.
            added: under new keys.
            count: how many passages there are then, kept to check the index by when it is opened.

        Raises:
            ArchiveWriteError: the disk refused it; the index is as it was.
        """
        self._commit(sequence, removed, added, count)
        self.reload()

    def search(
        self, concepts: Sequence[Concept], language: str, k: int, limits: Limits = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The best passages of one language, as (key, BM25 score), best first; those without a match are left out.

        Args:
            concepts: the question.
            language: of the passages.
            k: how many; fewer come back where fewer match.
            limits: only passages whose article is within these.
        """
        query = tantivy.Query
        matching = [clause for concept in concepts if (clause := self._clause(concept, language))]
        if not matching:
            return []
        clauses = [(tantivy.Occur.Should, clause) for clause in matching]
        if limits:
            clauses += [(tantivy.Occur.Must, query.const_score_query(limit, 0.0)) for limit in self._within(limits)]
            some = query.const_score_query(query.disjunction_max_query(matching), 0.0)  # the limits alone are no match
            clauses.append((tantivy.Occur.Must, some))
        hits = self._search(query.boolean_query(clauses), k)
        return [(key, score) for key, (score, _) in zip(self._keys(hits), hits, strict=True)]

    def rarity(self, concepts: Sequence[Concept]) -> list[float]:
        """The shared inverse document frequency of each concept; largest for what no passage holds."""
        return [self._shared_frequency(self._counts(concept)) for concept in concepts]

    def count(self, word: str) -> int:
        """How many passages hold a lower-case word, in any of its forms; of the language in which that is most."""
        return max(self._count(language, term(word, language)) for language in LANGUAGES)

    def _clause(self, concept: Concept, language: str) -> tantivy.Query | None:
        """The best of the concept's terms in one language, or None where no passage holds any."""
        counts = self._counts(concept)
        if not any(counts.values()):
            return self._misspelt(concept, language)
        shared = self._shared_frequency(counts)
        options = [
            tantivy.Query.boost_query(
                self._term(language, term),
                concept.variants[language][term] * shared / self._inverse_frequency(count),
            )
            for term, count in counts[language].items()
        ]
        return tantivy.Query.disjunction_max_query(options) if options else None

    def _counts(self, concept: Concept) -> dict[str, dict[str, int]]:
        """Language -> term -> number of passages, of the concept's terms that some passage holds."""
        return {
            language: {term: count for term in variants if (count := self._count(language, term))}
            for language, variants in concept.variants.items()
        }

    def _shared_frequency(self, counts: dict[str, dict[str, int]]) -> float:
        return self._inverse_frequency(sum(max(found.values(), default=0) for found in counts.values()))

    def _misspelt(self, concept: Concept, language: str) -> tantivy.Query | None:
        if len(concept.word) < _SHORTEST_MISSPELT or not concept.word.isalpha():
            return None
        term = next(iter(concept.variants[language]))
        fuzzy = tantivy.Query.fuzzy_term_query(self._index.schema, "terms", f"{language}:{term}", distance=1)
        return tantivy.Query.const_score_query(fuzzy, MISSPELT * self._inverse_frequency(1))

    def _within(self, limits: Limits) -> Iterator[tantivy.Query]:
        schema = self._index.schema
        if limits.days:
            first, last = limits.days.ordinals()
            integer = tantivy.FieldType.Unsigned
            yield tantivy.Query.range_query(schema, "last_day", integer, first, None, True, True)
            yield tantivy.Query.range_query(schema, "first_day", integer, 1, last, True, True)
        if limits.sources:
            yield tantivy.Query.term_set_query(schema, "source", list(limits.sources))

    def _term(self, language: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, "terms", f"{language}:{term}")

    def _count(self, language: str, term: str) -> int:
        return int(self._searcher.doc_freq("terms", f"{language}:{term}"))

    def _inverse_frequency(self, count: int) -> float:
        total = int(self._searcher.num_docs)
        count = min(count, total)
        return math.log(1 + (total - count + 0.5) / (count + 0.5))

    def _keys(self, hits: list[tuple[float, tantivy.DocAddress]]) -> list[int]:
        values = self._searcher.fast_field_values("key", [address for _, address in hits])
        return [int(value) for value in values if value is not None]

    def _search(self, query: tantivy.Query, k: int) -> list[tuple[float, tantivy.DocAddress]]:
        return list(self._searcher.search(query, k, count=False).hits)

    def _fact(self, name: str) -> int:
        (score_and_address,) = self._search(tantivy.Query.exists_query("sequence"), 1)
        return int(self._searcher.doc(score_and_address[1])[name][0])

    def _begin(self) -> None:
        try:
            self._folder.mkdir(exist_ok=True)
            for path in self._folder.iterdir():
                path.unlink()
            self._index = open_index(self._folder)
        except (OSError, ValueError) as error:
            raise ArchiveWriteError(f"{self._folder}: cannot be made ({error})") from error
        self._commit(0, [], [], 0)
        self._searcher = self._index.searcher()

    def _open(self) -> None:
        verify_segments(self._folder)
        try:
            self._index = open_index(self._folder)
            self._searcher = self._index.searcher()
            count = self._fact("count")
        except (OSError, ValueError) as error:
            raise ArchiveDamagedError(f"{self._folder}: cannot be read ({error})") from error
        if count != len(self):
            raise ArchiveDamagedError(f"{self._folder}: {len(self)} passages instead of {count}")

    def _commit(self, sequence: int, removed: Sequence[int], added: Iterable[Passage], count: int) -> None:
        try:
            remove_leftovers(self._folder)
            writer = self._index.writer(_WRITER_BYTES, 1)
            try:
                if removed:  # delete_documents_by_term passes over numbers
                    gone = tantivy.Query.term_set_query(self._index.schema, "key", list(removed))
                    writer.delete_documents_by_query(gone)
                for passage in added:
                    writer.add_document(document_of(passage))
                writer.delete_documents_by_query(tantivy.Query.exists_query("sequence"))
                writer.add_document(number_fields(sequence=sequence, count=count))
                writer.commit()
                writer.wait_merging_threads()
            finally:
                del writer  # it holds a lock for as long as it is there, and an error's traceback would keep it
            self._index.reload()
        except (OSError, ValueError) as error:
            raise ArchiveWriteError(f"{self._folder}: cannot be written ({' '.join(str(error).split())})") from error
