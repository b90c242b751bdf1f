"""How every source fares: what is broken first, with its cause and the one thing to do."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.digest.cleaning import one_line, web_address
from monitor.models import FeedState
from monitor.pipeline.health import Health, health_of
from monitor.store.polling import feed_states
from monitor.web.house import Here
from monitor.web.pages import page, teller
from monitor.web.shown import NAME, SENTENCE, Teller

router = APIRouter()

CONDITIONS = ("broken", "failing", "new", "well", "paused")


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source in shown words; moments are "" where there was none."""

    name: str
    title: str
    url: str
    kind: str
    language: str
    condition: str
    since: str
    cause: str
    remedy: str
    failures: int
    last_success: str
    last_new: str
    next_poll: str
    entries: int
    articles: int


@router.get("/sources")
def sources(request: Request, house: Here) -> Response:
    """Every declared source, the ones that need somebody first."""
    shows = teller(house)
    with house.database.reading() as session:
        states = feed_states(session)
    declared = house.settings.sources
    shown = [
        _shown(shows, health_of(each, states.get(each.name), shows.now), states.get(each.name)) for each in declared
    ]
    shown.sort(key=lambda source: (CONDITIONS.index(source.condition), source.name))
    counts = {condition: sum(source.condition == condition for source in shown) for condition in CONDITIONS}
    return page(request, house, "sources", sources=shown, counts=counts)


def _shown(shows: Teller, health: Health, state: FeedState | None) -> ShownSource:
    troubled = health.condition in ("broken", "failing")
    return ShownSource(
        name=one_line(health.source.name, NAME),
        title=one_line(state.title, NAME) if state else "",
        url=web_address(health.source.url.replace("{query}", "")),
        kind=health.kind or health.source.kind,
        language=health.source.language,
        condition=health.condition,
        since=shows.moment(health.failing_since) if troubled else "",
        cause=one_line(health.error, SENTENCE) if troubled else "",
        remedy=one_line(health.remedy, SENTENCE) if health.condition == "broken" else "",
        failures=health.failures,
        last_success=shows.moment(health.last_success),
        last_new=shows.moment(health.last_new),
        next_poll=shows.moment(health.next_poll),
        entries=state.entries_seen if state else 0,
        articles=health.articles,
    )
