"""A small newsroom's worth of rows for the reading page: invented stories, judged, told, and some of them hostile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.config.settings import (
    Settings,
    WebSettings,
)
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.models import (
    Article,
    Assessment,
    Delivery,
    Digest,
    DigestItem,
    Feedback,
    FeedState,
    Source,
    Told,
    Topic,
    audience,
)
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.outbox import keep_digest
from monitor.store.polling import keep_feed_states
from monitor.store.search import index_new
from monitor.store.stories import Placed, keep_placements
from monitor.store.topics import keep_assessments, keep_feedback

SECRET = "a secret of the tests, long enough"
TOPIC = "harbours"
OTHER_TOPIC = "tides"
HOSTILE_TITLE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> \u202etxt.exe {{ 7 * 7 }}'
HOSTILE_TEXT = "<b>bold</b> <script>alert(3)</script>\n\nPlain."
HOSTILE_ADDRESS = "https://quay.example/hostile?q='\"><script>alert(4)</script>"

_CRANES = """The port of Eastmere will take forty driverless cranes into service next spring, its director said Monday.

Each crane is steered by software that was trained on nine years of the port's own records. The unions, which had \
threatened to strike, agreed after the port promised that no crane driver would lose work before 2031.

Two rival ports, Sandhaven and Kolmünde, have ordered the same machines, and their makers say that they cannot keep up.
"""
_SEED = "Ports replace crane drivers with software, and compete for the few makers of driverless machines."
_PLAIN = """Nobody had expected the decision so early in the season, and least of all those who had asked for it.

The council will hear both sides again in the first week of the year. Until then everything stays as it is.
"""

_GERMAN = "Der Hafen von Eastmere bestellt vierzig Kräne ohne Fahrer.\n\nDie Gewerkschaften stimmten am Ende zu."
_OTHER_CRANES = _CRANES.replace("Monday", "Monday morning")
_SITES = {
    "quay-herald": "<i>Quay</i> & Herald",
    "north-courier": "North Courier",
    "hafenbote": "Hafenbote",
    "port-institute": "Port Institute",
}
_RIVALS = "Rivalry between ports"
_LONG_TITLE = (
    "What nine years of crane records teach, and what they leave out: a long report with a long title that runs over "
    "several lines on a small screen"
)


def settings_for(root: Path, web: WebSettings | None = None, **changes: Any) -> Settings:
    """A whole configuration with two topics, six sources and one digest."""
    values: dict[str, Any] = {
        "root": root,
        "web": web or WebSettings(),
        "channels": (ChannelSettings(name="analyst", kind="email"), ChannelSettings(name="desk", kind="file")),
        "sources": (
            Source("quay-herald", "https://quay.example/feed", language="en", tags=("trade",)),
            Source("north-courier", "https://courier.example/rss", language="en"),
            Source("hafenbote", "https://hafenbote.example/atom", language="de"),
            Source("port-institute", "https://institute.example/sitemap.xml", kind="sitemap"),
            Source("silent-wire", "https://wire.example/feed"),
            Source("old-gazette", "https://gazette.example/feed", paused=True),
        ),
        "topics": (
            Topic(TOPIC, "Harbours and automation", ("seeds/harbours.md",)),
            Topic(OTHER_TOPIC, "Tides", ("seeds/tides.md",)),
        ),
        "digests": (
            DigestSettings(
                "morning", "Harbours, every morning", timezone="Europe/London", channels=("analyst", "desk")
            ),
        ),
        "secret": SECRET,
    }
    return Settings(**(values | changes))


@dataclass(frozen=True, slots=True)
class Written:
    """One article as it is to be filled in: how many hours old, which story, what the topic thinks."""

    source: str
    title: str
    hours: float
    story: int
    score: float
    text: str = _PLAIN
    language: str = "en"
    copy_of: int | None = None
    url: str = ""
    facet: str = "Driverless cranes and who runs them"


ARTICLES = (
    Written("quay-herald", "Eastmere orders forty driverless cranes, and the unions agree", 3, 1, 0.91, _CRANES),
    Written(
        "north-courier", "Forty cranes without drivers for Eastmere", 2.5, 1, 0.84, _CRANES.replace("Monday", "May")
    ),
    Written("hafenbote", "Eastmere bestellt vierzig Kräne ohne Fahrer", 2, 1, 0.77, _GERMAN, language="de"),
    Written("port-institute", "Eastmere orders forty driverless cranes", 1.5, 1, 0.90, _CRANES, copy_of=0),
    Written("north-courier", "Sandhaven answers with a floating terminal", 7, 2, 0.73, facet=_RIVALS),
    Written("quay-herald", "A maker of harbour software is bought for two billion", 20, 3, 0.66, facet="The makers"),
    Written("port-institute", _LONG_TITLE, 27, 4, 0.58, facet="What the software learns from"),
    Written("hafenbote", "Nachtschicht: wer die Kräne wartet", 52, 5, 0.55, _GERMAN, language="de"),
    Written("quay-herald", "Ferry timetable changes for the holidays", 5, 6, 0.44),
    Written("north-courier", "A museum for old cranes opens its doors", 9, 7, 0.38),
    Written("north-courier", "Council puts off the vote on the fish market", 30, 8, 0.12),
    Written("quay-herald", HOSTILE_TITLE, 6, 9, 0.62, HOSTILE_TEXT, language='x"><script>', url=HOSTILE_ADDRESS),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """The ids of what was written; `articles` in the order of ARTICLES, `stories` by their number there."""

    articles: tuple[int, ...]
    stories: dict[int, int]
    digest: int
    deliveries: tuple[int, ...]


def fill(database: Database, now: datetime) -> Filled:
    """Write everything, and bring the search index up to date."""
    with database.writing() as session:
        kept = keep_articles(session, [_article(each, number, now) for number, each in enumerate(ARTICLES)])
        ids = tuple(article.id or 0 for article in kept)
        placed = [
            Placed(ids[number], each.story, duplicate_of=None if each.copy_of is None else ids[each.copy_of])
            for number, each in enumerate(ARTICLES)
        ]
        by_article = keep_placements(session, placed, leads=[ids[0]])
        keep_assessments(session, [_assessment(each, ids[number], now) for number, each in enumerate(ARTICLES)])
        keep_assessments(session, [_assessment(ARTICLES[8], ids[8], now, topic=OTHER_TOPIC, score=0.7)])
        keep_feedback(
            session,
            Feedback.model_validate({"topic": TOPIC, "article_id": ids[4], "relevant": True, "made_at": now}),
        )
        keep_feed_states(session, _states(now))
        stories = {each.story: by_article[ids[number]] for number, each in enumerate(ARTICLES)}
        digest, deliveries = _tell(session, ids, stories, now)
        index_new(session)
    return Filled(ids, stories, digest, deliveries)


def _article(each: Written, number: int, now: datetime) -> Article:
    host = {"quay-herald": "quay", "north-courier": "courier", "hafenbote": "hafenbote"}.get(each.source, "institute")
    return Article.model_validate(
        {
            "canonical_url": each.url or f"https://{host}.example/news/{number}",
            "source": each.source,
            "title": each.title,
            "text": each.text,
            "authors": ["M. Invented"] if number % 2 else [],
            "published": now - timedelta(hours=each.hours),
            "language": each.language,
            "site": _SITES[each.source],
            "content_hash": f"{number}",
            "stored_at": now - timedelta(hours=each.hours) + timedelta(minutes=20),
        }
    )


def _assessment(
    each: Written, article_id: int, now: datetime, topic: str = TOPIC, score: float | None = None
) -> Assessment:
    value = each.score if score is None else score
    return Assessment.model_validate(
        {
            "topic": topic,
            "article_id": article_id,
            "score": value,
            "relevant": value >= 0.5,
            "threshold": 0.5,
            "reasons": {
                "facet": each.facet,
                "seed_sentence": f"{each.facet}: {_SEED}",
                "article_sentence": "Each crane is steered by software that was trained on nine years of the port's "
                "own records.",
                "terms": [["driverless", 0.31], ["crane", 0.22], ["port", 0.14], ["<b>unions</b>", 0.08]],
                "rule": "",
                "neighbours": [],
            },
            "assessed_at": now,
        }
    )


def _states(now: datetime) -> list[FeedState]:
    well = {"kind": "rss", "last_polled": now, "last_success": now, "next_poll": now + timedelta(minutes=30)}
    return [
        FeedState.model_validate(
            {"source": "quay-herald", "title": "The Quay Herald", "entries_seen": 1204, "articles_stored": 873}
            | well
            | {"last_new": now - timedelta(hours=1)}
        ),
        FeedState.model_validate({"source": "north-courier", "entries_seen": 410, "articles_stored": 388} | well),
        FeedState.model_validate({"source": "hafenbote", "entries_seen": 95, "articles_stored": 91} | well),
        FeedState.model_validate(
            {
                "source": "silent-wire",
                "kind": "rss",
                "last_polled": now,
                "last_success": now - timedelta(days=4),
                "next_poll": now + timedelta(hours=6),
                "failures": 9,
                "failing_since": now - timedelta(days=3),
                "cause": "status",
                "status": 404,
                "error": "https://wire.example/feed: 404 Not Found <script>alert(5)</script>",
                "entries_seen": 60,
                "articles_stored": 58,
            }
        ),
    ]


def _tell(session: Any, ids: tuple[int, ...], stories: dict[int, int], now: datetime) -> tuple[int, tuple[int, ...]]:
    """One digest, sent by mail, unknown to the file's channel."""
    digest = Digest.model_validate(
        {
            "name": "morning",
            "slot": "2026-11-24T07:00:00+00:00",
            "title": "Harbours, every morning",
            "topics": [TOPIC],
            "first_line": "1 story from 4 articles; 1 source failing",
            "composed_at": now - timedelta(hours=1),
        }
    )
    item = DigestItem.model_validate(
        {
            "digest_id": 0,
            "position": 0,
            "section": "top",
            "topic": TOPIC,
            "story_id": stories[1],
            "article_id": ids[0],
            "headline": ARTICLES[0].title,
            "published": now - timedelta(hours=3),
            "score": 0.91,
        }
    )
    deliveries = [_delivery("analyst", "reader@example.org", "sent", now), _delivery("desk", "desk", "unknown", now)]
    told = [
        Told.model_validate(
            {
                "audience": audience("morning", each.channel, each.recipient),
                "story_id": stories[1],
                "revision": 1,
                "delivery_id": 0,
                "told_at": now - timedelta(hours=1),
            }
        )
        for each in deliveries
    ]
    kept = keep_digest(session, digest, [item], deliveries, told)
    assert kept is not None
    return kept.digest.id or 0, tuple(each.id or 0 for each in kept.deliveries)


def _delivery(channel: str, recipient: str, state: str, now: datetime) -> Delivery:
    return Delivery.model_validate(
        {
            "digest_id": 0,
            "channel": channel,
            "recipient": recipient,
            "state": state,
            "message_id": f"<{channel}@example.org>",
            "subject": f"Harbours, every morning: {ARTICLES[0].title}",
            "html": '<!doctype html><html lang="en"><head><title>Digest</title></head><body style="font: 17px Georgia">'
            "<h1>Harbours, every morning</h1><p>1 story from 4 articles</p>"
            '<h2><a href="https://quay.example/news/0">Eastmere orders forty driverless cranes</a></h2></body></html>',
            "text": "Harbours, every morning",
            "attempts": 1,
            "detail": "interrupted while sending: it may have arrived" if state == "unknown" else "",
            "created_at": now - timedelta(hours=1),
            "changed_at": now - timedelta(hours=1),
        }
    )
