import pytest
from fetching import client
from servers import Site, says

from monitor.errors import FetchError, Refused

PAGE = b"<!doctype html><title>News</title><p>Something happened.</p>"


FORMS = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::]:{port}/",
    "http://[::1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://127.127.127.127:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://good.example@127.0.0.1:{port}/",
    "http://good.example:80@127.0.0.1:{port}/",
    "http://good.example\\@127.0.0.1:{port}/",
    "http://good.example%2f@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@good.example/",
    "http://127.0.0.1:{port}#@good.example/",
    "http://127.0.0.1:{port}?@good.example/",
    "http://inside.example:{port}/",
    "http://metadata.example/",
]


@pytest.mark.parametrize("form", FORMS)
async def test_no_spelling_of_a_private_address_is_asked(form: str, connected: list[str]) -> None:
    names = {"inside.example": "127.0.0.1", "metadata.example": "169.254.169.254"}
    for respect_robots in (True, False):
        async with Site("127.0.0.1") as site, client(names=names, respect_robots=respect_robots) as fetch:
            with pytest.raises(FetchError) as raised:
                await fetch.get(form.format(port=site.port))
            assert isinstance(raised.value, Refused) or "does not resolve" in str(raised.value)
            assert site.connections == 0
    assert connected == []


async def test_the_spy_sees_what_is_asked(connected: list[str]) -> None:
    async with Site("127.1.0.1") as site, client(names={"good.example": "127.1.0.1"}) as fetch:
        site.routes["/"] = says(PAGE)
        await fetch.get(site.url("/", host="good.example"))
    assert connected == ["127.1.0.1"]
