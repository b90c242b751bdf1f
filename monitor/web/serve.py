"""Serves the reading page until interrupted."""

import socket
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial

import uvicorn

from monitor.config import Settings
from monitor.config.settings import WebSettings
from monitor.errors import ConfigurationError
from monitor.pipeline.judging.anew import Anew
from monitor.store import Database
from monitor.web.app import create
from monitor.web.house import LOOPBACK

# Requests that are under way at the end are given so long.
LAST_SECONDS = 5


def serve(settings: Settings) -> None:
    """Run until Ctrl-C or SIGTERM. Raises ConfigurationError where the address is taken or may not be used.

    Raises StoreError where the database cannot be opened.
    """
    _refuse_open_door(settings.web)
    with closing(Database.open(settings.store.url, root=settings.root)) as database:
        app = create(settings, database, partial(datetime.now, UTC), Anew(settings.root))
        # Requests are not logged: their addresses carry the tokens of links. Nobody's word is taken for who asks, for
        # forwarded addresses decide who has to wait after a wrong password.
        configuration = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        with closing(bound(settings.web)) as listening, suppress(KeyboardInterrupt):
            sys.stderr.write(f"the reading page is at {address(listening)}; Ctrl-C ends it\n")
            uvicorn.Server(configuration).run(sockets=[listening])


def bound(web: WebSettings) -> socket.socket:
    """A socket that listens where the settings say; ConfigurationError where it cannot."""
    try:
        if not 0 <= web.port <= 65_535:  # asked first, for the library would leave its socket open
            raise OverflowError("no such port")  # noqa: TRY301 - the same remedy as what the library refuses
        family = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((web.host, web.port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = (
            f"config/monitor.toml: web: cannot listen on {web.host}, port {web.port} ({reason}); end the program that "
            "does, or set web.port to another"
        )
        raise ConfigurationError(message) from error


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound to
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _refuse_open_door(web: WebSettings) -> None:
    """The configuration was checked when it was read; this door is worth a second look."""
    if web.host not in LOOPBACK and not (web.password or web.token):
        message = (
            f'config/monitor.toml: web.host: "{web.host}" can be reached from outside: set MONITOR_WEB__PASSWORD or '
            "MONITOR_WEB__TOKEN, or keep 127.0.0.1"
        )
        raise ConfigurationError(message)
