"""What the fetching tests share: a client that may ask loopback, a clock that they move, and names of their own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from monitor.fetch.client import Client
from monitor.fetch.settings import FetchSettings
from monitor.models import HostState

TLS = httpx.create_ssl_context(trust_env=False)  # made once, for making it takes 20 ms


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def later(self, **units: float) -> datetime:
        """The moment so much later."""
        return self.time + timedelta(**units)

    def move(self, **units: float) -> None:
        """Let time pass."""
        self.time = self.later(**units)


def settings(**changes: Any) -> FetchSettings:
    """Quick settings for loopback sites, 127.1.0.0/16; what lies beside them stays forbidden."""
    quick: dict[str, Any] = {
        "user_agent": "test-monitor (+http://about.example/)",
        "pause_per_host": timedelta(0),
        "timeout": timedelta(seconds=2),
        "allow_addresses": ("127.1.0.0/16",),
    }
    return FetchSettings(**(quick | changes))


def client(
    clock: Clock | None = None,
    hosts: Sequence[HostState] = (),
    names: Mapping[str, str] | None = None,
    **changes: Any,
) -> Client:
    """A client with those settings; `names` maps host names to the addresses that they have."""

    async def resolve(host: str, port: int) -> list[str]:
        if names is None or host not in names:
            raise OSError
        return [names[host]]

    by_origin = {host.origin: host for host in hosts}
    return Client(settings(**changes), by_origin, clock or Clock(), resolver=resolve, tls=TLS)
