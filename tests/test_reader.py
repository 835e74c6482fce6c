"""The reader: its arithmetic, what it learns from, and that it works at a passage once."""

import dataclasses
import random
import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from index.records import Span
from index.token_vectors import TokenVectors
from qa.close_reading import WEIGHTS, CloseReader
from qa.reader import WIDTH, Reader, Tokens
from training import build_reader, reading, reading_batches
from training.base import sha256
from training.data import Corpus, DataFault, Passage, Question
from training.noise import Switcher
from training.progress import rate_at
from training.reading import Apart, measure, read_pairs, reading_loss, train_reader
from training.reading_batches import SIBLINGS, Case, ReadingBatches, Text, find_look_alikes, siblings
from training.rivals import RANKED, find_rivals
from training.settings import ReaderRecipe

WORDS = [f"w{n}" for n in range(60)]


def tokens(sizes: list[int], seed: int, outside: int = 0) -> Tokens:
    """Random tokens of sentences of these sizes, after some that belong to none."""
    generator = torch.Generator().manual_seed(seed)
    owner = torch.tensor([-1] * outside + [n for n, size in enumerate(sizes) for _ in range(size)])
    vector = torch.nn.functional.normalize(torch.randn(WIDTH, generator=generator), dim=0)
    return Tokens(torch.randn(len(owner), WIDTH, generator=generator), vector, owner, len(sizes))


def reader() -> Reader:
    torch.manual_seed(0)
    made = Reader().train(False)
    torch.nn.init.normal_(made.importance.weight)
    return made


def test_reading_together_equals_reading_one_by_one() -> None:
    judge = reader()
    pairs = [(tokens([n], n), tokens(sizes, 9 + n, outside=n)) for n, sizes in ((3, [4, 2]), (7, [5]), (1, [1, 6, 2]))]
    with torch.inference_mode():
        for together, (question, passage) in zip(read_pairs(judge, pairs), pairs, strict=True):
            (alone,) = judge([question], [passage])
            assert alone.shape == (passage.sentences,)
            torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_a_sentence_that_was_cut_off_has_a_logit_too() -> None:
    passage = dataclasses.replace(tokens([3, 2], 1), sentences=4)
    with torch.inference_mode():
        (found,) = reader()([tokens([4], 2)], [passage])
    assert found.shape == (4,)
    assert bool(found.isfinite().all())


def test_the_words_around_a_sentence_count() -> None:
    question, passage = tokens([4], 2), tokens([3, 2], 1, outside=3)
    changed = passage.states.clone()
    changed[:3] = question.states[:3]
    with torch.inference_mode():
        before, after = reader()([question, question], [passage, dataclasses.replace(passage, states=changed)])
    assert not torch.allclose(before, after, atol=1e-3)


def test_the_loss_equals_its_formula() -> None:
    logits = [[torch.tensor([1.0, -1.0]), torch.tensor([0.5])], [torch.tensor([2.0]), torch.tensor([0.0])]]
    cases = [Case(0, (0, 1), 1), Case(1, (1, 0), None)]

    def chosen(options: list[float], right: int) -> float:
        return float(np.log(np.exp(options).sum()) - options[right])

    by_hand = [chosen([0, 1, -1, 0.5], 2), chosen([0, 0.5], 0), chosen([0, 2, 0], 0)]
    assert float(reading_loss(logits, cases)) == pytest.approx(np.mean(by_hand), abs=1e-6)


def tokenizer() -> Tokenizer:
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    made = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return made


def corpus() -> Corpus:
    """Dutch is of the first thirty words, English of the others."""
    chooser = random.Random(3)

    def question() -> Question:
        dutch, english = (" ".join(chooser.choices(side, k=4)) for side in (WORDS[:30], WORDS[30:]))
        return Question(dutch, english, chooser.randrange(4))

    def passage(misses: int, sentences: int = 4) -> Passage:
        dutch, english = (
            tuple(" ".join(chooser.choices(side, k=5)) for _ in range(sentences)) for side in (WORDS[:30], WORDS[30:])
        )
        return Passage(dutch, english, (question(), question()), tuple(question() for _ in range(misses)))

    singles = tuple(passage(0) for _ in range(5))
    pairs = tuple((passage(1), passage(1)) for _ in range(6))
    return Corpus(singles, pairs, tuple(tuple(passage(1, 12) for _ in range(4)) for _ in range(2)))


TINY = ReaderRecipe(
    steps=4, warmup=1, decay=2, pairs=2, singles=2, storylines=1, asked=1.0, typo=0.0, evaluate_every=2,
)  # fmt: skip


def batches(recipe: ReaderRecipe = TINY, switcher: Switcher | None = None) -> ReadingBatches:
    data, rng = corpus(), np.random.default_rng(0)
    passages = rng.normal(size=(len(data.passages), 8)).astype(np.float16)
    asked = {q.en: rng.normal(size=8).astype(np.float16) for p in data.passages for q in (*p.questions, *p.near_misses)}
    sentences = {sentence: rng.normal(size=8).astype(np.float16) for p in data.passages for sentence in p.en}
    look_alikes, rivals = find_look_alikes(data, passages, asked), find_rivals(data, asked, sentences)
    return ReadingBatches(data, look_alikes, rivals, tokenizer(), recipe, switcher)


def test_look_alikes_are_of_other_stories() -> None:
    data = corpus()
    same = np.ones((len(data.passages), 2), np.float16)
    asked = {q.en: np.ones(2, np.float16) for p in data.passages for q in (*p.questions, *p.near_misses)}
    found, near = find_look_alikes(data, same, asked), siblings(data)
    assert [len(others) for others in near] == [0] * 5 + [1] * 12 + [3] * 8
    for number, passage in enumerate(data.passages):
        for question in (*passage.questions, *passage.near_misses):
            assert not {number, *near[number]} & set(found[question.en])


def test_a_question_is_tried_on_its_own_passage_first() -> None:
    data, made, directions = corpus(), batches(), set()
    by_english = {q.en: (p, q) for p in data.passages for q in (*p.questions, *p.near_misses)}
    by_dutch = {q.nl: (p, q) for p in data.passages for q in (*p.questions, *p.near_misses)}
    names = tokenizer()
    for step in range(10):
        batch = made.batch(step)
        assert batch == made.batch(step)
        assert len(batch.cases) == 2 * 2 * 3 + 2 * 2 + 4 * 3
        for case in batch.cases:
            text = " ".join(names.id_to_token(n) for n in batch.questions[case.question])
            passage, question = (by_dutch | by_english)[text]
            own = batch.passages[case.passages[0]]
            sentences = [" ".join(names.id_to_token(n) for n in s) for s in own.sentences]
            language = "nl" if sentences[0] in passage.nl else "en"
            directions.add((text in by_dutch, language))
            assert len(case.passages) <= 3 + SIBLINGS
            if case.right is None:
                assert question in passage.near_misses
                assert set(sentences) <= set(passage.sentences(language))
            else:
                assert sentences[own.context + case.right] == passage.sentences(language)[question.sentence]
    assert len(directions) == 4


def test_rivals_are_sentences_of_the_story_that_look_most_like_the_question() -> None:
    data = corpus()
    sentences = {sentence: np.float16([n, 1]) for n, sentence in enumerate(s for p in data.passages for s in p.en)}
    asked = {q.en: np.float16([-1, 0]) for p in data.passages for q in (*p.questions, *p.near_misses)}
    found, near = find_rivals(data, asked, sentences), siblings(data)
    for number, passage in enumerate(data.passages):
        story = sorted([number, *near[number]])
        first = [(other, place) for other in story for place in range(len(data.passages[other].en))][:RANKED]
        assert all(found[question.en] == first for question in (*passage.questions, *passage.near_misses))


def test_a_question_may_be_tried_on_rivals() -> None:
    made = batches(replace(TINY, rivals=3, look_alike=0.0))
    tried = [case.passages for step in range(3) for case in made.batch(step).cases]
    assert {len(passages) for passages in tried} == {2, 3, 4}  # short ones have fewer parts; then a look-alike comes in
    assert all(len(set(passages)) == len(passages) for passages in tried)


def test_answered_questions_become_keywords_and_near_misses_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_batches, "keywords", lambda text, language: "w0")
    batch = batches(replace(TINY, keywords=1.0), Switcher({}, {})).batch(0)
    bare = tuple(tokenizer().encode("w0").ids)
    assert {case.right is None for case in batch.cases} == {True, False}
    for case in batch.cases:
        assert (batch.questions[case.question] == bare) == (case.right is not None)


class FakeApart:
    """Token vectors drawn by piece number: the same piece, the same vector."""

    layers = torch.nn.ModuleList()

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self._table = torch.randn(80, WIDTH, generator=generator)

    def questions(self, texts: list[tuple[int, ...]]) -> list[Tokens]:
        return self.passages([Text((text,)) for text in texts])

    def passages(self, texts: list[Text]) -> list[Tokens]:
        found = []
        for text in texts:
            states = self._table[[piece for sentence in text.sentences for piece in sentence]]
            numbers = (torch.arange(len(text.sentences)) - text.context).clamp(min=-1)
            owner = torch.repeat_interleave(numbers, torch.tensor([len(sentence) for sentence in text.sentences]))
            judged = len(text.sentences) - text.context
            found.append(Tokens(states, torch.nn.functional.normalize(states.mean(0), dim=0), owner, judged))
        return found


def run(folder: Path, recipe: ReaderRecipe = TINY, stop_at: int | None = None) -> Reader:
    made, judge, apart = batches(recipe, Switcher({}, {})), reader(), FakeApart()
    if stop_at is not None:
        draw = made.batch

        def interrupted(step: int) -> object:
            if step == stop_at:
                raise KeyboardInterrupt
            return draw(step)

        object.__setattr__(made, "batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train_reader(judge, apart, made, recipe, folder, lambda _: {"right": 0.0})  # type: ignore[arg-type]
        return judge
    train_reader(judge, apart, made, recipe, folder, lambda r: measure(r, apart, batches(), 2))  # type: ignore[arg-type]
    return judge


def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole").state_dict()
    run(tmp_path / "broken", stop_at=3)
    again = run(tmp_path / "broken").state_dict()
    assert any(not torch.equal(whole[name], value) for name, value in reader().state_dict().items())
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, atol=1e-5, rtol=1e-4)
    with pytest.raises(DataFault, match="was made with another recipe"):
        run(tmp_path / "whole", dataclasses.replace(TINY, rate=0.5))


def test_it_learns_what_it_is_shown(tmp_path: Path) -> None:
    recipe = dataclasses.replace(TINY, steps=40, decay=10, evaluate_every=40)
    made, apart = batches(recipe), FakeApart()
    before = measure(reader(), apart, made, 3)["right"]  # type: ignore[arg-type]
    after = measure(run(tmp_path, recipe).train(False), apart, made, 3)["right"]  # type: ignore[arg-type]
    assert after > before + 0.2


def bert() -> BertModel:
    torch.manual_seed(0)
    shape = {"hidden_size": WIDTH, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 16}
    return BertModel(BertConfig(vocab_size=80, **shape), add_pooling_layer=False).train(False)


def test_only_the_upper_layers_learn_along_and_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, model = dataclasses.replace(TINY, layers=1, body_rate=1e-2), bert()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    judge, apart = reader(), Apart(model, recipe.layers)
    train_reader(judge, apart, batches(recipe), recipe, tmp_path, lambda _: {})
    after = model.state_dict()
    assert {name[:16] for name in before if not torch.equal(before[name], after[name])} == {"encoder.layer.2."}

    monkeypatch.setattr(build_reader, "WEIGHTS", tmp_path / "reader.safetensors")
    assert build_reader.write_reader(judge, model, recipe.layers) == sha256(tmp_path / "reader.safetensors")
    written = load_file(tmp_path / "reader.safetensors")
    assert written.keys() - judge.state_dict().keys() == {name for name in after if name.startswith("encoder.layer.2.")}


@pytest.mark.parametrize(("layers", "read"), [(0, 1), (1, 2)])
def test_what_a_frozen_model_makes_of_a_passage_is_kept(
    monkeypatch: pytest.MonkeyPatch, layers: int, read: int
) -> None:
    counted = Mock(wraps=reading.encode)
    monkeypatch.setattr(reading, "encode", counted)
    apart, text = Apart(bert(), layers), Text(((5, 6), (7,)))
    first, second = apart.passages([text])[0], apart.passages([text])[0]
    assert counted.call_count == read
    torch.testing.assert_close(first.states, second.states)
    assert first.states.requires_grad == bool(layers)


def test_rates_rise_stay_and_fall() -> None:
    recipe = ReaderRecipe(steps=100, warmup=10, decay=20)
    assert [rate_at(step, recipe) for step in (0, 9, 50, 80, 90)] == pytest.approx([0.1, 1, 1, 1, 0.5])


class CountingModel:
    """Stands in for the bundled model: a token a character, and a count of the texts read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def tokens(self, texts: list[str]) -> list[TokenVectors]:
        self.read += texts
        found = []
        for text in texts:
            states = np.random.default_rng(len(text)).normal(size=(len(text) + 2, WIDTH)).astype(np.float32)
            places = np.array([(0, 0), *((n, n + 1) for n in range(len(text))), (0, 0)])
            found.append(TokenVectors(states, places, states.mean(0)))
        return found


def test_a_passage_is_worked_out_once() -> None:
    model = CountingModel()
    close = CloseReader(model, reader())  # type: ignore[arg-type]
    one = ("lead. one two. three.", (Span(6, 14), Span(15, 21)))
    two = ("lead. four.", (Span(6, 11),))
    first = close.read("why?", [one, two, one])
    assert [len(row) for row in first] == [2, 1, 2]
    assert first[0] == pytest.approx(first[2], abs=1e-4)
    assert close.read("why?", [two])[0] == pytest.approx(first[1], abs=1e-4)
    assert model.read == ["why?", one[0], two[0], "why?"]
    assert close.read("why?", []) == []


def test_the_card_names_the_weights_that_are_there() -> None:
    path = Path(str(WEIGHTS))
    assert path.stat().st_size < 40_000_000
    assert re.findall(r"\b[0-9a-f]{64}\b", path.with_name("README.md").read_text("utf-8")) == [sha256(path)]
