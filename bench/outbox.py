"""Whether a digest that is killed while it is composed and sent is ever told twice.

    python bench/outbox.py [--runs 200] [--seed 1]

Run by run, in a fresh root with three stories to tell: a process that composes and sends one digest by mail (to two
readers), to a Slack webhook, to a Slack bot and into a file is killed (SIGKILL) at a drawn point: before or after a
statement of the database, before a commit, before or after anything is written to a connection or read from one, before
a file is renamed into place. In two runs of three another one is killed after it, in every third a second process sends
the same digest at the same time. The servers drop a third of all conversations, at random, some of them once they took
the message. Then, hours apart, undisturbed runs, until nothing waits any more. All the while:

    no message was taken twice; what counts as sent was taken once; what was taken counts as sent or as unknown;
    one digest, one delivery a recipient, one told row an audience and story, and nothing is left waiting or sending

Each check is also made where it must fail: with a claim that is not written down, and with an unknown outcome that is
tried again. Exits with 1 where one does not come out as it should. Linux: processes are forked.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from post_office import PostOffice
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import select

import monitor.pipeline.delivering as sending
from monitor.config import load
from monitor.deliver.outcome import Outcome
from monitor.models import Article, Assessment, Delivery, DeliveryState, Digest, Told
from monitor.pipeline.digest import Slot, send
from monitor.store.articles import keep_articles
from monitor.store.database import Database
from monitor.store.runs import finish_run, start_run
from monitor.store.stories import Placed, keep_placements
from monitor.store.topics import keep_assessments

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
CHANNELS = ("desk", "analyst", "team", "robot")
WAYS = {"analyst": "mail", "team": "webhook", "robot": "bot"}
STORIES = ("cranes", "dockers", "shipyards")
ROUNDS = 14
"""Undisturbed runs at the end, more than a delivery has attempts."""
_MONITOR = """
[store]
url = "sqlite:///var/monitor.db"
[fetch]
user_agent = "news-monitor-bench (+http://127.0.0.1/)"
[channels.desk]
kind = "file"
path = "var/digests"
[channels.analyst]
kind = "email"
host = "127.0.0.1"
port = {mail}
tls = "none"
from = "News monitor <monitor@monitor.example>"
to = ["one@reader.example", "two@reader.example"]
[channels.team]
kind = "slack"
[channels.robot]
kind = "slack"
channel = "#harbours"
url = "http://127.0.0.1:{slack}/bot/{number}"
"""
_TOPIC = 'title = "Harbours"\nseeds = ["seeds/harbours.md"]\n'
_DIGEST = 'title = "Morning news"\ntopics = ["*"]\nchannels = ["desk", "analyst", "team", "robot"]\n'
_SEED = "# Harbours\n\nPorts replace crane drivers with software, and their rivals follow.\n"


# ---------------------------------------------------------------------------------------------------------------
# What is sent


def make_template(folder: Path) -> Path:
    """A database in which three stories wait to be told."""
    database = Database.open("sqlite:///monitor.db", root=folder)
    with database.writing() as session:
        for number, name in enumerate(STORIES, 1):
            fields = {
                "canonical_url": f"https://paper.example/{name}",
                "source": "paper",
                "title": f"What happened to the {name}",
                "text": f"Something happened to the {name} on Monday, the port of Eastmere said. Nobody was hurt.",
                "language": "en",
                "published": NOW,
                "stored_at": NOW,
                "content_hash": name,
            }
            (article,) = keep_articles(session, [Article.model_validate(fields)])
            keep_placements(session, [Placed(article.id or 0, number)])
            judged = {
                "topic": "harbours",
                "article_id": article.id,
                "score": 0.9,
                "relevant": True,
                "threshold": 0.5,
                "reasons": {},
                "profile_version": "by hand",
                "assessed_at": NOW,
            }
            keep_assessments(session, [Assessment.model_validate(judged)])
        finish_run(session, start_run(session, "collect", NOW), NOW, succeeded=True, figures={})
    database.close()
    return folder / "monitor.db"


def make_root(folder: Path, template: Path, office: PostOffice, number: int) -> Path:
    """A root that sends to the post office."""
    for shown, text in (
        ("config/monitor.toml", _MONITOR.format(mail=office.mail, slack=office.slack, number=number)),
        ("config/sources.toml", ""),
        ("config/topics/harbours.toml", _TOPIC),
        ("config/digests/morning.toml", _DIGEST),
        ("seeds/harbours.md", _SEED),
        ("var/.keep", ""),
    ):
        path = folder / shown
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copy(template, folder / "var/monitor.db")
    return folder


def secrets(office: PostOffice, number: int) -> dict[str, str]:
    """What the environment says of a run."""
    return {
        "MONITOR_CHANNELS__TEAM__WEBHOOK_URL": f"http://127.0.0.1:{office.slack}/hook/{number}",
        "MONITOR_CHANNELS__ROBOT__BOT_TOKEN": "xoxb-bench",
        "MONITOR_SECRET": "a secret that is long enough to sign links with, 123456",
    }


# ---------------------------------------------------------------------------------------------------------------
# Killing


@dataclass
class Point:
    """Counts the points that a process passes, and kills it at one; `where` is what that was."""

    fatal: int
    passed: int = 0

    def __call__(self, where: str) -> None:
        """One more point."""
        self.passed += 1
        if self.passed == self.fatal:
            os.write(2, f"{where}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def watch(point: Point) -> None:
    """Has the point told of every statement, every byte sent or read, every renamed file of this process."""

    def told(where: str) -> Callable[..., None]:
        return lambda *_, **__: point(where)

    event.listen(Engine, "before_cursor_execute", told("before a statement"))
    event.listen(Engine, "after_cursor_execute", told("after a statement"))
    event.listen(Engine, "commit", told("before a commit"))
    sys.addaudithook(lambda name, _: point("before a rename") if name == "os.rename" else None)
    for name in ("sendall", "send", "recv", "recv_into", "connect"):
        setattr(socket.socket, name, _watched(getattr(socket.socket, name), name, point))


def _watched(method: Callable[..., Any], name: str, point: Point) -> Callable[..., Any]:
    def call(self: socket.socket, *arguments: Any, **keywords: Any) -> Any:
        point(f"before {name}")
        answer = method(self, *arguments, **keywords)
        point(f"after {name}")
        return answer

    return call


def start(root: Path, environment: Mapping[str, str], now: datetime, fatal: int = 0, harm: str = "") -> int:
    """A process that sends what is due at that moment; dies at its `fatal`th point, 0 for never. Its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        with (root / "where").open("ab", buffering=0) as where:
            os.dup2(where.fileno(), 2)
        point = Point(fatal)
        watch(point)
        with damaged(harm):
            settings = replace(load(root, environment))
            moments = (now + timedelta(seconds=second) for second in range(1_000_000))
            send(settings, [Slot("morning", f"by hand {root.name}")], lambda: next(moments))
        (root / "points").write_text(str(point.passed))
        code = 0
    except BaseException as error:  # noqa: BLE001 - told by its exit code, and in the log
        with (root / "errors").open("a") as log:
            print(f"{type(error).__name__}: {error}", file=log)
    finally:
        os._exit(code)


@contextmanager
def damaged(harm: str) -> Iterator[None]:
    """A program that is wrong in that way, "" for the program as it is."""
    if harm == "claim not written":
        sending.claim = lambda *_, **__: True  # type: ignore[assignment]
    elif harm == "unknown tried again":
        attempt = sending._attempt

        def certain(*arguments: Any) -> Outcome:
            outcome: Outcome = attempt(*arguments)
            return replace(outcome, state=DeliveryState.FAILED) if outcome.state == DeliveryState.UNKNOWN else outcome

        sending._attempt = certain
    yield


def ended(pid: int) -> int:
    """The exit code of a process, negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# ---------------------------------------------------------------------------------------------------------------
# What came of it


@dataclass(frozen=True)
class End:
    """What a root holds in the end, and what was taken: how often, by message."""

    deliveries: tuple[Delivery, ...]
    digests: int
    told: int
    taken: Mapping[tuple[str, str], int]
    number: int

    def taken_of(self, delivery: Delivery) -> int:
        """How often a delivery was taken."""
        way = WAYS.get(delivery.channel)
        if way is None:
            return int(delivery.state == DeliveryState.SENT)  # files are looked for apart
        return self.taken.get((way, delivery.message_id if way == "mail" else self.key(way)), 0)

    def key(self, way: str) -> str:
        """What Slack's stand-in writes down of this run."""
        return f"/hook/{self.number}" if way == "webhook" else f"/bot/{self.number}/chat.postMessage"


def against(end: End, root: Path) -> list[str]:
    """What speaks against a run."""
    found = [line for each in end.deliveries for line in against_one(each, end.taken_of(each))]
    shown, expected = (end.digests, len(end.deliveries), end.told), (1, 5, 5 * len(STORIES))
    threads = end.taken.get(("thread", end.key("bot")), 0)
    pages = len(list((root / "var/digests").glob("*.html")))
    written = any(each.channel == "desk" and each.state == DeliveryState.SENT for each in end.deliveries)
    for well, what in (
        (shown == expected, f"digests, deliveries, told rows: {shown}, not {expected}"),
        (threads <= 1, f"the thread was taken {threads} times"),
        (pages <= 1, f"{pages} pages in the folder"),
        (pages or not written, "a page counts as written and is not there"),
    ):
        if not well:
            found.append(what)
    return found


def against_one(delivery: Delivery, count: int) -> list[str]:
    """What speaks against what became of one delivery, which was taken so often."""
    name, state = f"{delivery.channel} to {delivery.recipient}", delivery.state
    ends = {DeliveryState.SENT: count == 1, DeliveryState.UNKNOWN: count <= 1, DeliveryState.FAILED: count == 0}
    found = [] if ends.get(DeliveryState(state), False) else [f"{name} is {state}, and was taken {count} times"]
    return found + ([f"{name} still waits"] if delivery.next_attempt else [])


def waiting(root: Path) -> bool:
    """Whether anything is still to be sent, or being sent."""
    with sqlite3.connect(root / "var/monitor.db") as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending') OR next_attempt IS NOT NULL"
        ).fetchone()
    return bool(count)


def end_of(root: Path, office: PostOffice, number: int) -> End:
    """What a root holds."""
    database = Database.open("sqlite:///var/monitor.db", root=root)
    with database.reading() as session:
        deliveries, digests, told = (list(session.exec(select(kind))) for kind in (Delivery, Digest, Told))
    database.close()
    keys = {each.message_id for each in deliveries}
    taken = Counter(each for each in office.taken() if each[1] in keys or each[1].split("/")[2:3] == [str(number)])
    return End(tuple(deliveries), len(digests), len(told), taken, number)


@dataclass
class Bench:
    """The runs, and what they came to."""

    folder: Path
    template: Path
    office: PostOffice
    chance: random.Random
    points: int = 0
    number: int = 0

    def undisturbed(self) -> None:
        """How many points a process passes that nobody kills, at the most of several."""
        for _ in range(5):
            root, _ = self.run(kills=0, harm="")
            self.points = max(self.points, int((root / "points").read_text()), self._first)

    def run(self, *, kills: int, harm: str) -> tuple[Path, End]:
        """One digest, killed so often, then sent until nothing waits."""
        self.number += 1
        root = make_root(self.folder / str(self.number), self.template, self.office, self.number)
        environment, now = secrets(self.office, self.number), NOW + timedelta(hours=1)
        for kill in range(kills):
            fatal = self.chance.randrange(1, self.points + 1)
            pids = [start(root, environment, now, fatal, harm)]
            if self.number % 3 == 0 and not kill:
                pids.append(start(root, environment, now, harm=harm))
            for pid in pids:
                ended(pid)
            now += timedelta(minutes=self.chance.choice((1, 20)))
        self._first = 0
        for _ in range(ROUNDS):
            if ended(start(root, environment, now, harm=harm)):
                raise RuntimeError((root / "errors").read_text())
            self._first = self._first or int((root / "points").read_text())
            now += timedelta(hours=30)
            if not waiting(root):
                break
        return root, end_of(root, self.office, self.number)


def table(ends: Sequence[End]) -> Iterator[str]:
    """Outcomes by channel."""
    kinds = ("sent, taken once", "unknown, taken once", "unknown, not taken", "given up, not taken", "taken twice")
    counts: dict[str, Counter[str]] = {channel: Counter() for channel in CHANNELS}
    for end in ends:
        for each in end.deliveries:
            count = end.taken_of(each)
            name = {DeliveryState.SENT: "sent", DeliveryState.FAILED: "given up"}.get(
                DeliveryState(each.state), "unknown"
            )
            kind = "taken twice" if count > 1 else f"{name}, {'taken once' if count else 'not taken'}"
            counts[each.channel][kind] += 1
    yield f"  {'':10}" + "".join(f"{kind:>22}" for kind in kinds)
    for channel, each in counts.items():
        yield f"  {channel:10}" + "".join(f"{each[kind]:22}" for kind in kinds)
        if odd := {kind: count for kind, count in each.items() if kind not in kinds}:
            yield f"  {'':10} and {odd}"


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    failed = 0
    with tempfile.TemporaryDirectory() as temporary, PostOffice(Path(temporary) / "office", arguments.seed) as office:
        folder = Path(temporary)
        bench = Bench(folder, make_template(folder), office, random.Random(arguments.seed))
        bench.undisturbed()
        print(f"undisturbed: at most {bench.points} points in the first run; seed {arguments.seed}")
        ends, where, killed = [], Counter[str](), 0
        for _ in range(arguments.runs):
            root, end = bench.run(kills=bench.chance.choice((1, 2, 2)), harm="")
            ends.append(end)
            places = (root / "where").read_text().splitlines()
            where.update(places)
            killed += len(places)
            if wrong := against(end, root):
                failed += 1
                print(f"  FAILED  run {end.number}, killed {' and '.join(places)}: {wrong}")
            with suppress(OSError):
                shutil.rmtree(root)
        print(f"{arguments.runs} runs, {killed} kills: {dict(where.most_common())}")
        print("\n".join(table(ends)))
        for harm in ("claim not written", "unknown tried again"):
            found = []
            for _ in range(20):
                root, end = bench.run(kills=1, harm=harm)
                found += against(end, root)
            twice = sum(not each.endswith((" 0 times", " 1 times")) for each in found)
            failed += not twice
            print(f"  {'ok    ' if twice else 'FAILED'}  fails where it must: {harm} ({len(found)} faults in 20 runs)")
    print("all as it should be" if not failed else f"NOT as it should be: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=200, help="how many digests are killed")
    parser.add_argument("--seed", type=int, default=1, help="of the points, and of what the servers do")
    sys.exit(main(parser.parse_args()))
