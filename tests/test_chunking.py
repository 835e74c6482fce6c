"""Passages and sentences: exact offsets into the article's text, whatever the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import chunk_article, content_of, contextual_text, lead_sentence, sentences_in_context
from index.records import Article
from index.sentences import sentence_spans

WORDS = [
    "de",
    "kat",
    "Het",
    "dhr.",
    "o.a.",
    "'s",
    "OpenAI",
    "22,5",
    "miljard",
    "“Ja”",
    "(zie",
    "boven)",
    "é",
    "—",
    "a" * 40,
]
ENDS = [" ", " ", " ", ". ", "! ", "? ", "\n", "\n\n", ".\n\n", "; "]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(ENDS)), min_size=1, max_size=120).map(
    lambda pairs: "".join(word + end for word, end in pairs).strip()
)
ANY = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=300).map(str.strip)


def article(text: str, title: str = "Titel") -> Article:
    return Article("a", text, title, "nl")


@settings(max_examples=80, deadline=None)
@given(
    text=st.one_of(TEXTS, ANY.filter(lambda text: any(map(str.isalnum, text)))), limit=st.sampled_from([40, 200, 900])
)
def test_offsets_are_exact_and_nothing_is_lost(text: str, limit: int) -> None:
    chunks = chunk_article(article(text), limit)
    position = 0
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.start >= position
        assert not any(map(str.isalnum, text[position : chunk.start]))  # between passages there is nothing to find
        position = chunk.start
        for sentence in chunk.sentences:
            assert position <= sentence.start < sentence.end <= chunk.end
            position = sentence.end
        position = chunk.end
    assert not any(map(str.isalnum, text[position:]))


@settings(max_examples=80, deadline=None)
@given(text=TEXTS.filter(lambda text: "\n\n" not in text), offset=st.integers(0, 50))
def test_sentences_cover_a_paragraph(text: str, offset: int) -> None:
    spans = sentence_spans(text, "nl", offset)
    assert "".join("".join(text[span.start - offset : span.end - offset].split()) for span in spans) == "".join(
        text.split()
    )


def test_sub_heading_belongs_to_what_follows() -> None:
    text = "De eerste alinea.\n\nEen tussenkop\n\nDe tweede alinea. Nog een zin."
    first, second = chunk_article(article(text), 900)
    assert second.text == "Een tussenkop\n\nDe tweede alinea. Nog een zin."
    assert [text[span.start : span.end] for span in second.sentences] == ["De tweede alinea.", "Nog een zin."]
    assert first.text == "De eerste alinea."


def test_heading_at_the_end_is_a_passage() -> None:
    chunks = chunk_article(article("De eerste alinea.\n\nEen tussenkop"), 900)
    assert [chunk.text for chunk in chunks] == ["De eerste alinea.", "Een tussenkop"]
    assert len(chunks[1].sentences) == 1


def test_long_paragraphs_are_cut_between_sentences() -> None:
    text = " ".join(f"Dit is zin nummer {number} van de alinea." for number in range(60))
    chunks = chunk_article(article(text), 300)
    assert all(len(chunk.text) <= 300 for chunk in chunks)
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_context_stands_in_front() -> None:
    text = "OpenAI groeit. Meer zinnen.\n\nHet bedrijf zoekt geld."
    first, second = chunk_article(article(text, "OpenAI groeit."), 900)
    lead = lead_sentence(article(text))
    assert contextual_text(article(text, "OpenAI groeit."), first, lead) == first.text
    assert contextual_text(article(text, "OpenAI groeit."), second, lead) == "OpenAI groeit. Het bedrijf zoekt geld."
    titled = contextual_text(article(text, "Een kop"), second, lead)
    assert titled == "Een kop. OpenAI groeit. Het bedrijf zoekt geld."
    (span,) = sentences_in_context(second, titled)
    assert titled[span.start : span.end] == "Het bedrijf zoekt geld."
    assert content_of(second, titled) != content_of(second, "Ander " + titled)
