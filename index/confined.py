"""Reading files of intricate formats in a process of its own, under hard limits of time and memory.

PDF, Word, HTML and feeds are read by large libraries, partly in C, and the files come from anywhere: one may keep a
library busy for hours, take all memory, or crash it. Whatever it does happens to the child, which is kept for the
next file, or started again where it died.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.dates import PublicationDate
from index.errors import ArticleError, UnreadableError
from index.records import Article

MAX_SECONDS = 60.0
"""Processor time that reading one file may take."""

_WAIT = 5
"""Times as long as it may take altogether, for one that waits for something and works on nothing."""

MAX_MEGABYTES = 1000
"""Address space of the process that reads."""


class ConfinedReader:
    """Reads one file after another in a child process. Safe to use from several threads, and after a fork."""

    def __init__(self, seconds: float = MAX_SECONDS, megabytes: int = MAX_MEGABYTES) -> None:
        """The child is started when the first file is to be read."""
        self._seconds, self._megabytes = seconds, megabytes
        self._child: subprocess.Popen[str] | None = None
        self._owner = 0
        self._lock = threading.Lock()
        atexit.register(self.close)

    def close(self) -> None:
        """End the child; the next file starts another one."""
        child, self._child = self._child, None
        if child and self._owner == os.getpid():
            child.communicate()  # without input: it ends by itself

    def read(self, path: Path, file_id: str) -> list[Article | ArticleError]:
        """As `loading.read_articles`, for a whole file at once.

        Raises:
            ArticleError: as there; or reading was too much.
            UnreadableError: as there.
        """
        with self._lock:
            answer = self._ask(json.dumps([str(path), file_id]))
        if isinstance(answer, dict):
            raise UnreadableError(answer["unreadable"])
        if isinstance(answer, str):
            raise ArticleError(answer)
        return [ArticleError(item) if isinstance(item, str) else _article(item) for item in answer]

    def _ask(self, request: str) -> Any:  # noqa: ANN401 (what `_answer` returns)
        child = self._running()
        assert child.stdin
        assert child.stdout
        line = ""
        with suppress(BrokenPipeError):
            child.stdin.write(request + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        if line:
            return json.loads(line)
        child.kill()
        self.close()
        if child.returncode in (-signal.SIGPROF, -signal.SIGALRM):
            return f"reading it takes more than {self._seconds:.0f} seconds"
        return f"reading it takes more than {self._megabytes} MB, or crashes its library"

    def _running(self) -> subprocess.Popen[str]:
        if self._child and (self._owner != os.getpid() or self._child.poll() is not None):
            self.close()
        if self._child is None:
            program = f"from index.confined import serve; serve({self._seconds}, {self._megabytes})"
            self._owner = os.getpid()
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-c", program],  # no module of the folder that somebody happens to stand in
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C is for the parent, which ends it
            )
        return self._child


def serve(seconds: float, megabytes: int) -> None:
    """Read the files asked for on standard input, a line each, and answer with a line each, until there are no more."""
    import resource  # Windows has none

    with suppress(ValueError, OSError):  # some systems have no such limit
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    for request in sys.stdin:
        _set_alarms(seconds)
        answer = json.dumps(_answer(*json.loads(request)))
        _set_alarms(0)
        print(answer, file=answers, flush=True)


def _set_alarms(seconds: float) -> None:
    """What they send ends the process, whatever that is doing; 0 takes them back."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _WAIT * seconds)


def _answer(path: str, file_id: str) -> list[dict[str, object] | str] | dict[str, str] | str:
    """The outcomes, or the reason why there are none."""
    from index.loading import read_articles

    try:
        outcomes = list(read_articles(Path(path), file_id))
    except UnreadableError as error:
        return {"unreadable": str(error)}
    except ArticleError as error:
        return str(error)
    return [
        str(item) if isinstance(item, ArticleError) else {**asdict(item), "date": item.date and item.date.text}
        for item in outcomes
    ]


def _article(fields: dict[str, Any]) -> Article:
    date = fields["date"] and PublicationDate.parse(fields["date"])
    return Article(**{**fields, "date": date, "pages": tuple(fields["pages"])})
