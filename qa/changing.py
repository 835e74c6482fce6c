"""Whether a sentence tells that something was otherwise before."""

import re

from index.analysis import lemma

_CHANGE = {
    "nl": frozenset(
        "stijgen dalen zakken klimmen groeien krimpen slinken verhogen verlagen verminderen bijstellen inkrimpen "
        "verdubbelen verdrievoudigen halveren oplopen op_lopen uitlopen uitstellen uit_stellen vervroegen vertragen "
        "schuiven verschuiven opschuiven doorschuiven schroeven terugschroeven nu inmiddels intussen".split()
    ),
    "en": frozenset(
        "rise rose raise fall drop climb jump grow shrink slip increase decrease reduce lower cut lift double triple "
        "halve revise postpone delay now".split()
    ),
}
"""Lemmas of words that tell a change, and of those that set today against before."""

_AGAINST_BEFORE = re.compile(
    r"\b(?:(?:meer|minder|hoger|lager|later|eerder|vroeger|duurder|goedkoper) dan|"
    r"(?:more|less|fewer|higher|lower|later|earlier|dearer|cheaper) than)\b(?!\D{0,9}\d)|"
    r"\b(?:in plaats van|instead of)\b|"
    r"\b(?:van|from)\b[^,;]{0,25}\d[^,;]{0,25} (?:naar|to)\b",
    re.IGNORECASE,
)
"""A comparison, not with a bare number ("more than 50"); one thing in place of another; from one amount to another."""


def tells_change(sentence: str, language: str) -> bool:
    """Whether a sentence in this language says that what it tells was otherwise before ("fell to 40", "now 40")."""
    lemmas = {lemma(word, language) for word in re.findall(r"\w+", sentence.lower())}
    return bool(lemmas & _CHANGE[language] or _AGAINST_BEFORE.search(sentence))
