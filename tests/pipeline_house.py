"""A whole monitor for one test: a root with its configuration, a database file, and a clock that only tests move.

    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])

What a collect would have kept can be kept at once: `house.keep("cranes", score=0.9)` is an article, its story and what
the topic thinks of it. A conftest that wants the fixtures `house` and `workers` imports them from here.
"""

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from servers import Site
from sqlmodel import Session, SQLModel, select

from monitor.config import Settings, load
from monitor.fetch.client import Client
from monitor.fetch.room import LARGE
from monitor.models import Article, Assessment
from monitor.pipeline.context import Context
from monitor.pipeline.digest import Slot, send
from monitor.pipeline.parsing import Reading, read_listing, read_page
from monitor.pipeline.tally import Tally
from monitor.pipeline.workers import Workers
from monitor.sources import Listing
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.polling import host_states, keep_host_states
from monitor.store.runs import finish_run, start_run
from monitor.store.stories import Placed, keep_placements
from monitor.store.topics import keep_assessments

Row = TypeVar("Row", bound=SQLModel)

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
TOPIC = "harbours"
SEED = """# Driverless harbours

Ports replace crane drivers with software, and compete for the few makers of driverless cranes.

- Cranes: ports order driverless container cranes that are steered by software, and their rivals follow.
- Unions: dockers and crane drivers strike or settle over automation at the quay.
- Makers: shipyards and crane makers cannot keep up with the orders for automated terminals.
"""
CRANES = (
    "The port of Eastmere will take forty driverless cranes into service next spring, its director said on Monday.",
    "Each container crane is steered by software that was trained on nine years of the terminal's own records.",
    "The dockers' union, which had threatened to strike, agreed after the port promised to keep its crane drivers.",
    "Two rival ports, Sandhaven and Kolm, have ordered the same automated cranes, and their makers cannot keep up.",
    "Automation at the quay is expected to halve the time that a container ship spends in the harbour.",
    "The makers of the cranes said that orders from other terminals fill their yards for the next three years.",
)
LOAVES = (
    "The bakery on Mill Lane has sold its last sourdough loaf after sixty years behind the same counter.",
    "Its owner, who learned the trade from her grandmother, said that flour had become too dear for small ovens.",
    "Neighbours queued around the corner in the rain for a final bag of rye rolls and a slice of plum cake.",
    "A florist will move into the shop in February, and the old oven goes to a museum of crafts in the county town.",
    "Recipes were given away at the door, each written by hand on the back of a brown paper bag.",
    "The council had offered a cheaper lease, but the family decided that mornings at three were over.",
)
MONITOR = """
[store]
url = "sqlite:///var/monitor.db"
[fetch]
user_agent = "test-monitor (+http://about.example/)"
pause_per_host = "0s"
timeout = "{timeout}"
allow_addresses = ["127.1.0.0/16"]
"""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, time: datetime = NOW) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time

    def move(self, **units: float) -> datetime:
        """Let time pass; the moment that it then is."""
        self.time += timedelta(**units)
        return self.time


@dataclass
class House:
    """The root folder, its clock, and the workers that all tests share."""

    root: Path
    workers: Workers
    clock: Clock = field(default_factory=Clock)
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, shown: str, text: str) -> Path:
        """Write a file of the root."""
        path = self.root / shown
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def sources(self, more: Mapping[str, Mapping[str, Any]] | None = None, **urls: str) -> None:
        """Declare sources by name and address; `more` gives further keys of some."""
        tables = []
        for name, url in urls.items():
            keys = {"name": name, "url": url, **(more or {}).get(name, {})}
            tables.append("\n".join(["[[source]]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]))
        self.write("config/sources.toml", "\n\n".join(tables))

    def monitor(self, *sections: str, timeout: str = "5s") -> None:
        """Write config/monitor.toml, with further sections."""
        self.write("config/monitor.toml", "\n".join([MONITOR.format(timeout=timeout), *sections]))

    def topic(self, name: str = TOPIC, seed: str = SEED, **keys: Any) -> None:
        """Declare a topic and write its seed."""
        self.write(f"seeds/{name}.md", seed)
        table = {"title": name.capitalize(), "seeds": [f"seeds/{name}.md"], **keys}
        self.write(f"config/topics/{name}.toml", _toml(table))

    def digest(self, name: str = "morning", **keys: Any) -> None:
        """Declare a digest."""
        table = {"title": "Morning news", "timezone": "Europe/London", "channels": ["desk"], **keys}
        self.write(f"config/digests/{name}.toml", _toml(table))

    @property
    def settings(self) -> Settings:
        """The configuration as the files say now."""
        return load(self.root, self.environment)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The open database."""
        settings = self.settings
        database = Database.open(settings.store.url, root=settings.root)
        try:
            yield database
        finally:
            database.close()

    @asynccontextmanager
    async def context(self, **more: Any) -> AsyncIterator[Context]:
        """The tools of one run, on this house's clock and with the shared workers."""
        settings = self.settings
        with self.database() as database:
            with database.reading() as session:
                hosts = host_states(session)
            async with Client(settings.fetch, hosts, self.clock) as client:
                yield Context(settings, database, client, self.workers, now=self.clock, **more)
                with database.writing() as session:
                    keep_host_states(session, client.changed_hosts())

    def rows(self, kind: type[Row]) -> list[Row]:
        """Every row of a table, as it stands."""
        with self.database() as database, database.reading() as session:
            return list(session.exec(select(kind)))

    def store(self, name: str, **changes: Any) -> int:
        """Keep an article on that, neither grouped nor judged; returns its id."""
        fields = {
            "canonical_url": f"https://paper.example/{name}",
            "source": "paper",
            "title": f"What happened to {name}",
            "text": f"Something happened to {name} on Monday, the port of Eastmere said. Nobody was hurt by {name}.",
            "language": "en",
            "published": self.clock(),
            "stored_at": self.clock(),
            "content_hash": f"hash of {name}",
        }
        with self.database() as database, database.writing() as session:
            (article,) = keep_articles(session, [Article.model_validate(fields | changes)])
        return article.id or 0

    def keep(self, name: str, score: float = 0.9, **changes: Any) -> int:
        """Keep an article on that, alone in its story, and what the topic thinks of it; returns the article's id."""
        article_id = self.store(name, **changes)
        self.place(article_id, None, score)
        return article_id

    def join(self, story_id: int, article_id: int, score: float = 0.8) -> None:
        """Let an article that is kept join a story, and keep what the topic thinks of it."""
        self.place(article_id, story_id, score)

    def place(self, article_id: int, story_id: int | None, score: float) -> None:
        """Put an article into a story, or one of its own, and keep what the topic thinks of it."""
        with self.database() as database, database.writing() as session:
            keep_placements(session, [Placed(article_id, 1, story_id=story_id)])
            self.judge(session, article_id, score)

    def judge(self, session: Session, article_id: int, score: float, topic: str = TOPIC) -> None:
        """Keep what a topic thinks of an article."""
        fields = {
            "topic": topic,
            "article_id": article_id,
            "score": score,
            "relevant": score >= 0.5,
            "threshold": 0.5,
            "reasons": {"facet": "Cranes", "seed_sentence": "Ports replace crane drivers with software."},
            "profile_version": "by hand",
            "assessed_at": self.clock(),
        }
        keep_assessments(session, [Assessment.model_validate(fields)])

    def collected(self, *, succeeded: bool = True) -> None:
        """Keep that a collect ran just now."""
        with self.database() as database, database.writing() as session:
            run = start_run(session, "collect", self.clock())
            finish_run(session, run, self.clock(), succeeded=succeeded, figures=Tally(polled=1).to_json())


DESK = """
[channels.desk]
kind = "file"
path = "var/digests"
"""


def mail_channel(port: int, *recipients: str, name: str = "analyst") -> str:
    """A section of config/monitor.toml: mail to these through the server at that port of loopback."""
    return f"""
[channels.{name}]
kind = "email"
host = "127.0.0.1"
port = {port}
tls = "none"
from = "News monitor <monitor@monitor.example>"
to = {json.dumps(recipients or ["a@reader.example"])}
"""


def send_now(root: Path, name: str, slot: str) -> list[str]:
    """Send a digest in this process, whichever that is: the state of each of its deliveries."""
    settings = load(root, {})
    (sent,) = send(settings, [Slot(name, slot)], Clock(NOW + timedelta(hours=1)))
    return [str(delivery.state) for delivery in sent.deliveries]


@contextmanager
def apart(site: Site) -> Iterator[Site]:
    """A site on an event loop in a thread of its own, for what runs a loop itself."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(site.__aenter__(), loop).result(10)
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(site.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def a_house(root: Path, template: Path, workers: Workers) -> House:
    """A house with one topic and an empty database, a copy of the template."""
    house = House(root, workers)
    house.monitor()
    house.sources()
    house.topic()
    (root / "var").mkdir()
    shutil.copyfile(template, root / "var" / "monitor.db")
    return house


class SharedWorkers(Workers):
    """Workers that outlive the run that would close them."""

    async def close(self) -> None:
        """Nothing: other tests need them."""

    async def end(self) -> None:
        """End every process."""
        await super().close()


class WatchedWorkers(Workers):
    """Others' workers, how many large contents they were given at once, at most, and what they made."""

    def __init__(self, others: Workers) -> None:
        super().__init__()
        self.others = others
        self.now = self.most = 0
        self.made: list[Any] = []

    async def run(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """The same, a moment later, so that all that may come meanwhile has come."""
        large = sum(isinstance(each, bytes) and len(each) > LARGE for each in arguments)
        self.now += large
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.2)
            self.made.append(await self.others.run(function, *arguments, **named))
            return self.made[-1]
        finally:
            self.now -= large


@pytest.fixture(name="workers", scope="session")
def workers_fixture() -> Iterator[Workers]:
    """Processes that read, started once: that takes seconds."""
    shared = SharedWorkers(count=2)
    yield shared
    asyncio.run(shared.end())


@pytest.fixture(name="house")
def house_fixture(tmp_path: Path, sqlite_template: Path, workers: Workers) -> House:
    """A house with one topic, no source, no digest and an empty database."""
    return a_house(tmp_path, sqlite_template, workers)


def item(url: str, title: str = "News", summary: str = "", published: datetime | None = NOW) -> str:
    """An item of an RSS feed."""
    date = f"<pubDate>{format_datetime(published)}</pubDate>" if published else ""
    return f"<item><title>{title}</title><link>{url}</link><description>{summary}</description>{date}</item>"


def rss(*items: str, channel: str = "") -> bytes:
    """An RSS feed; `channel` is more of what its channel says."""
    return f"<rss version='2.0'><channel><title>Wire</title>{channel}{''.join(items)}</channel></rss>".encode()


def sitemap(*urls: str) -> bytes:
    """A plain sitemap."""
    return f"<urlset>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>".encode()


def index(*urls: str, lastmod: str = "") -> bytes:
    """A sitemap index; `lastmod` dates each of its sitemaps."""
    date = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    below = "".join(f"<sitemap><loc>{url}</loc>{date}</sitemap>" for url in urls)
    return f"<sitemapindex>{below}</sitemapindex>".encode()


def page(title: str, text: Sequence[str] = CRANES, head: str = "") -> bytes:
    """A page with an article."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in text)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>"
        f"<body><main><article><h1>{title}</h1>{paragraphs}</article></main></body></html>"
    ).encode()


def hang(*arguments: object) -> None:
    """What a parser does that never ends; in a worker process, whatever it is given."""
    while True:
        pass


def die(*arguments: object) -> None:
    """What a parser does that breaks its process."""
    os.kill(os.getpid(), signal.SIGKILL)


def stumble_over_page(content: bytes, url: str, content_type: str) -> Reading:
    """A reader of pages with a fault that only /bad shows."""
    if url.endswith("/bad"):
        raise ValueError("a fault\nof ours")
    return read_page(content, url, content_type)


def stumble_over_listing(content: bytes, url: str, source: str, content_type: str, known: Sequence[str]) -> Listing:
    """The same of source documents."""
    if url.endswith("/bad"):
        raise ValueError("a fault\nof ours")
    return read_listing(content, url, source, content_type, known)


def busy_for(seconds: float) -> float:
    """Takes so much of a processor, however long that lasts."""
    begun = time.process_time()
    while (taken := time.process_time() - begun) < seconds:
        pass
    return taken


def pid_after(seconds: float) -> int:
    """The process that was kept waiting for so long, which takes nothing of a processor."""
    time.sleep(seconds)
    return os.getpid()


def _toml(table: Mapping[str, Any]) -> str:
    """A table as TOML, which writes texts, numbers, booleans and lists as JSON does; a nested one as a section."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    nested = [f"[{key}]\n{_toml(value)}" for key, value in table.items() if isinstance(value, Mapping)]
    return "\n".join([*plain, *nested]) + "\n"
