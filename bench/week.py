"""A week of news, a digest each morning: nothing told twice, every update with what is new, nothing left out.

    python bench/week.py [--shared ../shared]

The pages of the replay are revealed in seven slices, one a day, on a clock of our own; beside them a site of our own
tells of four invented events, each followed up two days later, two of them corrected meanwhile. Each day has a collect
at 5 and at 23 hours, and at 7 a digest of what comes somewhat near the topic ("near") and one of everything ("all"),
each for two audiences in files. What should have been told is counted from the tables of articles and scores, the
order in which they came in, and our own site's plan: none of the program's composing takes part. Checked is

    no article stands as told in two digests of one audience, in the outbox or in the text that was written
    a story comes back only under Updates, each with a sentence that no earlier text of the story holds, or a change
    each story with an article that scores enough and was not told is told the next morning, and nothing else, as is
    each follow-up and correction of our own site

Each check is also made on what was falsified. Exits with 1 where one does not come out as it should.
"""

import argparse
import asyncio
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from own_site import EVENTS, OwnSite
from replayed import Checks, Replay, bench, make_root

from monitor.config import load
from monitor.pipeline.collect import Request, collect
from monitor.pipeline.context import opened
from monitor.pipeline.digest import Slot, send

START = datetime(2026, 11, 23, tzinfo=UTC)
DAYS = 7
THRESHOLDS = {"near": 0.12, "all": 0.0}


# ---------------------------------------------------------------------------------------------------------------
# The world


@dataclass
class Clock:
    """A clock that is set, and goes on from there."""

    start: datetime = START
    since: float = field(default_factory=time.monotonic)

    def set(self, moment: datetime) -> None:
        """It is that moment now."""
        self.start, self.since = moment, time.monotonic()

    def __call__(self) -> datetime:
        """This moment."""
        return self.start + timedelta(seconds=time.monotonic() - self.since)


# ---------------------------------------------------------------------------------------------------------------
# What was told, and what should have been


@dataclass(frozen=True)
class Item:
    """A line of a digest as an audience got it."""

    morning: int
    section: str
    story: int
    article: int
    url: str
    said: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class Stored:
    """An article as it is kept: when it came in, its story, whether it repeats another, and its score."""

    id: int
    url: str
    text: str
    story: int
    stored: datetime
    reprint: bool
    score: float


def rows(root: Path, query: str) -> list[tuple[Any, ...]]:
    """What is in the database, past the program."""
    with closing(sqlite3.connect(root / "var/monitor.db")) as connection:
        return connection.execute(query).fetchall()


def moment(kept: str) -> datetime:
    """A moment as SQLite keeps it."""
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)


def items(root: Path, digest: str) -> list[Item]:
    """The items of all mornings of a digest."""
    query = (
        "SELECT d.composed_at, i.section, i.story_id, i.article_id, i.url, i.summary, i.changes FROM digestitem i "
        f"JOIN digest d ON d.id = i.digest_id WHERE d.name = '{digest}' ORDER BY d.composed_at, i.position"
    )
    return [
        Item(
            (moment(when) - START).days,
            section,
            story,
            article,
            url,
            tuple(quote["sentence"] for quote in json.loads(summary)),
            changes not in ("[]", "null"),
        )
        for when, section, story, article, url, summary, changes in rows(root, query)
    ]


def stored(root: Path) -> list[Stored]:
    """Every article that is news."""
    query = (
        "SELECT a.id, a.canonical_url, a.text, a.story_id, a.stored_at, a.duplicate_of, s.score FROM article a "
        "JOIN assessment s ON s.article_id = a.id WHERE a.news"
    )
    return [
        Stored(key, url, text, story, moment(when), original is not None, score)
        for key, url, text, story, when, original, score in rows(root, query)
    ]


def expected(articles: Sequence[Stored], least: float) -> dict[int, dict[int, str]]:
    """By morning the stories that should be told, and how: "new", or "more" where an article joined a told one."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    told: set[int] = set()
    for morning in range(DAYS):
        since, until = (START + timedelta(days=morning + day, hours=7) for day in (-1, 0))
        fresh = [each for each in articles if since <= each.stored < until and each.score >= least]
        for each in fresh:
            if each.story not in told:
                found[morning][each.story] = "new"
            elif not each.reprint:
                found[morning].setdefault(each.story, "more")
        told |= {each.story for each in fresh}
    return found


def told_twice(told: Sequence[Item]) -> list[str]:
    """Articles that stand in two digests, but for a page that itself changed; stories that come back as new."""
    found, articles, stories = [], dict[int, int](), dict[int, int]()
    for each in told:
        if each.article in articles and not each.changed:
            found.append(f"morning {each.morning}: {each.url} was told on morning {articles[each.article]}")
        if each.story in stories and each.section != "updates":
            found.append(f"morning {each.morning}: story {each.story} comes back under {each.section}")
        articles.setdefault(each.article, each.morning)
        stories.setdefault(each.story, each.morning)
    return found


def without_news(told: Sequence[Item], articles: Sequence[Stored], first: Mapping[str, str]) -> list[str]:
    """Updates that say nothing that no earlier text of their story says; `first` are texts before they changed."""
    found = []
    for each in told:
        if each.section == "updates" and not each.changed:
            until = START + timedelta(days=each.morning - 1, hours=7)
            known = " ".join(first.get(a.url, a.text) for a in articles if a.story == each.story and a.stored < until)
            if not any(sentence not in known for sentence in each.said):
                found.append(f"morning {each.morning}: {each.url} says nothing new: {each.said}")
    return found


def differing(told: Sequence[Item], due: Mapping[int, Mapping[int, str]]) -> tuple[list[str], int]:
    """Stories that should have been told and were not, or the other way round; and how many had nothing new to say.

    A story that got another article need not come back, for that may say nothing new: those are counted.
    """
    found, silent = [], 0
    for morning in range(DAYS):
        here = {each.story: each for each in told if each.morning == morning}
        for story, how in due.get(morning, {}).items():
            if story not in here and how == "new":
                found.append(f"morning {morning}: story {story} was not told")
            silent += story not in here and how == "more"
        for story, each in here.items():
            if story not in due.get(morning, {}) and not each.changed:
                found.append(f"morning {morning}: story {story} was told, and nothing of it came in ({each.url})")
    return found, silent


def of_our_site(told: Sequence[Item], home: str) -> list[str]:
    """What our own site reported, followed up or corrected and was not told on its morning, or not as it should be."""
    found = []
    for event in EVENTS:
        name, first = event.name, event.first
        plan = [(first, "first", False), (first + 2, "sequel", False)]
        if event.correction:
            plan.append((first + 1, "first", True))
        for morning, page, changed in plan:
            here = [
                e for e in told if e.morning == morning and e.url == f"{home}/{name}/{page}" and e.changed == changed
            ]
            update = page == "sequel" or changed
            if morning < DAYS and not any((each.section == "updates") == update for each in here):
                found.append(f"morning {morning}: {name}, {'corrected ' * changed}{page}: {[e.section for e in here]}")
    return found


def in_texts(root: Path, digest: str, home: str) -> list[str]:
    """Addresses of our own site's reports that are written in two mornings' texts, but for the corrected ones."""
    query = (
        "SELECT d.composed_at, v.channel, v.text FROM delivery v JOIN digest d ON d.id = v.digest_id "
        f"WHERE d.name = '{digest}'"
    )
    mornings: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for when, channel, text in rows(root, query):
        for address in re.findall(rf"{re.escape(home)}/\w+/\w+", text):
            mornings[channel, address].add((moment(when) - START).days)
    corrected = {f"{home}/{name}/first" for name in (event.name for event in EVENTS if event.correction)}
    most = {address: 1 + (address in corrected) for _, address in mornings}
    return [
        f"{address} in {channel}: mornings {sorted(on)}"
        for (channel, address), on in mornings.items()
        if len(on) > most[address]
    ]


# ---------------------------------------------------------------------------------------------------------------
# The week


def configured(folder: Path, sources: Sequence[str]) -> Path:
    """A root with two digests, each in two folders."""
    root = make_root(folder, sources)
    with (root / "config/monitor.toml").open("a") as file:
        file.writelines(f'\n[channels.{name}]\nkind = "file"\npath = "var/{name}"\n' for name in ("desk", "shelf"))
    (root / "config/digests").mkdir()
    for name, threshold in THRESHOLDS.items():
        (root / f"config/digests/{name}.toml").write_text(
            f'title = "{name}"\ntopics = ["*"]\nthreshold = "{threshold}"\nmax_items = 500\n'
            'schedule = "0 7 * * *"\ntimezone = "UTC"\nchannels = ["desk", "shelf"]\n'
        )
    return root


def one_day(root: Path, clock: Clock, day: int) -> None:
    """Two collects and a digest."""
    settings = load(root, {})
    for hour in (-1, 5):
        clock.set(START + timedelta(days=day, hours=hour))
        asyncio.run(collected(settings, clock))
    clock.set(START + timedelta(days=day, hours=7))
    slots = [Slot(name, (START + timedelta(days=day, hours=7)).isoformat()) for name in tuple(THRESHOLDS)]
    for each in send(settings, slots, clock):
        print(f"  day {day + 1}, {each.digest:4}: {each.first_line}", flush=True)
    send(settings, slots, clock)


async def collected(settings: Any, clock: Clock) -> None:
    """A collect of everything."""
    async with opened(settings, now=clock) as context:
        await collect(context, Request(THRESHOLDS["all"]))


def judged(root: Path, home: str, checks: Checks) -> None:
    """Every check on both digests, and each on what was falsified."""
    articles = stored(root)
    changed = rows(
        root, "SELECT a.canonical_url, v.text FROM version v JOIN article a ON a.id = v.article_id ORDER BY v.id"
    )
    first = dict(reversed(changed))
    for name in tuple(THRESHOLDS):
        told, due = items(root, name), expected(articles, THRESHOLDS[name])
        missed, silent = differing(told, due)
        updates = sum(each.section == "updates" for each in told)
        new = sum(how == "new" for stories in due.values() for how in stories.values())
        print(f"{name}: {len(told)} items, {updates} updates; counted apart: {new} stories to tell")
        print(
            f"  {sum(map(len, due.values())) - new} told before got another article, {silent} of these said nothing new"
        )
        checks.that("no article told twice, no story back as new", told_twice(told))
        checks.that("every update has something new", without_news(told, articles, first))
        checks.that("what should be told was, and nothing else", missed)
        checks.that("two audiences got the same", unequal(root, name))
    told = items(root, "all")
    checks.that("our own site's reports, follow-ups and corrections, each on its morning", of_our_site(told, home))
    checks.that("no report of it written in two mornings", in_texts(root, "all", home))
    due = expected(articles, THRESHOLDS["all"])
    again = replace(told[0], morning=told[0].morning + 1)
    checks.can_fail("an item told again", told_twice([*told, again]))
    update = next(each for each in told if each.section == "updates" and not each.changed)
    old = next(a.text for a in articles if a.story == update.story and a.id != update.article)
    checks.can_fail(
        "an update with an old sentence", without_news([replace(update, said=(old[:60],))], articles, first)
    )
    checks.can_fail("an item left out", differing(told[1:], due)[0])
    checks.can_fail("an item of nowhere", differing([*told, replace(again, story=-1)], due)[0])
    checks.can_fail("a follow-up left out", of_our_site([e for e in told if "sequel" not in e.url], home))


def unequal(root: Path, name: str) -> list[str]:
    """Mornings on which the two audiences of a digest, which were told the same before, got different texts."""
    query = (
        "SELECT d.composed_at, count(*), count(DISTINCT v.text) FROM delivery v JOIN digest d ON d.id = v.digest_id "
        f"WHERE d.name = '{name}' GROUP BY d.id"
    )
    return [
        f"{when}: {count} deliveries, {texts} texts"
        for when, count, texts in rows(root, query)
        if (count, texts) != (2, 1)
    ]


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    checks, clock, own = Checks(), Clock(), OwnSite(START)
    with (
        tempfile.TemporaryDirectory() as temporary,
        Replay(arguments.shared, Path(temporary) / "log", "--hosts", "60", "--reveal", "0") as replay,
    ):
        root = configured(Path(temporary) / "root", [f"{own.home}/rss.xml", *(site.source for site in replay.sites)])
        print(f"{replay.greeting}, and our own at {own.home}")
        opener = build_opener(ProxyHandler({}))
        for day in range(DAYS):
            own.day = day
            opener.open(f"http://127.0.0.1:{replay.port}/reveal?to={(day + 1) / DAYS}").close()
            one_day(root, clock, day)
        judged(root, own.home, checks)
    own.server.shutdown()
    return checks.code()


if __name__ == "__main__":
    sys.exit(bench(__doc__, main))
