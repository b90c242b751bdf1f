"""Which machines may be asked: a host name in, the addresses to connect to out, or a refusal.

A name is resolved once, off the event loop; every address it has must be public or expressly allowed; the connection
goes to one of these very addresses. So a name that changes its answer between check and use (DNS rebinding) changes
nothing, and no spelling of an address (decimal, octal, mapped, translated) matters: what counts is where the
connection would go. Nothing is connected before the check.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import httpcore

from monitor.errors import Cause, FetchError, Refused
from monitor.fetch.streams import Backend, connect

IpAddress = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host name and port to the addresses of the name, best first; raises OSError where there are none."""

_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that IANA has given out for public use; whatever stands outside reaches nothing public."""

_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = (
    # IANA's special-purpose registries, where the standard library of some Python counts them as global
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT, RFC 6598; also Alibaba's metadata service
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890; also Oracle's metadata service
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn by RFC 7526
    IPv6Network("2001::/23"),  # protocol assignments, RFC 2928; Teredo among them
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
    # public by its number, but answered inside Azure's machines alone: its platform and metadata service
    IPv4Network("168.63.129.16/32"),
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_RESOLVING_THREADS = 16
"""Names resolved at once. The default pool of a two-core machine has six threads: six dead name servers stop it."""


def is_public(address: IpAddress) -> bool:
    """Whether an address is one that anybody on the internet may ask.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is judged by what it carries. From IANA's
    special-purpose registries by `ipaddress.is_global`, and what that leaves out (multicast, say, counts as global).
    """
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address not in _UNICAST or address.scope_id:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in block for block in _NOT_PUBLIC if block.version == address.version)
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class Guard:
    """Resolves names and refuses those that lead inside, save to the blocks of `allow_addresses`."""

    def __init__(self, allow_addresses: Iterable[str], resolver: Resolver) -> None:
        self._allowed = tuple(ipaddress.ip_network(block) for block in allow_addresses)
        self._resolver = resolver

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, best first, each fit to be asked.

        Raises Refused where one of them is not: an honest name has no private address beside its public one. Raises
        FetchError where the name has no address. Both name `host` for an address; the client knows the whole one.
        """
        literal = _literal(host)
        if literal is not None:
            self._check(literal, host)
            return (str(literal),)
        try:
            found = dict.fromkeys(await self._resolver(host, port))
            resolved = tuple(ipaddress.ip_address(address) for address in found)
        except (OSError, ValueError) as error:  # ValueError: a name that cannot be encoded (a label of 64 letters)
            raise FetchError(host, f"the name {host} does not resolve", Cause.UNREACHABLE) from error
        if not resolved:
            raise FetchError(host, f"the name {host} has no address", Cause.UNREACHABLE)
        for address in resolved:
            self._check(address, f"{host} leads to {address}, which")
        return tuple(str(address) for address in resolved)

    def _check(self, address: IpAddress, subject: str) -> None:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        if not is_public(address) and not any((mapped or address) in block for block in self._allowed):
            add = f'add "{mapped or address}" to fetch.allow_addresses in config/monitor.toml'
            raise Refused(subject, f"{subject} is not a public address; where it is yours to ask, {add}")


def _literal(host: str) -> IpAddress | None:
    """The address that a host is, in any of the spellings that `getaddrinfo` takes (`127.1`, `0x7f.1`, 2130706433)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


class SystemResolver:
    """The machine's own resolver, in threads of its own, so that a slow name server holds up nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING_THREADS, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a name in the order of RFC 6724; raises OSError where it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _ask_system, host, port)
        return [str(entry[4][0]) for entry in found]

    def close(self) -> None:
        """Start nothing more; a lookup under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _ask_system(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str | int, ...]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]


class GuardedBackend(Backend):
    """Opens connections to addresses that the guard gave, and to no other.

    The host name stays what TLS asks for (SNI) and what the Host header names; only the connection goes by address.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - see Backend
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - see Backend
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of `host` that answers; each gets an equal share of the time."""
        addresses = await self._guard.addresses(host, port)
        share = None if timeout is None else timeout / len(addresses)
        failure: Exception | None = None
        for address in addresses:
            try:
                return await connect(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address", Cause.UNREACHABLE)
