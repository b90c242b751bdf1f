"""For whoever runs it: is it alive, what broke, what does it cost; as a page, and as figures for Prometheus.

The figures are in the text format, version 0.0.4
(https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from monitor.digest.cleaning import one_line
from monitor.pipeline.standing import Standing, in_bytes, standing
from monitor.web.house import Here, House
from monitor.web.pages import page, teller
from monitor.web.shown import NAME, SENTENCE

router = APIRouter()

# Sources that are named with their cause; where more fail it is the machine that has no network.
MOST_FAILING = 5
_TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/status")
def status(request: Request, house: Here) -> Response:
    """How everything stands."""
    shows = teller(house)
    found = standing(house.settings, house.database, shows.now)
    last = found.last_collect
    return page(
        request,
        house,
        "status",
        standing=found,
        failing=[
            {"name": one_line(each.source.name, NAME), "cause": one_line(each.error, SENTENCE)}
            for each in found.failing[:MOST_FAILING]
        ],
        failing_more=max(0, len(found.failing) - MOST_FAILING),
        saving=[(topic.name, topic.title) for topic in house.settings.topics if topic.fetch != "all"],
        started=shows.moment(last.started) if last else "",
        seconds=(last.ended - last.started).total_seconds() if last and last.ended else None,
        success=shows.moment(found.last_success),
        digests=[
            (each.title or each.name, each.name, shows.moment(found.last_digests.get(each.name)))
            for each in house.settings.digests
        ],
        size=in_bytes(found.database_bytes),
        free=in_bytes(found.free_bytes),
        titles={topic.name: topic.title for topic in house.settings.topics},
        where=_where(house),
    )


@router.get("/metrics")
def metrics(house: Here) -> PlainTextResponse:
    """The same for Prometheus."""
    found = standing(house.settings, house.database, house.now())
    return PlainTextResponse("".join(_exposed(found)), media_type=_TEXT_FORMAT)


def _where(house: House) -> str:
    """Where the database is: a file below the root by its path from there."""
    location, root = house.database.location, house.settings.root
    below = location.path is not None and location.path.is_relative_to(root)
    return str(location.path.relative_to(root) if location.path and below else location)


def _exposed(found: Standing) -> Iterator[str]:
    yield from _gauge("alive", "Whether sources were asked when they should have been.", {"": int(found.alive)})
    yield from _gauge("troubles", "What a person should see to.", {"": len(found.troubles)})
    last = found.last_collect
    began = _seconds(last.started if last else None)
    yield from _gauge("last_collect_start_seconds", "When the last collect began.", {"": began})
    yield from _gauge(
        "last_collect_success_seconds", "When a collect last ended well.", {"": _seconds(found.last_success)}
    )
    yield from _gauge("late", "Runs that should have begun and have not.", {"": len(found.late)})
    digests = {name: _seconds(moment) for name, moment in found.last_digests.items()}
    yield from _gauge("last_digest_seconds", "When a digest was composed last.", digests, "digest")
    yield from _gauge("sources", "Declared sources by condition.", found.sources, "condition")
    yield from _gauge("deliveries", "Deliveries by state.", found.deliveries, "state")
    waiting = {
        "entries": found.backlog.pending,
        "entries_deferred": found.backlog.deferred,
        "articles_ungrouped": found.backlog.ungrouped,
        "deliveries": found.backlog.deliveries,
    }
    yield from _gauge("backlog", "What waits.", waiting, "what")
    yield from _gauge("unread", "Pages that no topic had reason to ask for.", {"": found.backlog.unread})
    kept = {
        "articles": found.holdings.articles,
        "stories": found.holdings.stories,
        "verdicts": found.holdings.verdicts,
    }
    yield from _gauge("kept", "What is kept.", kept, "what")
    yield from _gauge("stored_a_day", "Articles stored in the last 24 hours.", {"": found.holdings.lately})
    yield from _gauge("relevant_a_day", "Of these the relevant ones.", found.holdings.relevant, "topic")
    yield from _gauge("database_bytes", "What the database takes.", {"": found.database_bytes})
    yield from _gauge("free_bytes", "What is free beside it.", {"": found.free_bytes})
    if found.cost:
        yield from _gauge("collect_seconds", "Median time of a collect by stage.", found.cost.stages, "stage")


def _gauge(name: str, told: str, values: Mapping[str, float], label: str = "") -> Iterator[str]:
    """The lines of one figure; nothing where there is no value."""
    if not values:
        return
    yield f"# HELP monitor_{name} {told}\n# TYPE monitor_{name} gauge\n"
    for key, value in values.items():
        labelled = f'{{{label}="{_escaped(key)}"}}' if label else ""
        yield f"monitor_{name}{labelled} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(moment: datetime | None) -> float:
    """Seconds since 1970, 0 for never."""
    return moment.timestamp() if moment else 0.0
