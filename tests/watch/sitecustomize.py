"""Loaded by every Python process of a test run whose PYTHONPATH holds this folder: writes down each connection, and
each name looked up, that leads beyond loopback. Watching needs no say in the program that is watched.
"""

import ipaddress
import os
import sys

_LOG = os.environ.get("CONNECTIONS_LOG", "")
_HERE = {"localhost", "", None, os.uname().nodename}


def _address(host: object) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    """The address that a text is, None for a name."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_here(host: object) -> bool:
    address = _address(host)
    return host in _HERE or (address is not None and (address.is_loopback or address.is_unspecified))


def beyond(event: str, arguments: tuple[object, ...]) -> str:
    """What an audit event of the interpreter connects to, or looks up, beyond loopback; "" where it does neither.

    To look up what is an address asks nobody; to connect to it does.
    """
    host: object = ""
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):  # else a local socket's path
        host = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr") and not _address(arguments[0]):
        host = arguments[0]
    return "" if _is_here(host) else f"{event} {host!r}"


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if what := beyond(event, arguments):
        with open(_LOG, "a", encoding="utf-8") as log:  # noqa: PTH123 - loaded before everything else: only builtins
            log.write(f"{what} {' '.join(sys.argv)}\n")


if _LOG:
    sys.addaudithook(_note)
