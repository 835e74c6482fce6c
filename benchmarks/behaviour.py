"""What a benchmark of tidy questions does not show: questions far off topic, awkward wording, conversations."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.records import LANGUAGES
from qa.assistant import Assistant
from qa.evaluate import load_questions
from qa.records import Answer, Refusal, Turn

HERE = Path(__file__).parent

DIALOGUES, HELD_OUT_DIALOGUES = HERE / "dialogues.jsonl", HERE / "held-out-dialogues" / "dialogues.jsonl"
"""Over the articles of news/, to which the weights of follow-ups are fitted; and over articles/ beside it, which have
no part in them."""


def first_passages(assistant: Assistant) -> dict[str, dict[str, float]]:
    """By direction: how often the passage that both searches together put first, before any is read, is of the right
    article, and holds the evidence. Only questions of news/ that its articles answer."""
    articles = {article.id: article for article in assistant.archive.store.articles()}
    right: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for question in load_questions(HERE / "news"):
        for language, text in question.text.items() if question.answerable else ():
            first = max((item.candidate for item in assistant.find(text)), key=lambda candidate: candidate.score)
            own = first.article.id == question.article
            holds = own and any(sentence in first.chunk.text for sentence in question.evidence)
            right[f"{language}-{articles[question.article].language}"].append((own, holds))
    return {
        pair: {"n": len(found), "article": _mean([own for own, _ in found]), "evidence": _mean([e for _, e in found])}
        for pair, found in sorted(right.items(), reverse=True)
    }


def off_topic_refused(assistant: Assistant) -> dict[str, float]:
    """By language, the share of the questions in offtopic.jsonl that are refused."""
    rows = _rows("offtopic.jsonl")
    return {language: _mean([assistant.ask(row[language]).refused for row in rows]) for language in LANGUAGES}


def awkward_wording(assistant: Assistant) -> dict[str, dict[str, float]]:
    """By kind of awkwardness: how often the awkward wording, and the tidy original, is answered rightly.

    An answer to two questions in one is right when it has the evidence of either.
    """
    questions = {question.id: question for question in load_questions(HERE / "news")}
    right: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in _rows("wording.jsonl"):
        originals = [questions[each] for each in ([row["of"]] if isinstance(row["of"], str) else row["of"])]
        evidence = [sentence for question in originals for sentence in question.evidence]
        awkward = assistant.ask(row["question"])
        tidy = assistant.ask(originals[0].text[awkward.question.language])
        right[row["kind"]].append((has_evidence(awkward, evidence), has_evidence(tidy, evidence)))
    return {
        kind: {"n": len(pairs), "awkward": _mean([a for a, _ in pairs]), "tidy": _mean([t for _, t in pairs])}
        for kind, pairs in sorted(right.items())
    }


def conversations(assistant: Assistant, dialogues: Path) -> dict[str, dict[str, float]]:
    """Turns of dialogues answered (or refused) rightly: spelled out, as typed in context, as typed alone.

    Reported for opening questions, for follow-ups that the articles answer and those that they do not, and for turns
    that change the topic. Small talk between them is part of the conversation and not counted.
    """
    right: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for dialogue in map(json.loads, dialogues.read_text("utf-8").splitlines()):
        history: list[Turn] = []
        for turn in dialogue["turns"]:
            spelled_out = assistant.ask(turn["standalone"])
            in_context = assistant.ask(turn["question"], history=history)
            alone = assistant.ask(turn["question"])
            if not turn.get("small_talk"):
                a, b, c = (_is_right(reply, turn) for reply in (spelled_out, in_context, alone))
                right[_kind(turn, opening=not history)].append((a, b, c))
            history.append(Turn(turn["question"], in_context))
    return {
        kind: {
            "n": len(turns),
            "spelled out": _mean([a for a, _, _ in turns]),
            "in context": _mean([b for _, b, _ in turns]),
            "alone": _mean([c for _, _, c in turns]),
        }
        for kind, turns in right.items()
    }


def _kind(turn: dict[str, Any], *, opening: bool) -> str:
    if opening or turn["topic_change"]:
        return "opening" if opening else "topic change"
    return "follow-up" if turn["answerable"] else "follow-up without an answer"


def has_evidence(reply: Answer | Refusal, evidence: Sequence[str]) -> bool:
    """Whether a citation shares text with one of these sentences."""
    return any(cited.text in gold or gold in cited.text for cited in reply.citations for gold in evidence)


def _is_right(reply: Answer | Refusal, turn: dict[str, Any]) -> bool:
    return has_evidence(reply, turn["evidence"]) if turn["answerable"] else reply.refused


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
