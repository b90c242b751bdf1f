"""How every source fares: what is broken first, with its cause and the one thing to do."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.digest.cleaning import one_line, web_address
from monitor.models import FeedState
from monitor.pipeline.polling.health import YIELD_OVER, Health, healths
from monitor.store.polling import feed_states
from monitor.web.house import Here, House
from monitor.web.pages import page, teller
from monitor.web.shown import NAME, SENTENCE, Teller

router = APIRouter()

CONDITIONS = ("broken", "failing", "new", "well", "paused")


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source in shown words; moments are "" where there was none, rhythm and yield where they are not known."""

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
    rhythm: str
    entries: int
    articles: int
    full: str
    remarks: tuple[str, ...]


@router.get("/sources")
def sources(request: Request, house: Here, added: str = "", taken: int = 0) -> Response:
    """Every declared source, the ones that need somebody first; `added` and `taken` tell what was done just now."""
    names = {each.name for each in house.settings.sources}
    told = f"{added} is a source now, and is asked at the next collect." if added in names else ""
    if taken > 0:
        told = f"{taken} {'source was' if taken == 1 else 'sources were'} added, to be asked at the next collect."
    return sources_page(request, house, told=told)


def sources_page(
    request: Request, house: House, *, told: str = "", asked: str = "", refused: str = "", status: int = 200
) -> Response:
    """The page; `told` is what was done just now, `refused` why an address that was `asked` is no source."""
    shows = teller(house)
    with house.database.reading() as session:
        states = feed_states(session)
        fares = healths(session, house.settings.sources, states, shows.now)
    shown = [_shown(shows, health, states.get(health.source.name)) for health in fares]
    shown.sort(key=lambda source: (CONDITIONS.index(source.condition), source.name))
    counts = {condition: sum(source.condition == condition for source in shown) for condition in CONDITIONS}
    return page(
        request,
        house,
        "sources",
        status,
        sources=shown,
        counts=counts,
        told=told,
        asked=asked,
        refused=one_line(refused, SENTENCE),
        days=YIELD_OVER.days,
    )


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
        rhythm=_rhythm(health.daily),
        entries=state.entries_seen if state else 0,
        articles=health.articles,
        full="" if health.full is None else f"{health.full:.0%}",
        remarks=health.remarks,
    )


def _rhythm(daily: float | None) -> str:
    """How often it has news, in the unit in which that is a number to think in."""
    if daily is None:
        return ""
    if daily >= 1:
        return f"{daily:.0f} a day"
    return f"{daily * 7:.0f} a week" if daily * 7 >= 1 else "less than 1 a week"
