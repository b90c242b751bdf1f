"""Several publishers on loopback that a collect in parts reads, each on an address of its own; and who asked which.

Each lists its own articles and two of the next publisher's; one of its own addresses leads to a third publisher's
article. Whoever asks says who he is by the first word of his user agent.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pipeline_house import CRANES, LOAVES, apart, item, page, rss
from servers import Request, Site, redirects, says

from monitor.models import Article, Story
from monitor.store import Database
from monitor.store.digests import digest_items, digests

PUBLISHERS, OWN = 6, 5
# Long enough for the one process to be there while the other is not done, and to see that it is kept between both.
PAUSE = 0.3
SECONDS = 120
MONITOR = """
[fetch]
user_agent = "nobody (+http://about.example/)"
pause_per_host = "{pause}s"
allow_addresses = ["127.1.0.0/16"]
[channels.desk]
kind = "file"
path = "var/digests"
"""
NAMES = ("Eastmere", "Sandhaven", "Kolm", "Brae", "Tarn", "Oxley", "Winford", "Larch", "Quay Hill", "Dunmore")


@dataclass(frozen=True)
class Kept:
    """What a database holds in the end: each article's address and text, the stories, what the digests told."""

    articles: frozenset[tuple[str, str]]
    rows: int
    stories: frozenset[frozenset[str]]
    told: tuple[tuple[str, ...], ...]


@dataclass
class Newsstand:
    """The publishers, running."""

    sites: tuple[Site, ...]
    published: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=2))

    def set_out(self) -> None:
        """Put everything on display."""
        for number, site in enumerate(self.sites):
            following = self.sites[(number + 1) % len(self.sites)]
            beyond = self.sites[(number + 2) % len(self.sites)]
            for copy in range(OWN):
                site.routes[f"/{copy}"] = says(page(*self._article(number * OWN + copy)))
            site.routes["/moved"] = redirects(beyond.url("/gone-to"))
            site.routes["/gone-to"] = says(page(*self._article(PUBLISHERS * OWN + number)))
            listed = [site.url(f"/{copy}") for copy in range(OWN)]
            listed += [site.url("/moved"), following.url("/0"), following.url("/1")]
            dated = [
                item(url, published=self.published + timedelta(minutes=10 * number + place))
                for place, url in enumerate(listed)
            ]
            site.routes["/feed"] = says(rss(*dated), content_type="application/xml")

    @staticmethod
    def _article(number: int) -> tuple[str, list[str]]:
        """A title and a text; no two are alike, and one of three is on the topic."""
        name = f"{NAMES[number % len(NAMES)]} {number}"
        about = CRANES if number % 3 == 0 else LOAVES
        chosen = random.Random(number).sample(about, 4)
        own = [
            f"In {name}, item {number * 7 + step} of the council's list was {name.lower()} and {step}."
            for step in range(9)
        ]
        return f"News of {name}", [f"{name}: {sentence}" for sentence in chosen] + own

    def root(self, folder: Path, database: str, pause: float = PAUSE) -> Path:
        """A root that reads all of them into that database."""
        seed = "# Driverless harbours\n\nPorts replace crane drivers with software and compete for driverless cranes.\n"
        sources = [f'[[source]]\nname = "site-{n}"\nurl = "{site.url("/feed")}"\n' for n, site in enumerate(self.sites)]
        for name, text in {
            "config/monitor.toml": f'[store]\nurl = "{database}"\n{MONITOR.format(pause=pause)}',
            "config/sources.toml": "\n".join(sources),
            "config/topics/harbours.toml": 'title = "Harbours"\nseeds = ["seeds/harbours.md"]\nthreshold = 0.0\n',
            "config/digests/morning.toml": 'channels = ["desk"]\nmax_items = 100\n',
            "seeds/harbours.md": seed,
        }.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    def asked(self) -> list[tuple[str, list[Request]]]:
        """The requests that each host was asked, as they began."""
        return [(site.host, sorted(site.requests, key=lambda request: request.began)) for site in self.sites]


@contextmanager
def newsstand() -> Iterator[Newsstand]:
    """All publishers, until the block ends."""
    with ExitStack() as stack:
        sites = [stack.enter_context(apart(Site(f"127.1.0.{n}", latency=0.05))) for n in range(1, PUBLISHERS + 1)]
        stand = Newsstand(tuple(sites))
        stand.set_out()
        yield stand


def worker(root: Path, name: str, *arguments: str) -> "subprocess.Popen[str]":
    """A `monitor collect` under way, which says by its user agent that it is `name`."""
    variables = {each: value for each, value in os.environ.items() if not each.startswith("MONITOR_")}
    variables["MONITOR_FETCH__USER_AGENT"] = f"{name} (+http://about.example/)"
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", "collect", "--all", *arguments, "--json", "--root", str(root)],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: "subprocess.Popen[str]") -> None:
    """Wait for a worker that must do well."""
    out, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, f"{process.returncode}: {out}{errors}"


def kill(process: "subprocess.Popen[str]") -> None:
    """SIGKILL to a worker and all its processes."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)


def told_now(root: Path) -> None:
    """`monitor digest --now`."""
    subprocess.run(
        [sys.executable, "-m", "monitor", "digest", "--now", "--root", str(root)],
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )


def kept(root: Path, url: str) -> Kept:
    """What is in a database."""
    from sqlmodel import select

    database = Database.open(url, root=root)
    with database.reading() as session:
        articles = session.exec(select(Article)).all()
        stories = {story.id for story in session.exec(select(Story))}
        made = [digest for digest in digests(session, "morning", limit=100) if digest.id]
        told = [tuple(sorted(each.headline for each in digest_items(session, digest.id or 0))) for digest in made]
    database.close()
    grouped = {
        story: frozenset(_path(article.canonical_url) for article in articles if article.story_id == story)
        for story in stories
    }
    return Kept(
        frozenset((_path(article.canonical_url), article.text) for article in articles),
        len(articles),
        frozenset(grouped.values()),
        tuple(sorted(told)),
    )


def _path(url: str) -> str:
    """An address without its port, which is drawn anew for every newsstand."""
    host, _, path = url.removeprefix("http://").partition("/")
    return f"{host.partition(':')[0]}/{path}"


def side_by_side(asked: Sequence[Request]) -> list[str]:
    """Where two workers had a request at one host at the same time, as the host saw it."""
    return [
        f"{_who(one)} at {one.path} beside {_who(other)} at {other.path}"
        for place, one in enumerate(asked)
        for other in asked[place + 1 :]
        if _who(one) != _who(other) and other.began < one.ended
    ]


def handovers(asked: Sequence[Request]) -> list[float]:
    """The seconds between two requests that came from different workers, one after the other."""
    return [later.began - sooner.began for sooner, later in pairwise(asked) if _who(sooner) != _who(later)]


def who(requests: Sequence[Request]) -> set[str]:
    """Who asked."""
    return {_who(request) for request in requests}


def _who(request: Request) -> str:
    return request.headers["user-agent"].split()[0]
