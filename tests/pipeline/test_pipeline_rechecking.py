"""Pages asked again over a site on loopback whose pages change, stay, break and go."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from pipeline_house import CRANES, LOAVES, NOW, House, item, page, rss, stumble_over_page
from servers import Route, Site, redirects, resets, says, silent

from monitor.models import BACKFILL, Article, Assessment, Story, Version
from monitor.pipeline import parsing
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.polling.rhythm import after_check, put_off
from monitor.pipeline.reading.fetching import read
from monitor.pipeline.reading.rechecking import MOST, MOST_A_HOST, due, in_bounds, recheck
from monitor.pipeline.tally import Tally
from monitor.store.checks import Due, change_texts
from monitor.store.entries import due_entries

SIX, DAYS = timedelta(hours=6), timedelta(hours=48)
CORRECTED = [CRANES[0].replace("forty", "fourteen"), *CRANES[1:]]
WALL = '<div class="paywall">Subscribe to read on, or log in.</div>'


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        yield running


async def told(house: House, site: Site, relevant: float = 0.9, **routes: Route) -> None:
    """Have these pages been read, each a story of its own, as relevant as that, an hour before their first check."""
    site.routes |= {f"/{name}": route for name, route in routes.items()}
    feed = rss(*(item(site.url(f"/{name}"), f"About {name}") for name in routes))
    site.routes["/feed"] = says(feed, content_type="application/xml")
    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])
        with context.database.reading() as session:
            waiting = due_entries(session, now=house.clock())
        await read(context, [entry.id for entry in waiting])
    for each in house.rows(Article):
        house.place(each.id or 0, None, relevant)
    house.clock.move(hours=5)


async def asked_again(house: House, room: int | None = None, **moved: float) -> Tally:
    """Ask for what is due, an hour later."""
    house.clock.move(**(moved or {"hours": 1}))
    async with house.context() as context:
        return await recheck(context, [each.id for each in due(context, None, room)])


def article_of(house: House, name: str) -> Article:
    return next(each for each in house.rows(Article) if each.canonical_url.endswith(f"/{name}"))


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.rechecked, tally.changed, tally.withdrawn, tally.rechecks_failed


async def test_a_page_that_says_something_else_keeps_both_texts(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Forty cranes", CRANES), etag='"1"'))
    site.routes["/cranes"] = says(page("Fourteen cranes", CORRECTED), etag='"2"', last_modified="Tue")
    assert counts(await asked_again(house)) == (1, 1, 0, 0)
    assert site.asked("/cranes")[1].headers["if-none-match"] == '"1"'
    kept = article_of(house, "cranes")
    assert "fourteen driverless cranes" in kept.text
    assert (kept.title, kept.etag, kept.last_modified) == ("Fourteen cranes", '"2"', "Tue")
    assert (kept.checks, kept.next_check, kept.story_revision) == (1, NOW + DAYS, 2)
    old, new = house.rows(Version)
    assert ("forty" in old.text, old.first_seen, old.story_revision) == (True, NOW, 1)
    assert (new.text, new.first_seen, new.story_revision) == (kept.text, NOW + SIX, 2)
    assert [(story.headline, story.revision) for story in house.rows(Story)] == [("Fourteen cranes", 2)]
    assert [(each.profile_version, each.relevant) for each in house.rows(Assessment)] == [("", True)]


async def test_a_headline_alone_that_says_something_else_is_a_change(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Forty cranes for Eastmere port", CORRECTED), etag='"1"'))
    site.routes["/cranes"] = says(page("Fourteen cranes for Eastmere port", CORRECTED), etag='"2"')
    assert counts(await asked_again(house)) == (1, 1, 0, 0)
    assert [(story.headline, story.revision) for story in house.rows(Story)] == [
        ("Fourteen cranes for Eastmere port", 2)
    ]
    old, new = house.rows(Version)
    assert (old.title, old.story_revision) == ("Forty cranes for Eastmere port", 1)
    assert (new.title, new.story_revision, new.text) == ("Fourteen cranes for Eastmere port", 2, old.text)


async def test_a_headline_that_is_only_written_otherwise_changes_nothing(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Fourteen cranes for Eastmere", CORRECTED), etag='"1"'))
    site.routes["/cranes"] = says(page("Why driverless cranes come to Eastmere", CORRECTED), etag='"2"')
    assert counts(await asked_again(house)) == (1, 0, 0, 0)
    assert (article_of(house, "cranes").title, house.rows(Version)) == ("Fourteen cranes for Eastmere", [])


async def test_it_is_asked_after_6_and_48_hours_and_never_again(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES), etag='"1"'))
    asked = []
    for hour in range(5, 80):
        if (await asked_again(house, minutes=0.001)).rechecked:
            asked.append(hour)
        house.clock.move(hours=1)
    assert asked == [6, 48]
    assert len(site.asked("/cranes")) == 3
    assert (article_of(house, "cranes").checks, article_of(house, "cranes").next_check) == (2, None)
    assert house.rows(Version) == []


@pytest.mark.parametrize(
    "text",
    [
        [*CRANES, "Updated: Tuesday 24 November 2026, 14:05 GMT"],
        [*CRANES[3:], *CRANES[:3]],
        [CRANES[0].replace("director", "direktor"), *CRANES[1:]],
        ["Share", *CRANES, "Read more: cranes"],
    ],
    ids=["stamp", "order", "spelling", "frame"],
)
async def test_a_page_that_says_the_same_in_another_dress_changes_nothing(
    house: House, site: Site, text: Sequence[str]
) -> None:
    head = '<meta property="article:published_time" content="2026-11-24T06:{}:00Z">'
    await told(house, site, cranes=says(page("Cranes", CRANES, head.format("00"))))
    before = article_of(house, "cranes")
    site.routes["/cranes"] = says(page("Cranes", text, head.format("59")), etag='"2"')
    assert counts(await asked_again(house)) == (1, 0, 0, 0)
    after = article_of(house, "cranes")
    assert (after.text, after.published, after.story_revision) == (before.text, before.published, 1)
    assert (after.etag, after.checks) == ('"2"', 1)
    assert house.rows(Version) == []


async def test_a_page_that_says_it_is_gone_is_withdrawn_and_asked_no_more(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes["/cranes"] = says(b"gone", status=410)
    tally = await asked_again(house)
    assert (counts(tally), tally.failures) == ((1, 0, 1, 0), ())
    kept = article_of(house, "cranes")
    assert (kept.withdrawn_at, kept.next_check, kept.story_revision) == (NOW + SIX, None, 2)
    assert CRANES[0] in kept.text
    assert counts(await asked_again(house, days=3)) == (0, 0, 0, 0)


async def test_a_missing_page_is_withdrawn_when_it_is_missing_hours_later_too(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes["/cranes"] = says(b"not found", status=404)
    tally = await asked_again(house)
    assert (counts(tally), tally.failures) == ((1, 0, 0, 0), ())
    kept = article_of(house, "cranes")
    assert (kept.missing_since, kept.next_check) == (NOW + SIX, NOW + 2 * SIX)
    assert (kept.withdrawn_at, kept.story_revision) == (None, 1)
    assert counts(await asked_again(house)) == (0, 0, 0, 0), "an hour proves nothing"
    assert counts(await asked_again(house, hours=5)) == (1, 0, 1, 0)
    kept = article_of(house, "cranes")
    assert (kept.withdrawn_at, kept.next_check, kept.story_revision) == (NOW + 2 * SIX, None, 2)
    assert CRANES[0] in kept.text
    assert counts(await asked_again(house, days=3)) == (0, 0, 0, 0)


async def test_a_page_that_was_missing_for_an_hour_is_as_it_was(house: House, site: Site) -> None:
    there = says(page("Cranes", CRANES))
    await told(house, site, cranes=there)
    site.routes["/cranes"] = says(b"not found", status=404)
    await asked_again(house)
    site.routes["/cranes"] = there
    assert counts(await asked_again(house, hours=6)) == (1, 0, 0, 0)
    kept = article_of(house, "cranes")
    assert (kept.missing_since, kept.withdrawn_at, kept.next_check) == (None, None, NOW + DAYS)


async def test_a_failure_in_between_proves_nothing_of_a_missing_page(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes["/cranes"] = says(b"not found", status=404)
    await asked_again(house, hours=43)
    site.routes["/cranes"] = says(b"oh no", status=500)
    assert counts(await asked_again(house, hours=6)) == (1, 0, 0, 1)
    kept = article_of(house, "cranes")
    assert (kept.missing_since, kept.next_check) == (NOW + DAYS, NOW + DAYS + 2 * SIX)
    site.routes["/cranes"] = says(b"not found", status=404)
    assert counts(await asked_again(house, hours=6)) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        (says(page("Cranes", [*CRANES[:2], WALL])), "a beginning"),
        (says(page("Cranes", ["Forty cranes come in spring."])), "a beginning only"),
        (says(page("Cranes", CRANES[:2])), "less than half"),
        (says(page("Our cookies", LOAVES)), "another text"),
        (says(b"<html><body></body></html>"), "no text"),
        (says(b"oh no", status=500), "500 (Internal Server Error)"),
        (says(b"%PDF-1.7", content_type="application/pdf"), "not html"),
        (redirects("/home"), "another text"),
        (resets(), "/cranes"),
        (says(b"busy", status=429, retry_after="3600"), "429"),
    ],
    ids=["wall", "teaser", "cut", "cookies", "empty", "error", "binary", "moved", "reset", "busy"],
)
async def test_what_gives_less_than_before_never_takes_its_place(
    house: House, site: Site, route: Route, reason: str
) -> None:
    site.routes["/home"] = says(page("Home", LOAVES))
    await told(house, site, cranes=says(page("Cranes", CRANES), etag='"1"'))
    before = article_of(house, "cranes")
    site.routes["/cranes"] = route
    tally = await asked_again(house)
    assert counts(tally) == (1, 0, 0, 1)
    (failure,) = tally.failures
    assert failure.url == site.url("/cranes")
    assert reason in failure.error
    after = article_of(house, "cranes")
    assert (after.text, after.grade, after.etag, after.withdrawn_at) == (before.text, "full", '"1"', None)
    assert (after.checks, after.next_check) == (1, NOW + DAYS)
    assert [story.revision for story in house.rows(Story)] == [1]


async def test_a_teaser_that_became_a_text_is_replaced(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", [CRANES[0]])))
    assert article_of(house, "cranes").grade == "teaser"
    site.routes["/cranes"] = says(page("Cranes", CRANES))
    assert counts(await asked_again(house)) == (1, 1, 0, 0)
    assert (article_of(house, "cranes").grade, CRANES[4] in article_of(house, "cranes").text) == ("full", True)


async def test_a_page_that_moved_with_its_text_is_still_the_article(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes |= {"/cranes": redirects("/fourteen-cranes", 301), "/fourteen-cranes": says(page("C", CORRECTED))}
    assert counts(await asked_again(house)) == (1, 1, 0, 0)
    assert article_of(house, "cranes").canonical_url == site.url("/cranes")


async def test_pages_of_stories_that_nobody_cares_for_are_not_asked(house: House, site: Site) -> None:
    await told(house, site, relevant=0.1, loaves=says(page("Loaves", LOAVES)))
    assert counts(await asked_again(house)) == (0, 0, 0, 0)
    assert article_of(house, "loaves").next_check is None
    assert len(site.asked("/loaves")) == 1


async def test_what_gave_no_page_was_old_or_is_of_an_archive_is_never_asked_again(house: House, site: Site) -> None:
    stand_in = "The port said on Monday that " + "the cranes will come in spring and their drivers will stay, " * 4
    old = '<meta property="article:published_time" content="2025-11-24T06:00:00Z">'
    site.routes["/feed"] = says(
        rss(
            item(site.url("/gone"), "Told by the feed", stand_in),
            item(site.url("/old"), published=NOW - timedelta(days=300)),
        ),
        content_type="application/xml",
    )
    site.routes["/old"] = says(page("Old", LOAVES, old))
    house.monitor('[collect]\nmax_age = "365d"')
    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])
    house.monitor('[collect]\nmax_age = "7d"')
    async with house.context() as context:
        with context.database.reading() as session:
            waiting = due_entries(session, now=house.clock())
        await read(context, [entry.id for entry in waiting])
    house.keep("archived", source=BACKFILL)
    assert {each.next_check for each in house.rows(Article)} == {None}
    assert len(house.rows(Article)) == 3


async def test_one_bad_page_never_stops_the_others(house: House, site: Site, monkeypatch, caplog) -> None:
    await told(house, site, one=says(page("One", CRANES)), bad=says(page("Bad", LOAVES)))
    monkeypatch.setattr(parsing, "read_again", stumble_again)
    site.routes["/one"] = says(page("One", CORRECTED))
    tally = await asked_again(house)
    assert counts(tally) == (2, 1, 0, 1)
    assert tally.failures[0].error == f"{site.url('/bad')}: unexpected ValueError: a fault of ours"
    assert "Traceback" in caplog.text
    assert article_of(house, "bad").checks == 1


def stumble_again(content: bytes, url: str, content_type: str, article: Article) -> parsing.Again:
    """A reader with a fault that only /bad shows."""
    stumble_over_page(content, url, content_type)
    return parsing.read_again(content, url, content_type, article)


async def test_a_text_that_cannot_be_kept_is_the_failure_of_its_page_alone(
    house: House, site: Site, monkeypatch, caplog
) -> None:
    await told(house, site, one=says(page("One", CRANES)), bad=says(page("Bad", LOAVES)))

    def picky(session, texts, *, now):
        if any(text.title == "Bad" for text in texts):
            raise OverflowError("no room for it")
        return change_texts(session, texts, now=now)

    monkeypatch.setattr("monitor.pipeline.reading.rechecking.change_texts", picky)
    site.routes |= {
        "/one": says(page("One", CORRECTED)),
        "/bad": says(page("Bad", [LOAVES[0].replace("sixty", "16"), *LOAVES[1:]])),
    }
    tally = await asked_again(house)
    assert counts(tally) == (2, 1, 0, 1)
    assert "unexpected OverflowError: no room for it" in tally.failures[0].error
    assert [article_of(house, name).checks for name in ("one", "bad")] == [1, 1]


async def test_a_run_that_is_stopped_leaves_the_rest_to_the_next(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.reading.lanes.KEEP_EVERY", 1)
    await told(house, site, one=says(page("One", CRANES)), two=says(page("Two", LOAVES)))
    site.routes |= {"/one": says(page("One", CORRECTED)), "/two": silent()}
    task = asyncio.create_task(asked_again(house))
    while not house.rows(Version):
        assert not task.done()
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [article_of(house, name).checks for name in ("one", "two")] == [1, 0]
    site.routes["/two"] = says(page("Two", LOAVES))
    assert counts(await asked_again(house, minutes=1)) == (1, 0, 0, 0)
    assert len(site.asked("/one")) == 2


async def test_a_batch_that_is_tried_again_asks_nothing_twice(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    house.clock.move(hours=1)
    async with house.context() as context:
        ids = [each.id for each in due(context, None, None)]
        assert (await recheck(context, ids)).rechecked == 1
        assert await recheck(context, ids) == Tally()
    assert len(site.asked("/cranes")) == 2


async def test_what_robots_txt_forbids_now_is_not_asked(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /\n")
    tally = await asked_again(house, days=2)
    assert counts(tally) == (1, 0, 0, 1)
    assert len(site.asked("/cranes")) == 1


async def test_a_site_that_does_not_answer_for_its_robots_txt_puts_the_check_off(house: House, site: Site) -> None:
    await told(house, site, cranes=says(page("Cranes", CRANES)))
    site.routes["/robots.txt"] = says(b"", status=503)
    tally = await asked_again(house, hours=30)
    assert counts(tally) == (0, 0, 0, 0)
    kept = article_of(house, "cranes")
    assert kept.checks == 0
    assert kept.next_check is not None
    assert kept.next_check > house.clock()
    assert len(site.asked("/cranes")) == 1


async def test_a_collect_asks_no_more_than_there_is_room_for(house: House, site: Site) -> None:
    await told(house, site, one=says(page("One", CRANES)), two=says(page("Two", LOAVES)))
    assert (await asked_again(house, 0)).rechecked == 0
    assert (await asked_again(house, 1)).rechecked == 1
    assert (await asked_again(house, 5)).rechecked == 1


def test_no_host_is_asked_again_more_than_its_share_and_no_collect_for_more_than_its_own() -> None:
    one = [Due(number, f"https://one.example/{number}") for number in range(200)]
    many = [Due(200 + number, f"https://host{number}.example/") for number in range(600)]
    assert [due.id for due in in_bounds(one)] == list(range(MOST_A_HOST))
    chosen = [due.id for due in in_bounds([*one, *many])]
    assert len(chosen) == MOST
    assert chosen[:MOST_A_HOST] == list(range(MOST_A_HOST))
    assert chosen[MOST_A_HOST] == 200


def test_a_check_is_planned_from_when_the_article_was_stored() -> None:
    assert after_check(NOW, NOW) == NOW + SIX
    assert after_check(NOW, NOW + SIX) == NOW + DAYS
    assert after_check(NOW, NOW + 3 * SIX, until=NOW + DAYS + SIX) == NOW + DAYS + SIX
    assert after_check(NOW, NOW + DAYS) is None
    assert after_check(NOW, NOW + DAYS, until=NOW + 2 * DAYS) is None
    assert put_off(NOW, NOW + timedelta(days=7)) == NOW + timedelta(days=7)
    assert put_off(NOW, NOW + timedelta(days=7, seconds=1)) is None


async def test_what_a_print_version_gave_is_compared_with_the_print_version(house: House, site: Site) -> None:
    beginning = page("Cranes", (CRANES[0][:-1] + " …",))
    site.routes["/print"] = says(page("Forty cranes", CRANES))
    await told(house, site, cranes=says(beginning.replace(b"</article>", b'<a href="/print">Print</a></article>')))
    site.routes["/print"] = says(page("Fourteen cranes", CORRECTED))
    assert counts(await asked_again(house)) == (1, 1, 0, 0)
    assert "fourteen driverless cranes" in article_of(house, "cranes").text
