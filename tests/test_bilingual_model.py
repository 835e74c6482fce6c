"""The bundled model as a user gets it: a plain folder, small, unaltered, and one space for two languages."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from index.embedding import load_bundled
from training.base import sha256
from training.data import hold_out, load_corpus
from training.settings import BUNDLED, DATA, ROOT, Recipe

pytestmark = pytest.mark.model

EVERYDAY = """
Hoe laat gaat de laatste trein naar huis? | What time does the last train home leave?
Ik heb mijn sleutels op de keukentafel laten liggen. | I left my keys on the kitchen table.
Mag ik de rekening, alstublieft? | Could I have the bill, please?
Mijn zus is allergisch voor pinda's. | My sister is allergic to peanuts.
Het heeft de hele nacht geregend. | It rained all night long.
De hond van de buren blaft de hele dag. | The neighbours' dog barks all day.
Kun je me helpen deze kast te verplaatsen? | Can you help me move this cupboard?
Ze studeert geneeskunde in Gent. | She is studying medicine in Ghent.
Ik word moe van dat eeuwige gezeur. | I am getting tired of that constant whining.
Gisteren ben ik van mijn fiets gevallen. | Yesterday I fell off my bicycle.
Hij kan heel goed koken. | He is a very good cook.
Wij gaan volgende zomer kamperen in Noorwegen. | We are going camping in Norway next summer.
Waar kan ik hier postzegels kopen? | Where can I buy stamps around here?
De baby slaapt eindelijk. | The baby is finally asleep.
Vergeet niet de planten water te geven. | Don't forget to water the plants.
Mijn telefoon is leeg. | My phone battery is dead.
Zij draagt altijd een rode sjaal. | She always wears a red scarf.
Hoeveel kost een kilo aardappelen? | How much is a kilo of potatoes?
Ik ben te laat opgestaan. | I got up too late.
Doe het raam dicht, het is koud. | Close the window, it is cold.
Opa vertelt graag over vroeger. | Grandpa likes to talk about the old days.
Dat boek heb ik al drie keer gelezen. | I have read that book three times already.
Wie heeft mijn schaar gezien? | Who has seen my scissors?
De winkel is op zondag gesloten. | The shop is closed on Sundays.
Zijn handschrift is niet te lezen. | His handwriting is impossible to read.
Ze hebben elkaar op een feestje leren kennen. | They met at a party.
Er zit een gat in mijn sok. | There is a hole in my sock.
We zijn verdwaald in het bos. | We got lost in the forest.
Ik droomde dat ik kon vliegen. | I dreamt that I could fly.
De soep is te zout. | The soup is too salty.
"""


@pytest.fixture(scope="module")
def offline() -> Iterator[None]:
    """Any attempt to reach a network fails."""
    patch = pytest.MonkeyPatch()

    def refused(*_: object) -> None:
        raise AssertionError("the model asked for the network")

    patch.setattr(socket.socket, "connect", refused)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def model(offline: None) -> SentenceTransformer:
    return SentenceTransformer(str(BUNDLED), device="cpu")


def matched(model: SentenceTransformer, pairs: list[tuple[str, str]]) -> tuple[float, float]:
    """Share of Dutch sentences whose nearest English one is the translation, and the reverse."""
    dutch, english = (model.encode(list(side), batch_size=64) for side in zip(*pairs, strict=True))
    scores = dutch @ english.T
    own = np.arange(len(pairs))
    return float((scores.argmax(1) == own).mean()), float((scores.argmax(0) == own).mean())


def test_vectors_have_unit_length(model: SentenceTransformer) -> None:
    vectors = model.encode(["De minister stapt op.", "", "The minister resigns.", "€ 5,- 'n één [UNK] 日本"])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_parts_are_plain_sentence_transformers(model: SentenceTransformer) -> None:
    assert [type(part).__name__ for part in model] == ["Transformer", "Pooling", "Normalize"]
    assert not list(BUNDLED.rglob("*.py"))
    assert model.max_seq_length == 256


def test_it_is_small_and_is_what_the_card_says() -> None:
    files = [path for path in BUNDLED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 64_000_000
    card = (BUNDLED / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", card) == [sha256(BUNDLED / "model.safetensors")]


def test_the_card_and_the_folder_name_no_machine() -> None:
    for path in BUNDLED.rglob("*"):
        if path.suffix in (".json", ".md"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"/(?:home|work|tmp|root)/", text), path


TEXTS = ["De minister stapt op.", "", "€ 5,- 'n één [UNK] 日本", "She leaves. " * 200, "Een lang verhaal over " * 12]


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], TEXTS[3:4], TEXTS * 5])
def test_it_reads_as_sentence_transformers_does(model: SentenceTransformer, texts: list[str]) -> None:
    bundled = load_bundled()
    np.testing.assert_allclose(bundled.documents(texts), model.encode(texts), atol=1e-5)
    outputs = model.encode(texts, output_value=None)
    for read, output in zip(bundled.tokens(texts), outputs, strict=True):
        np.testing.assert_allclose(read.states, output["token_embeddings"][: len(read.states)], atol=1e-4)
        assert len(read.states) == output["attention_mask"].sum()


def test_a_question_has_the_same_vector_alone_and_among_others() -> None:
    bundled = load_bundled()
    alone = np.concatenate([bundled.queries([text]) for text in TEXTS])
    np.testing.assert_array_equal(bundled.queries(TEXTS), alone)
    np.testing.assert_allclose(bundled.documents(TEXTS), alone, atol=1e-5)


def test_tokens_stand_for_their_characters() -> None:
    text = "Zij verkócht 日本 niet."
    (read,) = load_bundled().tokens([text])
    places = read.places[read.spelled]
    assert len(places) == len(read.states) - 2
    assert "".join(text[start:end] for start, end in places) == text.replace(" ", "")


def test_no_texts_have_no_vectors() -> None:
    bundled = load_bundled()
    assert bundled.queries([]).shape == (0, bundled.dimension) == (0, 384)
    assert bundled.passages([], []) == bundled.tokens([]) == []


def test_layers_of_another_leave_the_model_as_it_is() -> None:
    bundled, text = load_bundled(), ["Waarom stapt zij op?"]
    before = bundled.tokens(text)[0].states.copy()
    theirs = SentenceTransformer(str(BUNDLED), device="cpu")
    table = theirs[0].auto_model.state_dict()
    upper = {name: value * 1.1 for name, value in table.items() if name.startswith("encoder.layer.5.")}
    other = bundled.with_layers(upper)
    theirs[0].auto_model.load_state_dict(upper, strict=False)
    for texts in (text, [*text, "Waarom?"]):
        changed = theirs.encode(texts, output_value=None)[0]["token_embeddings"]
        np.testing.assert_allclose(other.tokens(texts)[0].states, changed[: len(before)], atol=1e-4)
    assert not np.allclose(other.tokens(text)[0].states, before, atol=1e-3)
    np.testing.assert_allclose(bundled.tokens(text)[0].states, before, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "error"), [("layer.5", "no layer with weights named layer.5"), ("encoder.layer.5.x", "encoder.layer.5.")]
)
def test_layers_that_are_none_are_refused(name: str, error: str) -> None:
    with pytest.raises((ValueError, KeyError), match=error):
        load_bundled().with_layers({name: torch.zeros(1)})


def test_news_sentences_are_nearest_to_their_translation(model: SentenceTransformer) -> None:
    _, held_out = hold_out(load_corpus(DATA), Recipe())
    pairs = [pair for p in held_out.passages for pair in zip(p.nl, p.en, strict=True)][::5]
    there, back = matched(model, pairs)
    assert len(pairs) > 150
    assert there >= 0.96
    assert back >= 0.96


def test_everyday_sentences_are_nearest_to_their_translation(model: SentenceTransformer) -> None:
    pairs = [tuple(line.split(" | ")) for line in EVERYDAY.strip().splitlines()]
    there, back = matched(model, pairs)  # type: ignore[arg-type]
    assert there >= 0.9
    assert back >= 0.9


@pytest.mark.parametrize("question", ["Waarom verkocht SoftBank zijn aandelen Nvidia?", "why did SoftBank sell Nvidia"])
def test_a_question_finds_the_answer_in_both_languages(model: SentenceTransformer, question: str) -> None:
    texts = [
        "SoftBank deed zijn belang in Nvidia van de hand om zijn investering in OpenAI te kunnen betalen.",
        "SoftBank disposed of its Nvidia stake so that it could pay for its investment in OpenAI.",
        "SoftBank opent een kantoor in Amsterdam en neemt daar vijftig mensen aan.",
        "SoftBank is opening an office in Amsterdam, where it will hire fifty people.",
        "Nvidia presenteerde een nieuwe chip voor datacentra.",
        "The city council voted against the new tram line.",
    ]
    vectors = model.encode([question, *texts])
    order = (vectors[1:] @ vectors[0]).argsort()[::-1].tolist()
    assert set(order[:2]) == {0, 1}


def test_mixed_language_text_is_understood(model: SentenceTransformer) -> None:
    vectors = model.encode([
        "Het kabinet presenteert de begroting on Tuesday, after weeks of talks.",
        "The cabinet presents the budget on Tuesday, after weeks of talks.",
        "Het kabinet presenteert dinsdag de begroting, na weken van overleg.",
        "De voetballer tekent voor drie jaar in Milaan.",
    ])  # fmt: skip
    near = vectors[0] @ vectors[1:].T
    assert min(near[:2]) > near[2] + 0.3


def test_the_folder_stands_in_the_package() -> None:
    assert Path(ROOT / "index" / "bilingual" / "modules.json").is_file()
