"""A topic judged anew as soon as its reader changed it, by a process of its own that ends with that.

    a change on the page ──> Anew.ask ──(one process after another)──> judge_kept ──> assess, as a collect does it

What judges takes some hundred megabytes and all of a processor, which a page that answers within milliseconds does not
have to spare. While a collect is under way it is waited for: both together would need twice the memory.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from pathlib import Path
from typing import Literal

from monitor.config import load
from monitor.errors import ConfigurationError, MonitorError
from monitor.models import Topic
from monitor.pipeline.context import clock, opened, opened_database
from monitor.pipeline.judging.assessing import assess
from monitor.store.database import Database
from monitor.store.leases import working
from monitor.urls import names_address

# How long a collect is waited for; what takes longer judges by the files as they were, and the next one by these.
WAITS_SECONDS = 1800
_NICE = 10

_log = logging.getLogger(__name__)


class Anew:
    """Judges topics by the configuration's files as they stand, one topic at a time. For several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._asked: deque[str] = deque()
        self._judging = ""
        self._done: set[str] = set()

    def ask(self, topic: Topic) -> None:
        """Judge a topic as soon as can be. One of whose seeds is a page is left to a collect, which alone asks it."""
        with self._lock:
            self._done.discard(topic.name)
            if any(names_address(seed) for seed in topic.seeds):
                return
            if topic.name not in self._asked:
                self._asked.append(topic.name)
            if not self._judging:
                self._judging = self._asked.popleft()
                threading.Thread(target=self._work, name="judging anew", daemon=True).start()

    def state(self, name: str) -> Literal["now", "done", "later"]:
        """Where a topic stands; "later" is what the next collect judges, for it was not asked for, or failed."""
        with self._lock:
            if name == self._judging or name in self._asked:
                return "now"
            return "done" if name in self._done else "later"

    def _work(self) -> None:
        name = self._judging
        while name:
            judged = self._judged(name)
            with self._lock:
                (self._done.add if judged else self._done.discard)(name)
                name = self._judging = self._asked.popleft() if self._asked else ""

    def _judged(self, name: str) -> bool:
        """Whether a process judged a topic; it is waited for."""
        try:
            # A daemon, in the sense of multiprocessing: it is ended with this program.
            process = multiprocessing.get_context("spawn").Process(
                target=judge_kept, args=(self.root, name), daemon=True
            )
            process.start()
            process.join()
        except OSError as error:  # no process, or no memory for one
            _log.warning("topic %s was not judged anew (%s); the next collect does that", name, error)
            return False
        if process.exitcode != 0:
            _log.warning("topic %s was not judged anew; the next collect does that", name)
        return process.exitcode == 0


def judge_kept(root: Path, name: str) -> None:
    """Judge for a topic what came in of late and was not judged by its present profile. For a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the program, and that ends this
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICE)
    try:
        asyncio.run(_judged(root, name))
    except (MonitorError, TimeoutError) as error:
        _log.warning("%s", error or "a collect is under way for very long")
        raise SystemExit(1) from error


async def _judged(root: Path, name: str) -> None:
    with opened_database(load(root, os.environ)) as database:
        async with asyncio.timeout(WAITS_SECONDS):
            while _collecting(database):
                await asyncio.sleep(1)
    # By the files as they stand after the wait: a threshold moved meanwhile holds.
    async with opened(load(root, os.environ)) as context:
        tally = await assess(context, name)
    if tally.topics_failed:
        raise ConfigurationError("; ".join(each.error for each in tally.failures))


def _collecting(database: Database) -> bool:
    with database.reading() as session:
        return bool(working(session, "collect", clock()))
