"""A conversation as a Markdown document."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.changes import development_line
from ui.escaping import markdown_safe
from ui.render import answer_pieces, source_line
from ui.texts import say

if TYPE_CHECKING:
    from qa.records import Answer, Refusal, Turn


def conversation_markdown(turns: "Sequence[Turn]", language: str) -> str:
    """The questions as headings, each with its answer and its numbered sources."""
    parts = [f"# {say(language, 'title')}"]
    for turn in turns:
        parts += [f"## {markdown_safe(turn.question)}", *_reply(turn.reply, language)]
        if turn.asked:
            parts.append(f"*{turn.asked:%Y-%m-%d %H:%M} UTC*")
    return "\n\n".join(parts) + "\n"


def _reply(reply: "Answer | Refusal", language: str) -> list[str]:
    text = "".join(
        f"**{markdown_safe(piece.text)}**" if piece.asked else _spaced(piece.text) for piece in answer_pieces(reply)
    )
    sources = [
        f"- \\[{citation.n}\\] "
        + markdown_safe(source_line(citation.date, citation.title, citation.article_id, language))
        for citation in reply.citations
    ]
    changed = markdown_safe(development_line(reply))
    return [f"> {text}" if reply.refused else text, *filter(None, [changed, "\n".join(sources)])]


def _spaced(text: str) -> str:
    """`markdown_safe`, with the blanks at the ends that separate it from its neighbours."""
    before, after = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if before else ''}{markdown_safe(text)}{' ' if after else ''}"
