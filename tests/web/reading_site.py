"""The reading page on a real server on loopback, over a database of invented stories, asked as a browser would."""

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from lxml import html
from reading_material import SECRET, Filled, fill, settings_for

from monitor.config.settings import WebSettings
from monitor.links import Ballot, ballot_token
from monitor.models import audience
from monitor.store import Database
from monitor.web.app import create
from monitor.web.serve import bound

AUDIENCE = audience("morning", "analyst", "reader@example.org")


class Clock:
    """A clock that goes on only when it is told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Site:
    """A reading page that is being served, and what it is made of."""

    url: str
    app: FastAPI
    database: Database
    filled: Filled
    clock: Clock
    path: Path | None = None

    def browser(self, **headers: str) -> httpx.Client:
        """A client with cookies of its own, that follows no redirect."""
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=20)

    def token(self, article: int = 0, lifetime: timedelta = timedelta(days=1), topic: str = "harbours") -> str:
        """The token of a link in a digest."""
        return ballot_token(SECRET, Ballot(self.filled.articles[article], topic, AUDIENCE), self.clock() + lifetime)

    def rows(self) -> dict[str, tuple[int, str]]:
        """Every table of the database file: how many rows it has, and a hash of all of them."""
        assert self.path is not None
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
            )
            found = {}
            for (name,) in names.fetchall():
                rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall()))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
        connection.close()
        return found


def send(browser: httpx.Client, page: httpx.Response, action: str, **fields: str) -> httpx.Response:
    """Fill in and send the first form of a page whose action begins with `action`, and whose hidden fields fit.

    What `fields` say is typed, or pressed: a form need not have them yet.
    """
    for form in html.fromstring(page.text).forms:
        hidden = {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
        fits = all(hidden.get(name, value) == value for name, value in fields.items())
        if form.method == "POST" and form.get("action", "").startswith(action) and fits:
            return browser.post(form.get("action", ""), data={**dict(form.form_values()), **fields})
    raise AssertionError(f"no form {action} with {fields}")


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a page that is served until the block ends."""
    listening = bound(WebSettings(port=0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


Sites = Callable[..., Site]


@contextmanager
def making_sites(template: Path, root: Path, now: datetime) -> Iterator[Sites]:
    with ExitStack() as stack:

        def make(web: WebSettings | None = None, **changes: Any) -> Site:
            folder = root / f"site-{len(list(root.glob('site-*')))}"
            folder.mkdir()
            path = folder / "monitor.db"
            shutil.copyfile(template, path)
            database = Database.open(f"sqlite:///{path}", root=folder)
            stack.callback(database.close)
            return serve_over(stack, database, settings_for(folder, web, **changes), now, path)

        yield make


def serve_over(stack: ExitStack, database: Database, settings: Any, now: datetime, path: Path | None = None) -> Site:
    """Fill a database and serve it until the stack is left."""
    clock = Clock(now)
    filled = fill(database, now)
    app = create(settings, database, clock)
    return Site(stack.enter_context(serving(app)), app, database, filled, clock, path)
