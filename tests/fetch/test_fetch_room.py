import asyncio
from datetime import timedelta

import pytest
from fetching import client
from servers import Site, endless, says

from monitor.errors import FetchError
from monitor.fetch.room import LARGE, TOGETHER

GREAT = b"<p>news</p>" * (LARGE // 8)
ONE_PLACE = {"max_page": TOGETHER, "timeout": timedelta(seconds=2)}


async def test_a_large_page_waits_until_the_one_held_was_used_and_a_small_one_does_not() -> None:
    async with Site("127.1.0.1") as site, client(**ONE_PLACE, per_host=4) as fetch:
        site.routes |= {"/first": says(GREAT), "/second": says(GREAT), "/small": says(b"<p>news</p>")}
        async with fetch.holding(site.url("/first")) as page:
            assert page.content == GREAT
            second = asyncio.ensure_future(fetch.get(site.url("/second")))
            while not site.asked("/second"):
                await asyncio.sleep(0)
            assert (await fetch.get(site.url("/small"))).content == b"<p>news</p>"
            await asyncio.wait([second], timeout=3)  # longer than the time limit, which the waiting does not count for
            assert not second.done()
        assert (await second).content == GREAT


async def test_a_page_that_fails_or_is_given_up_leaves_its_place() -> None:
    async with Site("127.1.0.1") as site, client(**{**ONE_PLACE, "max_page": TOGETHER // 2 + 1}) as fetch:
        site.routes |= {"/endless": endless(), "/great": says(GREAT)}
        with pytest.raises(FetchError):
            await fetch.get(site.url("/endless"))
        given_up = asyncio.ensure_future(fetch.get(site.url("/endless")))
        await asyncio.wait([given_up], timeout=0.2)
        given_up.cancel()
        assert (await fetch.get(site.url("/great"))).content == GREAT


async def test_what_a_holder_does_wrong_leaves_the_place_too() -> None:
    async with Site("127.1.0.1") as site, client(**ONE_PLACE) as fetch:
        site.routes["/great"] = says(GREAT)
        with pytest.raises(ZeroDivisionError):
            async with fetch.holding(site.url("/great")):
                raise ZeroDivisionError
        assert (await fetch.get(site.url("/great"))).content == GREAT
