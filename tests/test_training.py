"""Training: its data, its arithmetic against plain loops, and that an interruption changes nothing."""

import dataclasses
import gzip
import json
import lzma
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from benchmarks.held_out import DIALOGUES, STORYLINES, write_held_out
from qa.followup import lean_on
from qa.question import parse_question
from qa.records import Refusal, Turn
from training import losses
from training.batches import Asked, Batch, Batches, Chunk, Teacher
from training.cutting import cut, shortened
from training.data import (
    Corpus,
    DataFault,
    Passage,
    Question,
    hold_out,
    load_corpus,
    load_lexicon,
    take_share,
)
from training.encoder import Encoded, encode, groups_by_length
from training.noise import Switcher, keywords, mistype
from training.progress import rate_at
from training.rows import RowMaker, lemmas
from training.settings import DATA, LEXICON, ROOT, Recipe
from training.train import average, train
from training.vocabulary import Sizes, choose_parts, choose_words, greedy, split_compound, useful, words_of

BENCHMARKS = ROOT / "benchmarks"


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def training_texts() -> set[str]:
    corpus = load_corpus(DATA)
    texts = {s for p in corpus.passages for s in (*p.nl, *p.en)}
    return texts | {t for p in corpus.passages for q in (*p.questions, *p.near_misses) for t in (q.nl, q.en)}


def shared_runs(texts: Iterable[str], articles: Iterable[str], length: int = 12) -> set[str]:
    """Runs of words that stand in both; twelve words in a row are no coincidence."""

    def runs(many: Iterable[str]) -> set[str]:
        split = [text.split() for text in many]
        return {" ".join(words[n : n + length]) for words in split for n in range(len(words) - length + 1)}

    ours = runs(texts)
    assert len(ours) > 100_000
    return ours & runs(map(plain, articles))


@pytest.mark.parametrize("name", ["news", "unseen"])
def test_nothing_of_a_benchmark_is_in_the_training_data(name: str) -> None:
    trained_on, folder = {plain(t) for t in training_texts()}, BENCHMARKS / name
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    articles = [path.read_text(encoding="utf-8") for path in sorted((folder / "articles").glob("*.txt"))]
    assert len(questions) > 100
    assert len(articles) > 40
    for question in questions:
        assert plain(question["question_nl"]) not in trained_on
        assert plain(question["question_en"]) not in trained_on
        assert not {plain(e) for e in question["evidence"]} & trained_on
    assert not shared_runs(trained_on, articles)


def test_no_sample_article_is_in_the_training_data() -> None:
    samples = [path.read_text(encoding="utf-8") for path in (ROOT / "seeds").rglob("*.txt")]
    assert samples
    assert not shared_runs(map(plain, training_texts()), samples)


def test_the_data_is_what_it_says() -> None:
    corpus = load_corpus(DATA)
    assert len(corpus.singles) > 2_500
    assert len(corpus.pairs) > 1_500
    assert sum(len(p.near_misses) for p in corpus.passages) > 2_500
    assert all(len(a.questions) == 3 == len(b.questions) for a, b in corpus.pairs)
    assert len(corpus.storylines) > 100
    assert all(len(storyline) == 4 for storyline in corpus.storylines)
    assert all(len(a.nl) > 8 and a.questions for story in corpus.storylines for a in story)
    assert all(any(a.near_misses for a in story) for story in corpus.storylines)
    articles = [article for story in corpus.storylines for article in story]
    assert sum(bool(article.near_misses) for article in articles) > 0.99 * len(articles)
    follow_ups = [q for story in corpus.storylines for a in story for q in a.questions if q.turns]
    assert len(follow_ups) > 500
    assert all(text.endswith(")") for q in follow_ups for text in (q.nl, q.en))
    assert load_lexicon(LEXICON / "lexicon-nl-en.tsv.gz")["fiets"][0] == "bicycle"


def test_held_out_items_are_apart_and_always_the_same() -> None:
    corpus = load_corpus(DATA)
    recipe = Recipe(seed=1)
    kept, out = hold_out(corpus, recipe)
    assert (kept, out) == hold_out(corpus, recipe)
    assert not set(kept.passages) & set(out.passages)
    assert len(kept.singles) + len(out.singles) == len(corpus.singles)
    assert len(out.pairs) == 79
    assert len(out.storylines) == round(len(corpus.storylines) / 10)
    assert set(take_share(kept, 0.1).passages) <= set(take_share(kept, 0.5).passages)


def write_data(folder: Path, line: str) -> None:
    names = "passages", "siblings", "siblings-2", "near-misses", "storylines", "storylines-2", "storylines-3"
    for name in names:
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.write(line if name == "passages" else "")


def test_a_follow_up_is_learnt_as_the_assistant_asks_it(tmp_path: Path) -> None:
    write_data(tmp_path, "")
    before = {"nl": "Waarom stopt Vera?", "en": "Why does Vera stop?"}
    article = {"date": "2025", "nl": ["Ja.", "Mei."], "en": ["Yes.", "May."], "near": []}
    article["qa"] = [{"nl": "en wanneer?", "en": "when?", "s": 1, "after": before}]
    with lzma.open(tmp_path / "storylines-2.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"articles": [article]}))
    [[passage]] = load_corpus(tmp_path).storylines
    history = [Turn(before["en"], Refusal(parse_question(before["en"]), "not_found", ""))]
    follow_up = lean_on(parse_question("when?"), history)
    turns = (("Waarom stopt Vera?", "Why does Vera stop?"), ("en wanneer?", "when?"))
    assert passage.questions == (Question("en wanneer? (Waarom stopt Vera?)", follow_up.text, 1, turns),)


def test_what_is_held_out_is_a_benchmark_with_conversations(tmp_path: Path) -> None:
    for archive in write_held_out(tmp_path):
        folder = tmp_path / archive
        texts = {path.name: path.read_text("utf-8") for path in (folder / "articles").iterdir()}
        asked = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
        talks = [json.loads(line)["turns"] for line in (folder / DIALOGUES).read_text("utf-8").splitlines()]
        assert all(evidence in texts[row["article"]] for row in asked for evidence in row["evidence"])
        assert not {row["question_en"] for row in asked} & {turns[1]["question"] for turns in talks}
        assert bool(talks) == (archive == STORYLINES)
        for opening, then in talks:
            assert opening["standalone"]
            assert then["answerable"] == any(
                evidence in text for evidence in then["evidence"] for text in texts.values()
            )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "passages.jsonl.xz cannot be read"),
        ('{"nl": ["a"], "en": []}', "line 1: field 'qa' is missing"),
        ('{"nl": ["a"], "en": [], "qa": []}', "line 1: 1 Dutch and 0 English sentences"),
        ('{"nl": ["a"], "en": ["a"], "qa": [{"nl": "q", "en": "q", "s": 1}]}', "line 1: a question points at"),
    ],
)
def test_wrong_data_is_named(tmp_path: Path, line: str, message: str) -> None:
    write_data(tmp_path, line)
    with pytest.raises(DataFault, match=re.escape(message)):
        load_corpus(tmp_path)


def test_missing_and_wrong_lexicon_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.tsv.gz"
    with pytest.raises(DataFault, match="lexicon.tsv.gz is missing"):
        load_lexicon(path)
    path.write_bytes(b"no gzip")
    with pytest.raises(DataFault, match="lexicon.tsv.gz cannot be read"):
        load_lexicon(path)
    path.write_bytes(gzip.compress(b"word without translation\n"))
    with pytest.raises(DataFault, match="line 1: not `word TAB translations`"):
        load_lexicon(path)


def test_missing_data_is_one_line_and_exit_status_1(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; import training.settings as s; s.DATA = pathlib.Path(sys.argv[1]);"
        "sys.argv = ['training', '--work', sys.argv[1]]; from training.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == 1
    assert lines == [f"training: data file {tmp_path / 'passages.jsonl.xz'} is missing"]


def test_pieces_that_news_needs() -> None:
    assert all(map(useful, ("de", "##en", "é", "€", "7", "[", "[CLS]", "–")))
    assert not any(map(useful, ("[unused3]", "京", "##ский", "עם", "##ή")))
    assert words_of("Zo'n één-op-één café") == ["zo", "n", "een", "op", "een", "cafe"]


def test_compounds_and_lemmas() -> None:
    assert split_compound("bedrijfsleider", {"bedrijf", "leider"}) == ("bedrijf", "s", "leider")
    assert split_compound("gemeentehuis", {"gemeente", "huis"}) == ("gemeente", "", "huis")
    assert split_compound("leider", {"leider"}) is None
    assert "tak" in set(lemmas("takken"))
    assert "taak" in set(lemmas("taken"))
    assert "stem" in set(lemmas("stemmen"))


def test_chosen_vocabulary_spells_compounds() -> None:
    words = choose_words({"in"}, ["in", "huis", "leider", "bedrijf", "x2"], Counter({"huis": 3}), 10)
    assert words == ["huis", "leider", "bedrijf"]
    counts = Counter({"bedrijfsleider": 2, "bedrijfshuis": 2})
    heads, tails = choose_parts(counts, set(words), words, Sizes(10, 2, 5))
    assert heads == ["bedrijfs"]
    assert greedy("bedrijfsleider", {*words, *heads, *tails}) == ["bedrijfs", "##leider"]


def test_a_dutch_row_is_the_weighted_mean_of_its_translations() -> None:
    rows = np.eye(4, dtype=np.float32)
    number = {"house": 0, "home": 1, "boat": 2}
    maker = RowMaker(
        rows, lambda text: [number[w] for w in text.split()], {"huis": ["house", "home"], "boot": ["the boat"]},
        {"house": 0, "home": 0},
    )  # fmt: skip
    row = maker.row("huis")
    assert row is not None
    np.testing.assert_allclose(row, np.array([2, 1, 0, 0]) / np.sqrt(5), atol=1e-6)
    np.testing.assert_allclose(maker.row("huizen") if maker.row("huizen") is not None else row, row, atol=1e-6)
    both = maker.row("bootshuis")
    assert both is not None
    assert both[0] > both[2] > 0
    assert maker.row("xyzzy") is None


def test_noise_keeps_the_text_readable() -> None:
    switcher = Switcher({"huis": ["house"]}, {"house": ["huis"]})
    assert switcher.switch("Het Huis, daar.", "nl", 1.0, random.Random(0)) == "Het house, daar."
    assert switcher.switch("Het Huis, daar.", "nl", 0.0, random.Random(0)) == "Het Huis, daar."
    assert mistype("a b c", random.Random(0)) == "a b c"
    for seed in range(30):
        text = mistype("waarom stopt het", random.Random(seed))
        assert text != ""
        assert text.startswith("w")
        assert len(text) in (15, 16)


def test_keywords_are_what_a_question_is_about() -> None:
    assert keywords("Waarom verkocht SoftBank zijn belang in Nvidia?", "nl") == "verkocht softbank belang nvidia"
    assert keywords("How many jobs will go in 2026?", "en") == "jobs go 2026"
    assert keywords("en wanneer?", "nl") == "en wanneer?"


# --- a tiny model: everything below runs in seconds -------------------------------------------------------------

WORDS = [f"w{n}" for n in range(60)]


def tiny_model() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False)


def tiny_tokenizer() -> Tokenizer:
    vocabulary = {w: n for n, w in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def tiny_batches(recipe: Recipe) -> tuple[Batches, Teacher]:
    chooser = random.Random(5)

    def dutch() -> str:
        return " ".join(chooser.choices(WORDS[:30], k=chooser.randint(3, 6)))

    def english() -> str:
        return " ".join(chooser.choices(WORDS[30:], k=chooser.randint(3, 6)))

    def passage(n: int) -> Passage:
        questions = tuple(Question(dutch(), english(), chooser.randrange(n)) for _ in range(3))
        return Passage(tuple(dutch() for _ in range(n)), tuple(english() for _ in range(n)), questions)

    stories = tuple(tuple(passage(12) for _ in range(4)) for _ in range(2))
    corpus = Corpus(tuple(passage(4) for _ in range(8)), tuple((passage(4), passage(4)) for _ in range(6)), stories)
    rng = np.random.default_rng(0)

    def vectors(count: int) -> np.ndarray:
        v = rng.normal(size=(count, 16))
        return (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float16)

    sentences = [(dutch(), english()) for _ in range(10)]
    teacher = Teacher(vectors(28), vectors(84), sentences, vectors(10), sentences, vectors(10))
    return Batches(corpus, teacher, tiny_tokenizer(), Switcher({}, {}), recipe), teacher


TINY = Recipe(steps=6, warmup=2, decay=2, pairs=2, singles=3, storylines=1, sentences=3, words=2, evaluate_every=2)


def test_each_draws_its_language_and_siblings_are_cut_behind_the_lead() -> None:
    batches, _ = tiny_batches(TINY)
    cut = 0
    directions = set()
    for step in range(20):
        batch = batches.batch(step)
        again = batches.batch(step)
        assert (batch.chunks, batch.asked, batch.alone) == (again.chunks, again.asked, again.alone)
        for asked in batch.asked:
            directions.add((asked.pieces[0] < 34, batch.chunks[asked.chunk].sentences[0][0] < 34))
        for asked in batch.asked:
            assert asked.key in batch.chunks[asked.chunk].keys
        for chunk in batch.chunks:
            assert len(chunk.sentences) == len(chunk.keys)
            cut += chunk.teacher is None
            assert chunk.keys[0][1] == 0
    assert cut > 20
    assert len(directions) == 4


def test_articles_are_cut_as_the_index_does() -> None:
    for seed in range(50):
        parts = cut(17, 0.0, random.Random(seed))
        assert all(part[0] == 0 and 2 < len(part) < 6 for part in parts[:-1])
        assert [n for part in parts for n in part if n] == list(range(1, 17))
    assert cut(5, 0.0, random.Random(0)) == [[0, 1, 2, 3, 4]]
    assert cut(5, 1.0, random.Random(0)) in ([[0, 1], [0, 2, 3, 4]], [[0, 1, 2], [0, 3, 4]])
    assert shortened([[7] * 250, [8] * 9, [9] * 3]) == ((7,) * 250, (8,) * 4, (9,))


def test_encoding_in_groups_equals_encoding_one_by_one() -> None:
    model = tiny_model().train(False)
    texts = [[2, *range(5, 5 + n), 3] for n in (7, 1, 30, 7, 2)]
    assert sorted(n for g in groups_by_length([len(t) for t in texts], 20) for n in g) == [0, 1, 2, 3, 4]
    with torch.inference_mode():
        together = encode(model, texts)
        for n, text in enumerate(texts):
            alone = model(input_ids=torch.tensor([text])).last_hidden_state[0]
            start = int(together.starts[n])
            torch.testing.assert_close(together.tokens[start : start + len(text)], alone, atol=1e-5, rtol=1e-4)
            mean = torch.nn.functional.normalize(alone.mean(0), dim=0)
            torch.testing.assert_close(together.vectors()[n], mean, atol=1e-5, rtol=1e-4)


def test_scores_and_targets_equal_plain_loops() -> None:
    chunks = [
        Chunk(((5, 6), (7,)), ((0, 0), (0, 1)), "nl", None),
        Chunk(((5, 6), (8, 9, 10)), ((0, 0), (0, 2)), "nl", None),
        Chunk(((11,),), ((1, 0),), "en", 1),
    ]
    asked = [Asked((20, 21), "nl", 0, (0, 0), 0), Asked((22,), "en", 1, (0, 2), 1)]
    batch = Batch(chunks, asked, [], np.zeros((0, 4), np.float16))
    table = losses.layout(batch)
    torch.manual_seed(1)
    tokens = torch.randn(sum(len(s) for c in chunks for s in c.sentences) + 6, 8)
    words = torch.randn(3, 8)
    by_chunk, by_sentence = losses.late_scores(words, torch.tensor([0, 0, 1]), 2, tokens, table)
    unit, asked_unit = (torch.nn.functional.normalize(t, dim=-1) for t in (tokens, words))
    spans = [[1, 2], [3], [6, 7], [8, 9, 10], [13]]
    for q, own in enumerate(([0, 1], [2])):
        for s, span in enumerate(spans):
            best = np.mean([max(float(asked_unit[w] @ unit[t]) for t in span) for w in own])
            assert float(by_sentence[q, s]) == pytest.approx(best, abs=1e-5)
        for c, inside in enumerate(([0, 1], [2, 3], [4])):
            span = [t for s in inside for t in spans[s]]
            best = np.mean([max(float(asked_unit[w] @ unit[t]) for t in span) for w in own])
            assert float(by_chunk[q, c]) == pytest.approx(best, abs=1e-5)
    assert losses.own_language(batch).tolist() == [[1, 1, 0], [0, 0, 1]]
    goal = losses.targets(batch, table)
    assert goal.chunk.tolist() == [0, 1]
    assert goal.sentence.tolist() == [0, 3]
    assert goal.chunk_twins.tolist() == [[False, True, False], [False, False, False]]
    assert goal.sentence_twins[0].tolist() == [False, False, True, False, False]
    mean = torch.nn.functional.normalize(tokens[[8, 9, 10]].mean(0), dim=0)
    torch.testing.assert_close(losses.sentence_vectors(tokens, table)[3], mean)
    assert isinstance(Encoded(tokens, torch.tensor([0]), torch.tensor([len(tokens)])).vectors(), torch.Tensor)


def test_rates_rise_stay_and_fall() -> None:
    recipe = Recipe(steps=100, warmup=10, decay=20)
    rates = [rate_at(step, recipe) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[10:80] == [1.0] * 70
    assert rates[90] == pytest.approx(0.5)
    assert rates[:80] == [rate_at(step, Recipe(steps=200, warmup=10, decay=20)) for step in range(80)]


def run_tiny(folder: Path, recipe: Recipe, stop_at: int | None = None) -> BertModel:
    model = tiny_model()
    batches, teacher = tiny_batches(recipe)

    def evaluate(current: BertModel) -> dict[str, float]:
        assert not current.training
        return {"score": 0.0}

    if stop_at is not None:
        draw, seen = batches.batch, []

        def interrupted(step: int) -> Batch:
            seen.append(step)
            if step == stop_at:
                raise KeyboardInterrupt
            return draw(step)

        batches.batch = interrupted  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            train(model, batches, teacher, recipe, folder, evaluate)
    else:
        state = train(model, batches, teacher, recipe, folder, evaluate)
        assert [row["step"] for row in state.history] == [0, 2, 4, 6]
    return model


def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = run_tiny(tmp_path / "whole", TINY).state_dict()
    run_tiny(tmp_path / "broken", TINY, stop_at=3)
    assert (tmp_path / "broken" / "snapshot-2.pt").is_file()
    again = run_tiny(tmp_path / "broken", TINY).state_dict()
    start = tiny_model().state_dict()
    assert any(not torch.equal(whole[name], start[name]) for name in whole)
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, atol=1e-6, rtol=1e-5)
    mean = average([tmp_path / "whole" / f"snapshot-{n}.pt" for n in (2, 4)])
    two, four = (torch.load(tmp_path / "whole" / f"snapshot-{n}.pt") for n in (2, 4))
    name = next(iter(mean))
    torch.testing.assert_close(mean[name], (two[name] + four[name]) / 2)


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    run_tiny(tmp_path, TINY)
    with pytest.raises(DataFault, match="was made with another recipe"):
        run_tiny(tmp_path, dataclasses.replace(TINY, seed=1))
