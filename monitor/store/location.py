"""Where the database is: an address from the settings in, a `Location` out. Opens nothing, shows no password."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreError

FORMS = "sqlite:///var/monitor.db or postgresql+psycopg://user@host/name"


@dataclass(frozen=True, slots=True)
class Location:
    """An address of a database; `path` is the file of SQLite, None for PostgreSQL."""

    url: URL
    path: Path | None

    def __str__(self) -> str:
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    def hide(self, text: str) -> str:
        """`text` on one line, without the password should it hold it."""
        if self.url.password:
            text = text.replace(str(self.url.password), "***")
        return re.sub(r"\s+", " ", text).strip()


def locate(address: str, root: Path) -> Location:
    """The location that `address` names; the path of SQLite is relative to `root`.

    Raises StoreError for an address of another form. It never repeats the address, which may hold a password.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        message = f"[store] url is no address of a database: write {FORMS}"
        raise StoreError(message) from None  # the cause quotes the address
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            message = f"[store] url names no file: write {FORMS}"
            raise StoreError(message)
        path = root / url.database
        return Location(URL.create("sqlite", database=str(path)), path)
    if backend in {"postgresql", "postgres"}:
        return Location(url.set(drivername="postgresql+psycopg"), None)
    message = f"[store] url names {backend}, which is not kept in: write {FORMS}"
    raise StoreError(message)
