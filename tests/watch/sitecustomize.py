"""Loaded by every Python process of a test run whose PYTHONPATH holds this folder: writes down each connection, and
each name looked up, that leads beyond loopback. Watching needs no say in the program that is watched.
"""

import ipaddress
import os
import sys

_LOG = os.environ.get("CONNECTIONS_LOG", "")
_HERE = {"localhost", "", None, os.uname().nodename}


def _is_here(host: object) -> bool:
    if host in _HERE:
        return True
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def beyond(event: str, arguments: tuple[object, ...]) -> str:
    """What an audit event of the interpreter connects to, or looks up, beyond loopback; "" where it does neither."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""  # what is no tuple is a local socket's path
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return ""
    return "" if _is_here(host) else f"{event} {host!r}"


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if what := beyond(event, arguments):
        with open(_LOG, "a", encoding="utf-8") as log:  # noqa: PTH123 - loaded before everything else: only builtins
            log.write(f"{what} {' '.join(sys.argv)}\n")


if _LOG:
    sys.addaudithook(_note)
