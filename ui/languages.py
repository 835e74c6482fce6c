"""In which language a text on the page is, for what reads it aloud: it may be another one than the page's own."""

from typing import TYPE_CHECKING

from ui.escaping import safe
from ui.render import articles_of

if TYPE_CHECKING:
    from qa.records import Answer, Refusal


def lang(language: str | None) -> str:
    """The attribute that tells the language of an element's text; nothing where that is not known."""
    return f' lang="{safe(language)}"' if language else ""


def cited_languages(reply: "Answer | Refusal") -> dict[int, str]:
    """Number of a citation -> the language of its article, where the reply has that."""
    found = articles_of(reply)
    return {
        citation.n: found[citation.article_id].language for citation in reply.citations if citation.article_id in found
    }
