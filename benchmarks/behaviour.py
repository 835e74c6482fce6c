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


def conversations(assistant: Assistant) -> dict[str, dict[str, float]]:
    """Turns of dialogues.jsonl answered (or refused) rightly: spelled out, as typed in context, as typed alone.

    Reported for opening questions, for follow-ups, and for turns that change the topic.
    """
    right: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for dialogue in _rows("dialogues.jsonl"):
        history: list[Turn] = []
        for turn in dialogue["turns"]:
            spelled_out = assistant.ask(turn["standalone"])
            in_context = assistant.ask(turn["question"], history=history)
            alone = assistant.ask(turn["question"])
            kind = "opening" if not history else "topic change" if turn["topic_change"] else "follow-up"
            replies = (spelled_out, in_context, alone)
            a, b, c = (_is_right(reply, turn) for reply in replies)
            right[kind].append((a, b, c))
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


def has_evidence(reply: Answer | Refusal, evidence: Sequence[str]) -> bool:
    """Whether a citation shares text with one of these sentences."""
    return any(cited.text in gold or gold in cited.text for cited in reply.citations for gold in evidence)


def _is_right(reply: Answer | Refusal, turn: dict[str, Any]) -> bool:
    return has_evidence(reply, turn["evidence"]) if turn["answerable"] else reply.refused


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
