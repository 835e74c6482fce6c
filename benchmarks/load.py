"""Many readers at once: asks a served page questions the way the browser does, and measures the answers.

    article-qa serve --port 7860 &
    python benchmarks/load.py --port 7860 --users 30 --seconds 60 --every 2

Only this machine is ever asked, and never for more than ten minutes.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

QUESTIONS = Path(__file__).parent / "news" / "questions.jsonl"
MOST_USERS, MOST_SECONDS = 100, 600
_LONGEST = 60.0
"""Seconds after which an answer that has not come counts as an error."""


@dataclass(slots=True)
class Tally:
    """What happened: seconds until each answer was complete, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def find_event(client: httpx.AsyncClient) -> int:
    """Read from the page's description the number of the event that answers a question."""
    config = (await client.get("/config")).raise_for_status().json()
    return next(int(each["id"]) for each in config["dependencies"] if each["api_name"] == "reply")


async def ask(client: httpx.AsyncClient, number: int, session: str, question: str) -> None:
    """Ask, and read the stream until the answer is complete.

    Raises:
        RuntimeError: the page says that it failed, or shows no reply.
        httpx.HTTPError: it does not answer.
    """
    data: list[object] = [question, None, "", "", []]
    asked = {"data": data, "fn_index": number, "event_data": None, "session_hash": session, "trigger_id": 0}
    (await client.post("/gradio_api/queue/join", json=asked)).raise_for_status()
    updates = 0  # the question as it was asked, then the reply
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            updates += event.get("msg") == "process_generating"
            if event.get("msg") == "process_completed":
                if not event["success"] or updates < 2:
                    raise RuntimeError("the page shows no reply" if event["success"] else "the page reports a failure")
                return
    raise RuntimeError("the stream ended before the answer")


async def read(client: httpx.AsyncClient, number: int, questions: Iterator[str], until: float, every: float) -> Tally:
    """One reader: a question each `every` seconds, in one conversation, until the time is up."""
    tally, session = Tally(), uuid.uuid4().hex
    while (started := time.monotonic()) < until:
        try:
            await asyncio.wait_for(ask(client, number, session, next(questions)), _LONGEST)
            tally.seconds.append(time.monotonic() - started)
        except (httpx.HTTPError, RuntimeError, TimeoutError) as error:
            tally.errors.append(f"{type(error).__name__}: {error}")
        await asyncio.sleep(max(0.0, started + every - time.monotonic()))
    return tally


async def run(port: int, users: int, seconds: float, every: float) -> Tally:
    """Let all readers read at once."""
    questions = itertools.cycle(load_questions())
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_LONGEST, limits=limits) as client:
        number = await find_event(client)
        until = time.monotonic() + seconds
        tallies = await asyncio.gather(*(read(client, number, questions, until, every) for _ in range(users)))
    return Tally(sum((each.seconds for each in tallies), []), sum((each.errors for each in tallies), []))


def load_questions() -> list[str]:
    """The benchmark's questions, in turn in Dutch and in English."""
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    return [line[f"question_{language}"] for line in lines for language in ("nl", "en")]


def memory(pid: int | None) -> float:
    """Resident megabytes of a process; nan where it is not known."""
    if pid is None:
        return float("nan")
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main() -> int:
    """Measure, print, and say by the exit status whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=2)
    parser.add_argument("--pid", type=int, help="the server's process, to tell its memory before and after")
    given = parser.parse_args()
    if not (1 <= given.users <= MOST_USERS and 0 < given.seconds <= MOST_SECONDS):
        parser.error(f"at most {MOST_USERS} users and {MOST_SECONDS} seconds")
    before = memory(given.pid)
    tally = asyncio.run(run(given.port, given.users, given.seconds, given.every))
    print(f"answers {len(tally.seconds)}, errors {len(tally.errors)}")
    if len(tally.seconds) > 1:
        p95 = statistics.quantiles(tally.seconds, n=20)[-1]
        print(f"seconds p50 {statistics.median(tally.seconds):.2f}, p95 {p95:.2f}, most {max(tally.seconds):.2f}")
    if given.pid:
        print(f"memory before {before:.0f} MB, after {memory(given.pid):.0f} MB")
    for error in sorted(set(tally.errors))[:10]:
        print(error, file=sys.stderr)
    return 1 if tally.errors or not tally.seconds else 0


if __name__ == "__main__":
    sys.exit(main())
