"""What a file of the configuration must not hold: secrets, which come from the environment alone.

A file may be committed, sent and shown: nothing in it has to be hidden.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitor.config.values import TomlFile

_SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({"web": ("password", "token")})
_CHANNEL = ("password", "webhook_url", "bot_token", "signing_secret")
# Addresses that may stand in the file as long as they hold no password.
_ADDRESSES: Mapping[str, tuple[str, ...]] = MappingProxyType({"store": ("url",), "fetch": ("proxy",)})


def refuse_secrets(table: Mapping[str, Any], file: TomlFile) -> None:
    """Nothing where the file holds no secret; else ConfigurationError naming the key and its variable, not the value.

    Tables of the wrong shape are left to whoever reads them.
    """
    for section, key in _written(table):
        variable = "MONITOR_" + "__".join((*section.split("."), key)).upper()
        raise file.fault(section, key, f"a secret must not stand in a file: take it out, and set {variable} instead")


def _written(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Section and key of each secret in the file."""
    for section, keys in _SECTIONS.items():
        yield from ((section, key) for key in keys if _section(table, section).get(key))
    for section, keys in _ADDRESSES.items():
        yield from ((section, key) for key in keys if _has_password(_section(table, section).get(key)))
    channels = _section(table, "channels")
    for name in channels:
        channel = _section(channels, name)
        # What apprise sends to holds the secret of the service; a bot of Slack's may name another API there.
        keys = (*_CHANNEL, "url") if channel.get("kind") == "apprise" else _CHANNEL
        yield from ((f"channels.{name}", key) for key in keys if channel.get(key))


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}


def _has_password(address: object) -> bool:
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
        return bool(parts and (parts.password or "password" in parse_qs(parts.query)))
    except ValueError:  # no address at all, which is for others to say
        return False
