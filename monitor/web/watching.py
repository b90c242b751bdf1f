"""What is watched, changed on the sources page: a source found at any address, paused, or many read from OPML.

All of it is written into `config/sources.toml` (see decision 15). An address is asked once before it is declared, by
the same guarded client as every other.
"""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from monitor.digest.cleaning import one_line, web_address
from monitor.errors import ConfigurationError
from monitor.pipeline.polling import sourcing
from monitor.pipeline.polling.trial import Trial
from monitor.sources import opml
from monitor.web.forms import OwnForm, OwnUpload
from monitor.web.house import Here
from monitor.web.pages import page, seen, teller
from monitor.web.shown import HEADLINE, NAME, Teller
from monitor.web.sources import sources_page

router = APIRouter()

# Of what a source lists, enough to see what it is about.
PREVIEWED = 8
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry that a source would bring."""

    title: str
    url: str
    published: str


@router.post("/sources/try")
def attempt(request: Request, house: Here, fields: OwnForm) -> Response:
    """What an address would be as a source, with what it lists and a button that declares it; nothing is kept."""
    given = str(fields.get("url", "")).strip()[:LONGEST_ADDRESS]
    try:
        found = sourcing.propose(house.settings, given)
    except ConfigurationError as error:
        return sources_page(request, house, asked=given, refused=str(error), status=400)
    shows = teller(house)
    return page(
        request,
        house,
        "source_found",
        asked=sourcing.whole_address(given),
        name=found.source.name,
        feed=found.source.url,
        kind=found.kind,
        title=one_line(found.title, NAME),
        entries=_previewed(shows, found),
        more=max(0, len(found.entries) - PREVIEWED),
    )


@router.post("/sources/add")
def add(house: Here, fields: OwnForm) -> Response:
    """Declare a source that was looked at."""
    name = str(fields.get("name", "")).strip()
    sourcing.declare(house.settings, str(fields.get("url", "")).strip(), name)
    return seen("/sources", added=name)


@router.post("/sources/pause")
def pause(house: Here, fields: OwnForm) -> Response:
    """Do not ask a source any more; with `paused` "no" ask it again."""
    name = str(fields.get("name", ""))
    if name not in {each.name for each in house.settings.sources}:
        raise HTTPException(404, "There is no such source.")
    sourcing.pause(house.settings, name, paused=str(fields.get("paused", "")) != "no")
    return seen(f"/sources#source-{name}")


@router.get("/sources/opml")
def export(house: Here) -> Response:
    """Every declared source as a file that other readers import."""
    return Response(
        opml.write(house.settings.sources, "News monitor"),
        media_type="text/x-opml",
        headers={"Content-Disposition": 'attachment; filename="sources.opml"'},
    )


@router.post("/sources/opml")
def take(house: Here, fields: OwnUpload) -> Response:
    """Declare the feeds of an OPML file that are not declared yet."""
    given = fields.get("file")
    if not isinstance(given, UploadFile) or not given.size:
        raise HTTPException(400, "Choose an OPML file first.")
    before = len(house.settings.sources)
    sourcing.take_opml(house.settings, given.file.read(), one_line(given.filename or "the file", NAME))
    return seen("/sources", taken=len(house.settings.sources) - before)


def _previewed(shows: Teller, found: Trial) -> list[Listed]:
    return [
        Listed(
            one_line(each.title, HEADLINE) or one_line(each.url, HEADLINE),
            web_address(each.url),
            shows.moment(each.published),
        )
        for each in found.entries[:PREVIEWED]
    ]
