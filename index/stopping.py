"""Stopping a long update cleanly."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Inside, the first Ctrl-C only sets the event that is yielded; the second one interrupts.

    Give it to `watch_sources(stop=...)`, or its `is_set` to `update_archive(stop=...)`, which publishes what it has
    and reports that it was stopped. Use it in the main thread.
    """
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
