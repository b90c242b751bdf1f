"""Search over everything kept: words and phrases, and by topic, source, language and date."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from monitor.digest.cleaning import language_tag
from monitor.store.matching import Filters
from monitor.store.query import query_of
from monitor.store.search import Hit, search
from monitor.store.words import marks_in
from monitor.web.house import Here, House
from monitor.web.pages import page, teller
from monitor.web.shown import Part, ShownArticle, Teller, parts_of

router = APIRouter()

MOST_HITS = 50
LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Found:
    """An article that answers, with what was looked for marked in its title and in the place where it answers."""

    article: ShownArticle
    title: list[Part]
    snippet: list[Part]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks, cleaned: names that there are, days that there are, "" for the rest."""

    words: str = ""
    topic: str = ""
    relevant: bool = False
    source: str = ""
    language: str = ""
    since: str = ""
    until: str = ""

    def filters(self, zone: str) -> Filters:
        """The same for the store; days are whole days in the reader's time zone, the last one included."""
        return Filters(
            source=self.source,
            language=self.language,
            since=_midnight(self.since, zone, timedelta(0)),
            until=_midnight(self.until, zone, timedelta(days=1)),
            topic=self.topic,
            relevant=self.relevant,
        )

    @property
    def query(self) -> dict[str, str]:
        """The same as the fields of a form, "" where one asks nothing."""
        return {
            "q": self.words,
            "topic": self.topic,
            "relevant": "yes" if self.relevant else "",
            "source": self.source,
            "language": self.language,
            "since": self.since,
            "until": self.until,
        }

    @property
    def narrowed(self) -> bool:
        """Whether anything but words is asked."""
        return bool(self.topic or self.relevant or self.source or self.language or self.since or self.until)


@router.get("/search")
def find(request: Request, house: Here) -> Response:
    """The search form, and what answers it."""
    asked = asked_of(house, request.query_params)
    shows = teller(house)
    with house.database.reading() as session:
        hits = search(session, asked.words, filters=asked.filters(house.zone), limit=MOST_HITS)
    return page(
        request,
        house,
        "search",
        asked=asked,
        found=[_found(shows, hit, query_of(asked.words).terms) for hit in hits],
        most=MOST_HITS,
        sources=sorted(each.name for each in house.settings.sources),
        languages=_languages(house),
    )


def asked_of(house: House, query: QueryParams | FormData) -> Asked:
    """What the fields of a form say, read leniently: what means nothing asks nothing."""

    def given(name: str) -> str:
        return str(query.get(name, ""))

    return Asked(
        words=given("q")[:LONGEST_QUERY].strip(),
        topic=_one_of(given("topic"), [each.name for each in house.settings.topics]),
        relevant=given("relevant") == "yes",
        source=_one_of(given("source"), [each.name for each in house.settings.sources]),
        language=language_tag(given("language")).lower(),
        since=_day(given("since")),
        until=_day(given("until")),
    )


def _found(shows: Teller, hit: Hit, wanted: list[str]) -> Found:
    article = shows.article(hit.article)
    title = parts_of(article.title, marks_in(article.title, wanted))
    return Found(article, title, parts_of(hit.snippet.text, hit.snippet.marks))


def _languages(house: House) -> list[str]:
    return sorted({tag for each in house.settings.sources if (tag := language_tag(each.language))})


def _one_of(given: str, names: list[str]) -> str:
    return given if given in names else ""


def _day(given: str) -> str:
    """A day as the form writes it (ISO 8601), "" for what is none or cannot be reckoned with."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return ""
    return day.isoformat() if 1900 <= day.year <= 2200 else ""


def _midnight(day: str, zone: str, later: timedelta) -> datetime | None:
    if not day:
        return None
    first = date.fromisoformat(day) + later
    return datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
