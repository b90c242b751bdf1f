"""What pages say otherwise after they were told of, from a collect to the next digest, over a site on loopback."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pipeline_house import CRANES, DESK, House, item, mail_channel, page, rss
from servers import Route, Site, says

from monitor.models import DigestItem
from monitor.pipeline.collect import Request, collect
from monitor.pipeline.tally import Tally
from monitor.pipeline.telling.composing import compose_and_keep
from monitor.store.outbox import Kept

BEFORE = CRANES[0]
AFTER = BEFORE.replace("forty", "fourteen")
CORRECTED = [AFTER, *CRANES[1:]]
NEW = "A court in the capital stopped the purchase of the cranes on Tuesday until the tender has been examined."


def compose(house: House, slot: str, name: str = "morning") -> Kept:
    with house.database() as database:
        settings = house.settings
        return compose_and_keep(settings, database, settings.digest(name), slot, house.clock)


async def collected(house: House, **more: Any) -> Tally:
    async with house.context() as context:
        return await collect(context, Request(everything=True, **more))


def words(kept: Kept) -> str:
    """The first delivery's plain text, on one line."""
    return " ".join(kept.deliveries[0].text.split())


@pytest.fixture
async def site():
    async with Site("127.1.0.1") as running:
        running.routes |= {
            "/cranes": says(page("Forty cranes without drivers", CRANES), etag='"1"'),
            "/feed": says(rss(item(running.url("/cranes"))), etag='"f"', content_type="application/xml"),
        }
        yield running


@pytest.fixture
async def told(house: House, site: Site) -> House:
    """A house that told two readers of a page, and is a minute short of asking it again."""
    house.monitor(DESK, mail_channel(9, "a@reader.example", "b@reader.example"))
    house.digest(channels=["analyst"])
    house.sources(wire=site.url("/feed"))
    await collected(house)
    house.clock.move(hours=1)
    first = compose(house, "first")
    assert first.items[0].summary[0]["sentence"] == BEFORE
    house.clock.move(hours=4, minutes=59)
    assert (await collected(house)).rechecked == 0
    return house


Later = Callable[[Route], Awaitable[Kept]]


@pytest.fixture
def later(told: House, site: Site) -> Later:
    """The page gives another answer from now on; what the next digest after a collect tells."""

    async def next_digest(route: Route) -> Kept:
        site.routes["/cranes"] = route
        told.clock.move(minutes=1)
        await collected(told)
        told.clock.move(hours=1)
        return compose(told, f"{told.clock()}")

    return next_digest


async def test_a_corrected_page_is_told_once_with_both_wordings(told: House, later: Later, site: Site) -> None:
    kept = await later(says(page("Fourteen cranes without drivers", CORRECTED), etag='"2"'))
    (update,) = kept.items
    assert (update.section, update.revision, update.headline) == ("updates", 2, "Fourteen cranes without drivers")
    assert update.changes == [
        {
            "kind": "corrected",
            "before": BEFORE,
            "after": AFTER,
            "source": "127.1.0.1",
            "url": site.url("/cranes"),
        }
    ]
    assert update.summary == []
    assert [delivery.recipient for delivery in kept.deliveries] == ["a@reader.example", "b@reader.example"]
    assert f"Corrected by 127.1.0.1: “{AFTER}” Before: “{BEFORE}”" in words(kept)
    html, blocks = kept.deliveries[0].html, str(kept.deliveries[0].blocks)
    assert AFTER in html
    assert BEFORE in html
    assert AFTER in blocks
    assert BEFORE in blocks
    assert "1 update from 1 article" in kept.digest.first_line
    assert (await later(site.routes["/cranes"])).deliveries == ()
    told.clock.move(hours=48)
    assert (await later(site.routes["/cranes"])).deliveries == ()
    assert len(site.asked("/cranes")) == 3
    assert len(told.rows(DigestItem)) == 2


async def test_an_agency_text_printed_anew_with_a_toll_is_an_update_and_its_reprints_are_none(
    told: House, site: Site
) -> None:
    toll = "At least 45 drivers were hurt when two of the cranes fell in a storm, officials said."
    told_of = []
    for path, title in (("/toll", "45 hurt as driverless cranes fall"), ("/again", "Cranes fall: 45 are hurt")):
        listed = rss(item(site.url(path), published=told.clock()))
        site.routes |= {path: says(page(title, [toll, *CRANES])), "/feed": says(listed)}
        told.clock.move(hours=1)
        await collected(told)
        told.clock.move(minutes=1)
        kept = compose(told, path)
        told_of.append([(item.section, item.headline, item.summary[0]["sentence"]) for item in kept.items])
    assert told_of == [[("updates", "45 hurt as driverless cranes fall", toll)], []]
    assert told.rows(DigestItem)[-1].told_as == "Forty cranes without drivers"


async def test_a_sentence_that_came_in_is_told_and_nothing_of_what_was_known(later: Later) -> None:
    kept = await later(says(page("Forty cranes without drivers", [*CRANES, NEW])))
    (update,) = kept.items
    assert [quote["sentence"] for quote in update.summary] == [NEW]
    assert update.changes == []
    assert BEFORE not in words(kept)


async def test_a_sentence_that_was_quoted_and_is_gone_was_withdrawn(later: Later) -> None:
    kept = await later(says(page("Cranes without drivers", CRANES[1:])))
    (update,) = kept.items
    assert [(each["kind"], each["before"], each["after"]) for each in update.changes] == [("withdrawn", BEFORE, "")]
    assert f"Withdrawn by 127.1.0.1: “{BEFORE}”" in words(kept)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_was_withdrawn_by_its_publisher(told: House, later: Later, status: int) -> None:
    kept = await later(says(b"gone", status=status))
    if status == 404:
        assert kept.deliveries == (), "it may be back in an hour"
        told.clock.move(hours=5)
        kept = await later(says(b"gone", status=status))
    (update,) = kept.items
    assert update.section == "updates"
    assert "The page was withdrawn by its publisher, 127.1.0.1: “Forty cranes without drivers”" in words(kept)
    assert (await later(says(b"gone", status=status))).deliveries == ()


@pytest.mark.parametrize(
    "route",
    [
        says(page("Forty cranes without drivers", CRANES), etag='"1"'),
        says(page("Forty cranes, no driver", [*CRANES, "Updated: Tuesday 24 November 2026, 14:05 GMT"])),
        says(page("Forty cranes without drivers", [BEFORE.replace("director", "direktor"), *CRANES[1:]])),
        says(page("Forty cranes without drivers", ["Subscribe to read this article."])),
        says(b"oh no", status=500),
    ],
    ids=["not-modified", "date", "spelling", "teaser", "error"],
)
async def test_what_says_nothing_else_is_no_update(later: Later, route: Route) -> None:
    assert (await later(route)).deliveries == ()


async def test_who_was_told_nothing_is_told_the_corrected_text_as_news(told: House, later: Later) -> None:
    told.monitor(DESK, mail_channel(9, "a@reader.example", "new@reader.example"))
    kept = await later(says(page("Fourteen cranes", CORRECTED)))
    assert sorted(item.section for item in kept.items) == ["top", "updates"]
    old, new = kept.deliveries
    assert (old.recipient, new.recipient) == ("a@reader.example", "new@reader.example")
    assert "Corrected by" in old.text
    assert "Corrected by" not in new.text
    assert "forty driverless" not in " ".join(new.text.split())


async def test_who_was_told_nothing_is_not_told_of_a_page_that_is_gone(told: House, later: Later) -> None:
    told.monitor(DESK, mail_channel(9, "new@reader.example"))
    assert (await later(says(b"gone", status=410))).deliveries == ()


async def test_a_correction_is_told_though_the_text_is_not_relevant_any_more(told: House, later: Later) -> None:
    told.topic(must=["forty"])  # a guard that the corrected text does not pass
    kept = await later(says(page("Cranes without drivers", CORRECTED)))
    assert [each["after"] for each in kept.items[0].changes] == [AFTER]
    assert (await later(says(page("Cranes without drivers", CORRECTED)))).deliveries == ()


async def test_a_second_correction_is_set_beside_the_first(told: House, later: Later) -> None:
    await later(says(page("Fourteen cranes", CORRECTED)))
    told.clock.move(hours=42)
    third = BEFORE.replace("forty", "four")
    kept = await later(says(page("Four cranes", [third, *CRANES[1:]])))
    assert [(each["before"], each["after"]) for each in kept.items[0].changes] == [(AFTER, third)]


async def test_what_changed_before_it_was_told_is_no_correction(house: House, site: Site) -> None:
    house.monitor(DESK)
    house.digest()
    house.sources(wire=site.url("/feed"))
    await collected(house)
    house.clock.move(hours=6)
    site.routes["/cranes"] = says(page("Fourteen cranes", CORRECTED))
    assert (await collected(house)).changed == 1
    house.clock.move(hours=1)
    (first,) = compose(house, "first").items
    assert (first.section, first.changes) == ("top", [])
    assert first.summary[0]["sentence"] == AFTER
    await collected(house)
    assert compose(house, "second").deliveries == ()


async def test_a_collect_tells_what_became_of_the_pages_asked_again(told: House, site: Site) -> None:
    site.routes["/cranes"] = says(page("Fourteen cranes", CORRECTED))
    told.clock.move(minutes=1)
    tally = await collected(told)
    assert tally.to_json()["rechecks"] == {"asked": 1, "changed": 1, "withdrawn": 0, "failed": 0}
    assert (tally.fetched, tally.stored) == (0, 0)
    assert list(tally.relevant.values()) == [1]  # judged again in the same run
    assert set(tally.seconds) == {"poll", "triage", "recheck", "group", "assess"}


async def test_pages_asked_again_leave_room_to_new_ones(told: House, site: Site) -> None:
    pages = {f"/new-{number}": says(page(f"New {number}", [*CRANES[:2], NEW])) for number in range(2)}
    site.routes |= pages
    feed = rss(item(site.url("/cranes")), *(item(site.url(path)) for path in pages))
    site.routes["/feed"] = says(feed, content_type="application/xml")
    told.clock.move(minutes=1)
    tally = await collected(told, limit=2)
    assert (tally.fetched, tally.rechecked) == (2, 0)
    assert (await collected(told, limit=2)).rechecked == 1
