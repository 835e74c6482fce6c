"""Where sentences begin and end."""

import re

from sentencex import segment

from index.records import Span

# sentencex takes the apostrophe of 's, 't and 'n for an opening quotation mark; as a letter it is harmless.
_CLITIC = re.compile(r"(?<!\w)['’‘](?=(?:s|t|n|k|m|r|re)\b)")

# sentencex panics over a single capital before such a space and a full stop ("plan B\xa0.").
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")

# Dutch abbreviations after which sentencex ends a sentence though a name, a number or a noun follows.
_ABBREVIATIONS = re.compile(
    r"(?:^|\W)(?:dhr|mevr|mr|mrs|ms|dr|drs|ir|ing|prof|st|nr|art|ca|resp|incl|excl|evt|bijv|jl|"
    r"jan|feb|mrt|apr|aug|sept|sep|okt|nov|dec|o\.a|e\.a|m\.n|d\.w\.z|t\.a\.v|m\.b\.t|n\.a\.v|i\.p\.v|z\.g)\.$",
    re.IGNORECASE,
)

_REACH = 12
"""Characters before a cut in which an abbreviation is looked for."""


def sentence_spans(text: str, language: str, offset: int = 0) -> tuple[Span, ...]:
    """Split one paragraph into sentences, without the white space between them.

    Args:
        text: one paragraph.
        language: "nl" or "en".
        offset: added to every position, for a paragraph that stands further on in its article.

    Returns:
        Spans in order, not overlapping, that together cover all of `text` but its white space.
    """
    spans: list[Span] = []
    position = 0
    for piece in segment(language, _WIDE_SPACE.sub(" ", _CLITIC.sub("ʼ", text))):
        start, position = position, position + len(piece)
        if spans and _continues(
            text[max(spans[-1].start, spans[-1].end - _REACH) : spans[-1].end], text[start:position]
        ):
            start = spans.pop().start
        trimmed = text[start:position]
        begin = start + len(trimmed) - len(trimmed.lstrip())
        end = start + len(trimmed.rstrip())
        if begin < end:
            spans.append(Span(begin, end))
    return tuple(Span(span.start + offset, span.end + offset) for span in spans)


def _continues(before: str, after: str) -> bool:
    """Whether a cut between the two was wrong: an abbreviation before it, or a small letter after it."""
    return bool(_ABBREVIATIONS.search(before)) or after.lstrip()[:1].islower()
