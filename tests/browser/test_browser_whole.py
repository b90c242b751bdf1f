"""The whole of it as a reader lives it: the newsroom is collected, opened, judged by keys, learnt from, searched.

Ten verdicts are given against the order that the seed makes: what it ranks first is not what this reader wants, what it
nearly took is. After the training and the next collect the order on the page has to follow them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from chromium import Chromium, Page
from reading_site import serving

from monitor.config import Settings, load
from monitor.demo import TOPIC, open_newsroom, write_root
from monitor.pipeline.collect import Request, collect
from monitor.pipeline.context import clock, opened
from monitor.pipeline.judging.anew import Anew
from monitor.pipeline.train import train
from monitor.store import Database
from monitor.store.reading_page import stories_of_topic
from monitor.store.search import index_new
from monitor.store.topics import verdicts
from monitor.web.app import create

pytestmark = pytest.mark.browser

CURRENT = "document.querySelector('[data-current]')"
TODAY = f"/today/{TOPIC}?days=30"


@dataclass
class Newsroom:
    """The demo's root after a collect, and the page over it."""

    root: Path
    url: str
    database: Database

    @property
    def settings(self) -> Settings:
        """The configuration as its files stand."""
        return load(self.root, {})

    def order(self) -> dict[int, float]:
        """The stories of the topic, best first, each with the score of its best article."""
        with self.database.reading() as session:
            found = stories_of_topic(session, TOPIC, since=clock() - timedelta(days=30), limit=50)
        return {
            each.story.id or 0: max(judged.assessment.score for judged in each.articles if judged.assessment)
            for each in found
        }


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """The sample newsroom, collected once."""
    asyncio.run(_collected(tmp_path))
    with _served(tmp_path) as made:
        yield made


def test_ten_verdicts_change_the_order_and_a_search_becomes_a_topic(newsroom: Newsroom, chromium: Chromium) -> None:
    page = chromium.open(newsroom.url + TODAY, width=1280)
    before = newsroom.order()
    assert len(before) >= 10
    refused = _judge_ten(page)
    with newsroom.database.reading() as session:
        given = verdicts(session, TOPIC)
    assert sorted(each.relevant for each in given.values()) == [False] * 5 + [True] * 5

    learnt = train(newsroom.settings, TOPIC)
    assert (learnt.verdicts, learnt.accepted) == (10, True), learnt.done
    asyncio.run(_collected(newsroom.root))
    page = chromium.open(newsroom.url + TODAY, width=1280)
    shown = page.measure("[...document.querySelectorAll('.story:not(.miss)')].map(each => Number(each.id.slice(6)))")
    after = newsroom.order()
    assert set(shown) == set(after)
    places = {story: place for place, story in enumerate(after)}
    fell = [places.get(story, len(after)) - list(before).index(story) for story in refused]
    assert sum(fell) > 0, (before, after)
    assert sum(after.get(story, 0.0) for story in refused) < sum(before[story] for story in refused)

    _search_and_save(page)
    topic = newsroom.settings.topic("kimi-k3")
    assert len(topic.seeds) == 3
    page.until("document.body.textContent.includes('was judged by it')")  # at once, before any collect
    page = chromium.open(f"{newsroom.url}/today/kimi-k3?days=30", width=1280)
    assert "Kimi" in page.measure("document.querySelector('.story h3').textContent")
    assert page.complaints == []


def _judge_ten(page: Page) -> list[int]:
    """Judges by keys the first five stories as not relevant, and the five nearest misses as relevant; the former."""
    items: list[str] = page.measure("[...document.querySelectorAll('[data-item]')].map(each => each.id)")
    for at, item in enumerate(items):
        page.press("j")
        missed = item.startswith("miss-")
        if at < 5 or missed:
            page.press("u" if missed else "d")
            verdict = "yes" if missed else "no"
            page.until(f"{CURRENT}.querySelector('[data-verdict={verdict}][aria-pressed=true]')")
    return [int(item.removeprefix("story-")) for item in items[:5]]


def _search_and_save(page: Page) -> None:
    """Searches from the page that is open, and saves it as a topic in two clicks."""
    page.press("/")
    page.write("Kimi K3")
    page.loaded = False
    page.press("Enter")
    page.arrive()
    assert page.measure("document.querySelectorAll('.hits mark').length") > 2
    page.follow("document.querySelector('.onward').click()")
    page.follow("document.querySelector('.save button').click()")
    assert "The search was saved as a topic" in page.measure("document.body.textContent")


async def _collected(root: Path) -> None:
    async with open_newsroom(root, clock()) as site:
        write_root(root, site)
        async with opened(load(root, {})) as context:
            await collect(context, Request(everything=True))


@contextmanager
def _served(root: Path) -> Iterator[Newsroom]:
    settings = load(root, {})
    with ExitStack() as stack:
        database = Database.open(settings.store.url, root=root)
        stack.callback(database.close)
        with database.writing() as session:
            index_new(session)
        app = create(settings, database, clock, Anew(root))
        yield Newsroom(root, stack.enter_context(serving(app)), database)
