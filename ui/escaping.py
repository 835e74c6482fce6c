"""Text from articles and visitors made harmless for every place where the page puts it."""

import re
import string

from ui.render import plain

_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_ESCAPES = {character: f"&#{ord(character)};" for character in string.punctuation}
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in string.punctuation if character not in ",;'%/"})


def safe(text: str) -> str:
    """Text that is shown as it is, wherever on the page it ends up.

    Every punctuation mark becomes a character reference: not only what HTML needs, but also what means something
    to Markdown (which the chat's messages pass through) and to JavaScript's template strings (which Gradio makes
    of an HTML component's template, after the values have been filled in).
    """
    return _PUNCTUATION.sub(lambda match: _ESCAPES[match.group()], plain(text))


def markdown_safe(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return " ".join(plain(text).split()).translate(_MARKDOWN)
