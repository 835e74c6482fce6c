"""Storms of edits against a dictionary: after every update the archive holds exactly what the folder holds."""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from fakes import CountingEmbedder
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from index.archive import Archive
from index.concepts import question_concepts
from index.update import Updater

NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt", "map/a.txt", "map/d.txt"])
WORDS = ("kat", "hond", "beurs", "rente", "fabriek")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(lambda words: f"Een {' en '.join(words)}.")
KEEPER = "keeper.txt"
"""A file that is never deleted, so that the folder is never empty."""


class Storm(RuleBasedStateMachine):
    """Edits in a folder, updates, and a reader that has been open all the time."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.source, self.index = self.folder / "source", self.folder / "index"
        self.source.mkdir()
        self.files = {KEEPER: "De bewaker blijft."}
        (self.source / KEEPER).write_text(self.files[KEEPER])
        self.touched: set[str] = set()
        self.embedder = CountingEmbedder()
        self.updater = Updater(self.index, self.embedder)
        self.updater.update([self.source])
        self.archive = Archive.open(self.index)

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()
            self.updater.close()
            shutil.rmtree(self.folder)

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.files[name] = text
        self.touched.add(name)

    @precondition(lambda self: len(self.files) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files.keys() - {KEEPER})))
        (self.source / name).unlink()
        del self.files[name]
        self.touched.add(name)

    @precondition(lambda self: len(self.files) > 1)
    @rule(data=st.data(), to=NAMES)
    def rename(self, data: st.DataObject, to: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.files.keys() - {KEEPER})))
        (self.source / to).parent.mkdir(exist_ok=True)
        (self.source / name).rename(self.source / to)
        self.files[to] = self.files.pop(name)
        self.touched |= {name, to}

    @rule()
    def restart(self) -> None:
        self.updater.close()
        self.archive.close()
        self.updater = Updater(self.index, self.embedder)
        self.archive = Archive.open(self.index)

    @invariant()
    def the_archive_holds_what_the_folder_holds(self) -> None:
        if not hasattr(self, "archive"):
            return
        self.updater.update([self.source], only=[self.source / name for name in self.touched])
        self.touched.clear()
        with self.archive.reading():
            store = self.archive.store
            assert {article.id: article.text for article in store.articles()} == self.files
            chunks = store.chunks(store.keys.since(0))
            assert store.counts()["chunks"] == len(chunks) == len(self.files)
            assert store.counts()["vectors"] == len({item.article.text for item in chunks.values()})
            for word in WORDS:
                holding = {name for name, text in self.files.items() if word in text}
                lexical = self.archive.search_lexical(question_concepts(word, "nl"), 100)
                assert {chunks[key].article.id for key, _ in lexical} == holding
            dense = self.archive.search_dense(self.embedder.queries(["kat"]), 100)
            assert {key for key, _ in dense} == chunks.keys()
        self.index_is_sound()

    def index_is_sound(self) -> None:
        with closing(Archive.open(self.index)) as fresh:
            assert fresh.check() == []


Storm.TestCase.settings = settings(max_examples=6, stateful_step_count=12, deadline=None)
TestStorm = Storm.TestCase
