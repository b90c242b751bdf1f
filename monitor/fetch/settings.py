"""How to fetch: the settings of `[fetch]`, as the client takes them. Reading them opens nothing."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

LEAST_SIZE = 10_000
"""Bytes below which hardly a page or a feed is: whoever writes "5" means megabytes, and every source would fail."""

_TOO_SMALL = 'must be at least "10KB"; without a unit it is bytes: write "5MB"'
_LEAST = (
    ("connections", 1, "must be at least 1"),
    ("per_host", 1, "must be at least 1"),
    ("max_feed", LEAST_SIZE, _TOO_SMALL),
    ("max_page", LEAST_SIZE, _TOO_SMALL),
)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How politely, how long and how much; sizes are bytes after decoding.

    `connections` bounds the requests in flight to all hosts together, `per_host` those to one host, `pause_per_host`
    lies between the starts of two requests to one host, `timeout` from connecting to the last byte. A host is a host
    name, whatever scheme or port: sources that share a machine share its limit. `proxy` is http:// or https://, "" for
    none; proxies named in the environment are never used. `allow_addresses` are private blocks that may be asked all
    the same.
    """

    user_agent: str = "news-monitor (+https://example.org/about)"
    connections: int = 64
    per_host: int = 2
    pause_per_host: timedelta = timedelta(seconds=1)
    timeout: timedelta = timedelta(seconds=20)
    max_feed: int = 5_000_000
    max_page: int = 10_000_000
    respect_robots: bool = True
    proxy: str = field(default="", repr=False)
    allow_addresses: tuple[str, ...] = ()

    def faults(self) -> Iterator[tuple[str, str]]:
        """What cannot be worked with: the key, and what is wrong with the remedy; nothing where all is well."""
        for key, least, problem in _LEAST:
            if getattr(self, key) < least:
                yield key, problem
        if self.timeout <= timedelta(0):
            yield "timeout", 'must be longer than nothing, as "20s"'
        if self.pause_per_host < timedelta(0):
            yield "pause_per_host", 'must not be negative; "0s" is none'
        if not (self.user_agent.strip() and self.user_agent.isascii() and self.user_agent.isprintable()):
            yield "user_agent", "must say in plain ASCII who asks, with an address where you can be reached"
        yield from self._proxy_faults()
        for block in self.allow_addresses:
            try:
                ipaddress.ip_network(block)
            except ValueError as error:
                yield "allow_addresses", f'{error}; write a block of addresses as "127.1.0.0/16"'

    def _proxy_faults(self) -> Iterator[tuple[str, str]]:
        if not self.proxy:
            return
        try:
            parts = urlsplit(self.proxy)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:  # the value itself may hold a password, so it is not repeated
            yield "proxy", 'must be an http or https address, as "http://proxy.example:3128", or "" for none'
