"""What readers think of answers: a line of JSON for each verdict, in the archive's folder."""

import datetime as dt
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ArchiveWriteError

if TYPE_CHECKING:
    from qa.records import Turn

FILE = "feedback.jsonl"

MAX_REMARK = 1000
"""Characters of a remark that are kept."""

MAX_BYTES = 20_000_000
"""Size from which no more feedback is taken: nobody can fill the disk with it."""


class Feedback:
    """The feedback file of one archive. Lines are only ever added.

    A remark refers to its verdict by id; of several verdicts on one turn the last one counts.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def add(self, turn: "Turn", good: bool | None) -> str:
        """Keep a verdict on a turn, or with None that it was taken back; its id.

        Raises:
            ArchiveWriteError: it cannot be written, or there is too much already.
        """
        reply, record_id = turn.reply, secrets.token_hex(8)
        record = {
            "id": record_id,
            "turn": turn.asked.isoformat() if turn.asked else record_id,
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "good": good,
            "question": turn.question,
            "searched": reply.question.text,
            "language": reply.question.language,
            "refused": reply.refused,
            "citations": [
                {"article": citation.article_id, "start": citation.start, "end": citation.end, "text": citation.text}
                for citation in reply.citations
            ],
        }
        self._append(record)
        return record_id

    def add_remark(self, record_id: str, remark: str) -> None:
        """Keep a remark with the verdict of this id; an empty one is passed over.

        Raises:
            ArchiveWriteError: it cannot be written, or there is too much already.
        """
        if remark.strip():
            self._append({"id": record_id, "remark": remark.strip()[:MAX_REMARK]})

    def read(self) -> list[dict[str, Any]]:
        """The verdicts that hold, oldest first, each with its remark; a line torn by a crash is passed over."""
        verdicts: dict[str, dict[str, Any]] = {}
        remarks: dict[str, str] = {}
        for line in self._lines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if "question" in record:
                turn = record.get("turn", record["id"])  # older lines do not name the turn
                verdicts.pop(turn, None)
                verdicts[turn] = record
            elif "remark" in record:
                remarks[record["id"]] = record["remark"]
        held = (record for record in verdicts.values() if record["good"] is not None)
        return [{**record, "remark": remarks.get(record["id"], "")} for record in held]

    def questions(self) -> Iterator[dict[str, Any]]:
        """What readers approved of, as lines of a benchmark's questions.jsonl.

        A good answer becomes an answerable question whose evidence is its first citation, a good refusal an
        unanswerable one. The question was typed in one language, which stands for both.
        """
        for record in self.read():
            if not record["good"]:
                continue
            first = next(iter(record["citations"]), {"article": "", "text": ""})
            yield {
                "id": record["id"],
                "type": "feedback",
                "question_nl": record["searched"],
                "question_en": record["searched"],
                "article": first["article"],
                "evidence": [first["text"]] if first["text"] else [],
                "answer_nl": "",
                "answer_en": "",
                "answerable": not record["refused"],
            }

    def _lines(self) -> list[str]:
        return self.path.read_text("utf-8", errors="replace").split("\n") if self.path.exists() else []

    def _append(self, record: dict[str, Any]) -> None:
        """One write of one line, which no other process's line can get into."""
        line = (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if os.fstat(file).st_size + len(line) > MAX_BYTES:
                    raise ArchiveWriteError("there is more feedback than can be kept; tell whoever runs this page")
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as error:
            raise ArchiveWriteError(f"the feedback cannot be kept ({error.strerror})") from error
