import ipaddress
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Site

from monitor.errors import FetchError, Refused
from monitor.fetch.guard import Guard, GuardedBackend, Resolver, SystemResolver, is_public

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "198.20.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
INSIDE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.127.127.127",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%eth0",
]


def names(*answers: Sequence[str] | Exception) -> Resolver:
    """A name service that gives these answers one after another, the last one for ever."""
    given_out = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        answer = given_out.pop(0) if len(given_out) > 1 else given_out[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return resolve


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_that_lead_inside(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_carried_by_another_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    for carrier in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ipaddress.ip_address(carrier)) == is_public(address)


@given(st.ip_addresses(v=6))
def test_what_is_public_is_global_unicast_or_carries_an_address(address: ipaddress.IPv6Address) -> None:
    if is_public(address):
        carried = address in ipaddress.ip_network("64:ff9b::/96") or address.ipv4_mapped is not None
        assert carried or address in ipaddress.ip_network("2000::/3")


async def test_a_name_gives_its_addresses_in_order_and_once() -> None:
    guard = Guard((), names(["8.8.8.8", "2606:4700::1111", "8.8.8.8"]))
    assert await guard.addresses("good.example", 443) == ("8.8.8.8", "2606:4700::1111")


async def test_a_refusal_names_the_setting_that_lifts_it_and_what_it_names_does() -> None:
    with pytest.raises(Refused) as raised:
        await Guard((), names([])).addresses("127.1", 80)
    remedy = 'where it is yours to ask, add "127.0.0.1" to fetch.allow_addresses in config/monitor.toml'
    assert raised.value.reason == f"127.1 is not a public address; {remedy}"
    assert await Guard(("127.0.0.1",), names([])).addresses("127.1", 80) == ("127.0.0.1",)


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="is not a public address"):
        await Guard((), names([address])).addresses("good.example", 443)
    with pytest.raises(Refused, match="is not a public address"):
        await Guard((), names(["8.8.8.8", address])).addresses("good.example", 443)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0", "::1"]
)
async def test_an_address_in_any_spelling_is_checked_without_asking_for_a_name(host: str) -> None:
    with pytest.raises(Refused):
        await Guard((), names(AssertionError("asked"))).addresses(host, 80)


async def test_allowed_blocks_are_asked_and_nothing_beside_them() -> None:
    guard = Guard(("127.1.0.0/16", "fd00::/64"), names(["127.1.2.3"]))
    assert await guard.addresses("good.example", 80) == ("127.1.2.3",)
    (mapped,) = await guard.addresses("::ffff:127.1.0.1", 80)
    assert ip_address(mapped) == ip_address("::ffff:127.1.0.1")  # Python 3.13 writes it otherwise than 3.11
    assert await guard.addresses("fd00::7", 80) == ("fd00::7",)
    for host in ("127.2.0.1", "127.0.0.1", "fd00:0:0:1::7", "64:ff9b::127.1.0.1", "::127.1.0.1"):
        with pytest.raises(Refused):
            await guard.addresses(host, 80)


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), OSError("no network"), UnicodeError("label")])
async def test_a_name_without_address_is_no_answer(failure: Exception) -> None:
    with pytest.raises(FetchError, match=r"good\.example does not resolve"):
        await Guard((), names(failure)).addresses("good.example", 80)
    with pytest.raises(FetchError, match="has no address"):
        await Guard((), names([])).addresses("good.example", 80)


async def test_the_machine_itself_is_asked_for_names_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_in: list[str] = []

    def lookup(*_: object, **__: object) -> list[Any]:
        asked_in.append(threading.current_thread().name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.4.4", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    resolver = SystemResolver()
    assert await resolver("good.example", 80) == ["8.8.4.4"]
    resolver.close()
    assert asked_in[0].startswith("resolve")


async def test_localhost_leads_inside() -> None:
    resolver = SystemResolver()
    with pytest.raises(Refused):
        await Guard((), resolver).addresses("localhost", 80)
    resolver.close()


async def test_a_connection_goes_to_the_address_that_was_checked() -> None:
    """A name that changes its answer between check and use is asked once, so there is no between."""
    async with Site("127.1.0.1") as site, Site("127.9.9.9", site.port) as trap:
        guard = Guard(("127.1.0.0/16",), names(["127.1.0.1"], ["127.9.9.9"]))
        stream = await GuardedBackend(guard).connect_tcp("rebinding.example", site.port, 1.0)
        assert stream.get_extra_info("server_addr") == ("127.1.0.1", site.port)
        with pytest.raises(Refused):
            await GuardedBackend(guard).connect_tcp("rebinding.example", site.port, 1.0)
        await stream.aclose()
        assert (site.connections, trap.connections) == (1, 0)


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async with Site("127.1.0.2") as site:
        backend = GuardedBackend(Guard(("127.1.0.0/16",), names(["127.1.0.1", "127.1.0.2"])))
        stream = await backend.connect_tcp("good.example", site.port, 1.0)
        assert stream.get_extra_info("server_addr")[0] == "127.1.0.2"
        await stream.aclose()
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("good.example", site.port, 1.0)
