"""A topic's own page: what the model reads in its seeds, how well it does, what its threshold lets in; and its edits.

What is changed here is written into `config/topics/NAME.toml` (see decision 15).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from monitor.digest.cleaning import one_line, web_address
from monitor.digest.wording import LONGEST_TERM
from monitor.links import feed_token
from monitor.models import Article, Terms
from monitor.pipeline.topics import tending
from monitor.pipeline.topics.portrait import SPREAD_OVER, Measured, Portrait, portrait
from monitor.relevance.evaluate import Interval
from monitor.relevance.threshold import BALANCED, INCLUSIVE, PRECISE, parse
from monitor.store.articles import article as article_of
from monitor.store.articles import article_by_url
from monitor.store.reading_page import counts
from monitor.store.topic_page import verdict_count
from monitor.store.triage import Unasked
from monitor.urls import names_address
from monitor.web.charts import LEAST_DAYS, burst_spans, histogram, timeline
from monitor.web.forms import OwnForm
from monitor.web.house import Here, House
from monitor.web.pages import page, seen, teller
from monitor.web.shown import FACET, HEADLINE, NAME, SENTENCE, Teller
from monitor.web.today import topic_of
from monitor.web.verdicts import number

router = APIRouter()

WEEK = timedelta(days=7)
LEVELS = (("precise", PRECISE), ("balanced", BALANCED), ("inclusive", INCLUSIVE))
# What was done just now, by the word that the address carries.
_DONE = {
    "search": "The search was saved as a topic.",
    "threshold": "The threshold was moved, and what came in the last seven days is decided by it.",
    "promise": "The threshold was moved.",
    "term": "The terms were changed.",
    "seed": "The seeds were changed.",
}
_MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """A topic in a list: how many stories and articles it found in a week, and how many verdicts it has."""

    name: str
    title: str
    threshold: str
    stories: int
    articles: int
    verdicts: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with its 95% interval, in percent, and of what it is the share."""

    name: str
    percent: int
    low: int
    high: int
    told: str


@router.get("/topics")
def topics(request: Request, house: Here) -> Response:
    """Every topic, with what it found in a week."""
    since = house.now() - WEEK
    with house.database.reading() as session:
        shown = []
        for each in house.settings.topics:
            counted = counts(session, each.name, since=since)
            given = verdict_count(session, each.name)
            shown.append(ShownTopic(each.name, each.title, each.threshold, counted.stories, counted.relevant, given))
    return page(request, house, "topics", shown=shown)


@router.get("/topics/{name}")
def topic(
    request: Request,
    house: Here,
    name: str,
    at: Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)] = None,
    done: str = "",
) -> Response:
    """One topic; `at` is a threshold to try."""
    found = topic_of(house, name)
    shows = teller(house)
    with house.database.reading() as session:
        drawn = portrait(house.settings, session, found, shows.now, house.zone)
    tried = drawn.cut if at is None else round(at, 2)
    terms = found.terms.get("", Terms())
    return page(
        request,
        house,
        "topic",
        topic=found,
        told=_DONE.get(done, ""),
        told_by=[each.title or each.name for each in house.settings.digests_of(found)],
        judged_anew=_anew(house, name) if done in _DONE and done != "threshold" else "",
        facets=_facets(drawn),
        profile_warning=one_line(drawn.profile_warning, SENTENCE),
        taught=shows.moment(drawn.taught_at),
        feed_query=f"?{urlencode({'token': feed_token(house.secret, name)})}" if house.passwords else "",
        seeds=[(seed, names_address(seed)) for seed in found.seeds],
        terms=terms,
        languages={language: each for language, each in sorted(found.terms.items()) if language},
        figures=_figures(drawn.measured),
        measured=drawn.measured,
        cut=drawn.cut,
        tried=tried,
        trying=at is not None and abs(tried - drawn.cut) >= 0.005,
        bars=histogram(drawn.spread, tried),
        judged=sum(drawn.spread.bins),
        tallest=max(drawn.spread.bins),
        passing=_daily(drawn.spread.passing(tried)),
        passing_now=_daily(drawn.spread.passing(drawn.cut)),
        daily=[round(each, 2) for each in drawn.spread.daily],
        levels=[(level, value, _daily(drawn.spread.passing(value))) for level, value in LEVELS],
        spread_days=SPREAD_OVER.days,
        days=drawn.volume,
        volume=timeline(drawn.volume),
        from_day=drawn.volume[-1].day - timedelta(days=max(LEAST_DAYS, len(drawn.volume)) - 1)
        if drawn.volume
        else None,
        busiest=max((day.relevant for day in drawn.volume), default=0),
        bursts=burst_spans(drawn.volume),
        unread=drawn.unread,
        unasked=[_unasked(shows, each) for each in drawn.unread.most_promising] if drawn.unread else [],
    )


@router.get("/topics/{name}/anew")
def anew(request: Request, house: Here, name: str) -> Response:
    """Whether a topic that was changed is judged anew: a line to put into its page."""
    return page(request, house, "anew", topic=topic_of(house, name), judged_anew=_anew(house, name))


@router.post("/topics/{name}/threshold")
def move(house: Here, name: str, fields: OwnForm) -> Response:
    """Move the threshold of a topic."""
    topic_of(house, name)
    threshold = str(fields.get("threshold", "")).strip()
    tending.move_threshold(house.settings, house.database, name, threshold, house.now())
    if parse(threshold).cut is None:
        return changed(house, name, "promise")
    return seen(f"/topics/{name}", done="threshold")


@router.post("/topics/{name}/terms")
def change_terms(house: Here, name: str, fields: OwnForm) -> Response:
    """Add a term, mute it, or take either back."""
    topic_of(house, name)
    term = str(fields.get("term", ""))
    match str(fields.get("change", "")):
        case "add" | "mute" as change:
            tending.add_term(house.settings, name, term, muted=change == "mute")
        case "drop":
            tending.drop_term(house.settings, name, term)
        case _:
            raise HTTPException(400, "A term is added, muted or dropped.")
    return changed(house, name, "term")


@router.post("/topics/{name}/seeds")
def add_seed(house: Here, name: str, fields: OwnForm) -> Response:
    """Make a kept article a seed: by its number, or by its address."""
    topic_of(house, name)
    with house.database.reading() as session:
        found = _named(session, number(fields, "article"), str(fields.get("url", "")).strip())
    if found is None:
        raise HTTPException(404, "No article of that address is kept: paste the address of one that was read here.")
    tending.add_seed(house.settings, name, found)
    return changed(house, name, "seed")


@router.post("/topics/{name}/seeds/drop")
def drop_seed(house: Here, name: str, fields: OwnForm) -> Response:
    """Let the topic go without a seed; its file stays."""
    topic_of(house, name)
    tending.drop_seed(house.settings, name, str(fields.get("seed", "")))
    return changed(house, name, "seed")


def changed(house: House, name: str, done: str) -> Response:
    """Lets a topic that was changed be judged anew, and leads to its page, which says so."""
    if house.anew is not None:
        house.anew.ask(topic_of(house, name))
    return seen(f"/topics/{name}", done=done)


def _anew(house: House, name: str) -> str:
    return house.anew.state(name) if house.anew else "later"


def _named(session: Session, article_id: int, url: str) -> Article | None:
    if article_id:
        return article_of(session, article_id)
    own = url.partition("/articles/")[2].partition("?")[0].partition("#")[0]
    if own.isascii() and own.isdigit() and len(own) <= 9 and (found := article_of(session, int(own))):
        return found
    return article_by_url(session, url) if url else None


def _facets(drawn: Portrait) -> list[dict[str, object]]:
    return [
        {
            "name": one_line(facet.name, FACET),
            "sentences": [one_line(each, SENTENCE) for each in facet.sentences[:_MOST_SENTENCES]],
            "more": max(0, len(facet.sentences) - _MOST_SENTENCES),
            "terms": [(one_line(each.term, LONGEST_TERM), round(100 * each.share)) for each in facet.terms],
        }
        for facet in drawn.facets
    ]


def _unasked(shows: Teller, entry: Unasked) -> dict[str, str]:
    return {
        "title": one_line(entry.title, HEADLINE) or one_line(entry.url, HEADLINE),
        "url": web_address(entry.url),
        "source": one_line(entry.source, NAME),
        "seen": shows.moment(entry.first_seen),
        "promise": f"{entry.promise:.4f}",
        "reason": one_line(entry.reason, SENTENCE),
    }


def _figures(measured: Measured) -> list[Figure]:
    """Precision and recall, as far as verdicts tell them."""
    wanted = [
        ("Precision", measured.precision, f"of {measured.taken} judged of those that were taken"),
        (
            "Recall",
            measured.recall,
            f"of {measured.relevant} that you called relevant; flattering: you judge what you see",
        ),
    ]
    if measured.drawn:
        told = f"from {measured.drawn.answers} random draws of what was left out"
        wanted.append(("Recall, by draws", measured.drawn.recall, told))
    return [_figure(name, interval, told) for name, interval, told in wanted if interval is not None]


def _figure(name: str, interval: Interval, told: str) -> Figure:
    return Figure(name, round(100 * interval.value), round(100 * interval.low), round(100 * interval.high), told)


def _daily(stories: float) -> str:
    """How many a day, in as many digits as one can believe."""
    return f"{stories:.0f}" if stories >= 10 else f"{stories:.1f}"
