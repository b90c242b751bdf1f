"""A topic judged anew by a process of its own, by the real clock: what is kept is of today."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline_house import CRANES, LOAVES, TOPIC, House

from monitor.models import Article, Assessment, Topic
from monitor.pipeline.judging.anew import Anew
from monitor.pipeline.topics import tending
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.runs import acquire, release, start_run
from monitor.text import content_hash

SECONDS = 120


def keep_of_today(house: House, name: str, sentences: tuple[str, ...]) -> int:
    text, now = "\n\n".join(sentences), datetime.now(UTC)
    fields = {
        "canonical_url": f"https://{name}.example/story",
        "source": name,
        "title": sentences[0][:60],
        "text": text,
        "language": "en",
        "published": now,
        "stored_at": now,
        "content_hash": content_hash(text),
    }
    with house.database() as database, database.writing() as session:
        return keep_articles(session, [Article.model_validate(fields)])[0].id or 0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def topic(house: House) -> Topic:
    return house.settings.topic(TOPIC)


def judged(house: House) -> dict[int, bool]:
    return {each.article_id: each.relevant for each in house.rows(Assessment)}


@contextmanager
def asked_during_a_collect(house: House) -> Iterator[tuple[Database, Anew]]:
    """A topic for which a judging waits, for a collect is under way until the end of the block; then it was judged."""
    now = datetime.now(UTC)
    with house.database() as database:
        with database.writing() as session:
            holder = str(start_run(session, "collect", now))
            assert acquire(session, "collect", holder, now, timedelta(hours=1))
        anew = Anew(house.root)
        anew.ask(topic(house))
        time.sleep(5)
        yield database, anew
        with database.writing() as session:
            release(session, "collect", holder)
        until(lambda: anew.state(TOPIC) == "done")


def test_a_topic_is_judged_without_a_collect(house: House) -> None:
    near, far = keep_of_today(house, "near", CRANES), keep_of_today(house, "far", LOAVES)
    anew = Anew(house.root)
    assert anew.state(TOPIC) == "later"
    anew.ask(topic(house))
    anew.ask(topic(house))
    assert anew.state(TOPIC) == "now"
    until(lambda: anew.state(TOPIC) == "done")
    assert judged(house) == {near: True, far: False}


def test_what_cannot_be_judged_is_left_to_the_next_collect(house: House) -> None:
    keep_of_today(house, "near", CRANES)
    anew = Anew(house.root)
    anew.ask(replace(topic(house), name="gone"))
    assert anew.state("gone") == "now"
    until(lambda: anew.state("gone") == "later")
    anew.ask(Topic(name=TOPIC, title="", seeds=("https://elsewhere.example/seed",)))
    assert anew.state(TOPIC) == "later"
    assert judged(house) == {}


def test_a_collect_that_is_under_way_is_waited_for(house: House) -> None:
    near = keep_of_today(house, "near", CRANES)
    with asked_during_a_collect(house) as (_, anew):
        assert (anew.state(TOPIC), judged(house)) == ("now", {})
    assert judged(house) == {near: True}


def test_a_threshold_moved_while_a_collect_is_waited_for_holds(house: House) -> None:
    keep_of_today(house, "near", CRANES)
    with asked_during_a_collect(house) as (database, _):
        tending.move_threshold(house.settings, database, TOPIC, "0.999", datetime.now(UTC))
    assert [each.threshold for each in house.rows(Assessment)] == [0.999]
