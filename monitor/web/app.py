"""The application: every page behind the two layers that hold for all of them."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI, HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from monitor.config import Settings, load
from monitor.config.current import Current
from monitor.pipeline.judging.anew import Anew
from monitor.pipeline.secret import secret
from monitor.store import Database
from monitor.store.reading_page import answers
from monitor.web import (
    archive,
    entrance,
    feeds,
    finding,
    mailed,
    reading,
    saving,
    slack,
    sources,
    status,
    today,
    topics,
    verdicts,
    watching,
)
from monitor.web.admission import Admission
from monitor.web.api import description
from monitor.web.api import judging as api_judging
from monitor.web.api import reading as api_reading
from monitor.web.faults import answer_faults
from monitor.web.house import Here, House
from monitor.web.indexing import kept_indexed
from monitor.web.pages import STATIC
from monitor.web.protection import Protection
from monitor.web.throttle import Throttle

# Its address changes with its content (`pages`).
_FOR_LONG = {"Cache-Control": "public, max-age=31536000, immutable"}
_PAGES = (
    today,
    topics,
    reading,
    finding,
    saving,
    archive,
    sources,
    watching,
    status,
    verdicts,
    mailed,
    slack,
    entrance,
)
_FACES = (feeds, api_reading, api_judging, description)
PARTS = tuple(part.router for part in (*_PAGES, *_FACES))
_SCRIPT = "text/javascript; charset=utf-8"
# By name: where it stands, and what it is.
_FILES = {
    "page.css": (STATIC / "page.css", "text/css; charset=utf-8"),
    "page.js": (STATIC / "page.js", _SCRIPT),
    "topic.js": (STATIC / "topic.js", _SCRIPT),
    "htmx.min.js": (STATIC / "vendor" / "htmx.min.js", _SCRIPT),
    "icon.svg": (STATIC / "icon.svg", "image/svg+xml"),
}


def create(settings: Settings, database: Database, now: Callable[[], datetime], anew: Anew | None = None) -> FastAPI:
    """The reading page over an open database; `now` is asked anew for every request, and so are the settings' files.

    `anew` judges topics that were changed on the page; without one the next collect does. Makes the secret that signs
    links where there is none yet. Raises ConfigurationError where that cannot be kept.
    """
    current = Current(settings, partial(load, settings.root, os.environ))
    house = House(current, database, now, secret(settings), anew)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with kept_indexed(database):
            yield

    # The framework's own documentation pages would load scripts from elsewhere.
    app = FastAPI(title="News monitor", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.state.throttle = Throttle()
    for part in PARTS:
        app.include_router(part)
    app.add_api_route("/healthz", healthz)
    app.add_api_route("/static/{name}", static)
    answer_faults(app, house)
    # The last one added is the outermost.
    app.add_middleware(Admission, house=house, throttle=app.state.throttle)
    app.add_middleware(Protection, house=house)
    return app


def healthz(house: Here) -> JSONResponse:
    """Whether the page and its database answer; tells nothing else, for anybody may ask."""
    with house.database.reading() as session:
        alive = answers(session)
    return JSONResponse({"status": "ok" if alive else "no answer"}, 200 if alive else 503)


def static(name: str) -> Response:
    """A file of ours; names are compared, never joined to a path that was asked for."""
    if name not in _FILES:
        raise HTTPException(404)
    path, media_type = _FILES[name]
    return FileResponse(path, media_type=media_type, headers=_FOR_LONG)
