"""Pages of entries read: what is kept of them, what waits for another attempt, and what is given up."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pipeline_house import CRANES, LOAVES, NOW, House, WatchedWorkers, die, hang, item, page, rss, stumble_over_page
from servers import Route, Site, redirects, says, silent

from monitor.errors import Held, StoreError
from monitor.fetch.room import LARGE
from monitor.models import Article, Entry, FeedState
from monitor.pipeline import parsing
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.polling.health import ENOUGH, sources_health
from monitor.pipeline.reading.fetching import read
from monitor.pipeline.tally import Tally
from monitor.pipeline.workers import NoWorker, Workers
from monitor.store.articles import keep_articles
from monitor.store.entries import due_entries
from monitor.text import content_hash

STANDING_IN = "The port said on Monday that " + "the cranes will come in spring and their drivers will stay, " * 4
BUSY = says(b"busy", status=503, retry_after="7200")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        yield running


async def listed(house: House, site: Site, *items: str, **routes: Route) -> None:
    """Have the source list these items, or one for each route, and the routes answer for their pages."""
    site.routes |= {f"/{name}": route for name, route in routes.items()}
    shown = items or [item(site.url(f"/{name}"), f"About {name}") for name in routes]
    site.routes["/feed"] = says(rss(*shown), content_type="application/xml")
    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])


async def reading(house: House) -> Tally:
    """Read what is due."""
    async with house.context() as context:
        with context.database.reading() as session:
            due = due_entries(session, now=house.clock())
        return await read(context, [entry.id for entry in due])


def entry_of(house: House, name: str) -> Entry:
    return next(entry for entry in house.rows(Entry) if entry.url.endswith(f"/{name}"))


def articles(house: House) -> list[Article]:
    return sorted(house.rows(Article), key=lambda article: article.canonical_url)


async def test_an_article_is_what_its_page_says(house: House, site: Site) -> None:
    head = (
        '<meta property="article:published_time" content="2026-11-23T18:00:00Z"><meta name=author content="Ada Quay">'
    )
    await listed(house, site, cranes=says(page("Cranes without drivers", head=head), etag='"9"', last_modified="Mon"))
    tally = await reading(house)
    assert (tally.fetched, tally.stored, tally.failures) == (1, 1, ())
    (article,) = articles(house)
    assert article.canonical_url == site.url("/cranes")
    assert article.title == "Cranes without drivers"
    assert all(sentence in article.text for sentence in CRANES)
    assert article.published == NOW - timedelta(hours=13)
    assert (article.language, article.grade, article.source) == ("en", "full", "wire")
    assert (article.etag, article.last_modified) == ('"9"', "Mon")
    assert article.content_hash
    assert article.signature
    assert article.stored_at == NOW
    entry = entry_of(house, "cranes")
    assert (entry.state, entry.article_id, entry.attempts, entry.error) == ("stored", article.id, 0, "")
    (state,) = house.rows(FeedState)
    assert (state.last_new, state.articles_stored) == (NOW, 1)
    async with house.context() as context:
        await poll(context, ["wire"])
    assert house.rows(FeedState)[0].articles_stored == 1


@pytest.mark.parametrize("declared", ["de", ""])
async def test_a_text_that_tells_no_language_has_that_of_its_source(house: House, site: Site, declared: str) -> None:
    tides = " ".join(f"{hour:02}:{hour * 2:02}" for hour in range(30))
    await listed(house, site, item(site.url("/tides"), "06:12 18:40", summary=tides), tides=says(b"", status=404))
    house.sources({"wire": {"language": declared}}, wire=site.url("/feed"))
    await reading(house)
    (article,) = articles(house)
    assert article.language == declared


async def test_what_the_page_does_not_state_comes_from_the_feed(house: House, site: Site) -> None:
    await listed(
        house,
        site,
        item(site.url("/dated"), published=NOW - timedelta(hours=3)),
        item(site.url("/undated"), published=None),
        dated=says(page("A dated page")),
        undated=says(page("An undated page", LOAVES)),
    )
    house.clock.move(hours=2)
    await reading(house)
    dated, undated = articles(house)
    assert dated.published == NOW - timedelta(hours=3)
    assert undated.published == NOW  # when it was first seen
    assert not dated.published_clamped
    assert not undated.published_clamped


async def test_a_date_in_the_future_is_clamped_and_flagged(house: House, site: Site) -> None:
    head = '<meta property="article:published_time" content="2026-11-26T18:00:00Z">'
    await listed(
        house,
        site,
        item(site.url("/page"), published=NOW),
        item(site.url("/feed-says"), published=NOW + timedelta(days=2)),
        **{"page": says(page("Tomorrow's page", head=head)), "feed-says": says(page("Tomorrow's feed", LOAVES))},
    )
    await reading(house)
    assert [(article.published, article.published_clamped) for article in articles(house)] == [(NOW, True)] * 2


async def test_a_page_that_fails_waits_and_after_five_attempts_is_given_up(house: House, site: Site) -> None:
    await listed(house, site, broken=says(b"oh no", status=500), well=says(page("Well")))
    for attempt in range(1, 6):
        tally = await reading(house)
        entry = entry_of(house, "broken")
        assert tally.pages_failed == 1
        assert [failure.url for failure in tally.failures] == [site.url("/broken")]
        assert "500 (Internal Server Error)" in entry.error
        assert entry.attempts == attempt
        assert len(site.asked("/broken")) == attempt
        if attempt < 5:
            assert entry.state == "pending"
            assert entry.next_attempt is not None
            assert timedelta(minutes=7) < entry.next_attempt - house.clock() <= timedelta(hours=2)
            assert (await reading(house)).failures == ()  # not due yet
            house.clock.time = entry.next_attempt
    assert (entry.state, entry.next_attempt) == ("failed", None)
    house.clock.move(days=9)
    assert (await reading(house)).failures == ()
    assert [article.title for article in articles(house)] == ["Well"]


async def test_the_day_that_a_feed_states_counts_before_one_that_only_the_layout_shows(
    house: House, site: Site
) -> None:
    old = page("The old mole", (*CRANES, "The mole was last mended on 12 March 1998."))
    await listed(
        house, site, item(site.url("/dated")), item(site.url("/bare"), published=None), dated=says(old), bare=says(old)
    )
    await reading(house)
    dates = {article.canonical_url: article.published for article in articles(house)}
    assert dates == {site.url("/dated"): NOW, site.url("/bare"): datetime(1998, 3, 12, tzinfo=UTC)}


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_given_up_at_once(house: House, site: Site, status: int) -> None:
    await listed(house, site, gone=says(b"gone", status=status))
    tally = await reading(house)
    assert (tally.pages_failed, tally.stored) == (1, 0)
    assert str(status) in tally.failures[0].error
    assert (entry_of(house, "gone").state, entry_of(house, "gone").attempts) == ("failed", 1)


async def test_what_robots_txt_or_the_guard_forbids_is_refused_and_never_asked(house: House, site: Site) -> None:
    site.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /private\n")
    async with Site("127.0.0.1") as machine:
        machine.routes["/admin"] = says(page("The machine's own"))
        await listed(
            house, site, item(site.url("/private")), item(machine.url("/admin")), private=says(page("Private"))
        )
        tally = await reading(house)
        assert machine.connections == 0
    assert (tally.refused, tally.stored, tally.pages_failed) == (2, 0, 0)
    assert site.asked("/private") == []
    assert {entry.state for entry in house.rows(Entry)} == {"refused"}
    assert "forbids it" in entry_of(house, "private").error


async def test_a_page_that_asks_to_wait_is_deferred_by_that_time_and_costs_no_attempt(house: House, site: Site) -> None:
    await listed(house, site, busy=BUSY)
    tally = await reading(house)
    assert (tally.deferred, tally.pages_failed) == (1, 0)
    assert tally.failures[0].url == site.url("/busy")
    entry = entry_of(house, "busy")
    assert (entry.state, entry.attempts, entry.next_attempt) == ("deferred", 0, NOW + timedelta(hours=2))
    site.routes["/busy"] = says(page("Not busy any more"))
    house.clock.move(minutes=119)
    assert await reading(house) == Tally()
    house.clock.move(minutes=1)
    assert (await reading(house)).stored == 1


async def test_a_page_put_off_for_more_than_a_week_is_given_up(house: House, site: Site) -> None:
    await listed(house, site, busy=BUSY)
    await reading(house)
    house.clock.move(days=7, seconds=1)
    assert (await reading(house)).pages_failed == 1
    assert entry_of(house, "busy").state == "failed"


@pytest.mark.parametrize(
    ("route", "state"),
    [(says(b"gone", status=404), "failed"), (says(b"<html><body></body></html>"), "failed"), (says(b""), "refused")],
    ids=["gone", "no-text", "refused"],
)
async def test_the_feeds_own_text_stands_in_as_a_teaser_and_the_page_counts_as_failed(
    house: House, site: Site, route: Route, state: str
) -> None:
    if state == "refused":
        site.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /told\n")
    await listed(house, site, item(site.url("/told"), "Told by the feed", STANDING_IN), told=route)
    tally = await reading(house)
    assert (tally.stored, tally.fetched) == (1, 0)
    assert (tally.pages_failed, tally.refused) == ((0, 1) if state == "refused" else (1, 0))
    assert [failure.url for failure in tally.failures] == [site.url("/told")]
    (article,) = articles(house)
    assert (article.grade, article.title, article.text) == ("teaser", "Told by the feed", STANDING_IN.strip())
    assert article.canonical_url == site.url("/told")
    assert entry_of(house, "told").state == "stored"


async def test_it_stands_in_only_when_no_attempt_is_left(house: House, site: Site) -> None:
    await listed(house, site, item(site.url("/told"), "Told by the feed", STANDING_IN), told=says(b"", status=500))
    for _ in range(4):
        assert (await reading(house)).stored == 0
        house.clock.move(days=1)
    assert (await reading(house)).stored == 1
    assert articles(house)[0].grade == "teaser"


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("A port without crane drivers opens at Kolm", "Good news for exporters"),
        ("无人码头今日启用", "起重机由软件操作，数百名司机失去工作，工会表示反对。"),
    ],
    ids=["a line under a headline", "a language without spaces"],
)
async def test_a_headline_and_the_line_under_it_stand_in(house: House, site: Site, title: str, summary: str) -> None:
    await listed(house, site, item(site.url("/told"), title, summary))
    assert (await reading(house)).stored == 1
    assert [(article.grade, article.title, article.text) for article in articles(house)] == [("teaser", title, summary)]


@pytest.mark.parametrize("title", ["Told", "A port without crane drivers opens at Kolm in the north of Brae today"])
async def test_a_feeds_few_words_stand_in_for_nothing(house: House, site: Site, title: str) -> None:
    await listed(house, site, item(site.url("/told"), title, "" if len(title) > 10 else "Read it on our site."))
    assert (await reading(house)).stored == 0
    assert entry_of(house, "told").state == "failed"


async def test_where_a_redirect_leads_is_the_articles_address_and_two_entries_may_lead_to_one(
    house: House, site: Site
) -> None:
    await listed(house, site, short=redirects("/story?utm_source=feed", 301), other=redirects("/story"))
    site.routes["/story"] = says(page("The story"))
    tally = await reading(house)
    assert (tally.fetched, tally.stored) == (2, 1)
    (article,) = articles(house)
    assert article.canonical_url == site.url("/story")
    assert {(entry.state, entry.article_id) for entry in house.rows(Entry)} == {("stored", article.id)}


async def test_a_declared_canonical_link_is_a_hint_and_no_identity(house: House, site: Site) -> None:
    head = '<link rel=canonical href="https://victim.example/story">'
    await listed(house, site, claim=says(page("Claims to be another", head=head)))
    await reading(house)
    assert articles(house)[0].canonical_url == site.url("/claim")
    assert articles(house)[0].declared_canonical == "https://victim.example/story"


async def test_an_address_that_cannot_be_kept_is_a_failure_of_its_page_alone(house: House, site: Site) -> None:
    endless = "/" + "<" * 3000  # 9,000 characters once it is escaped
    await listed(house, site, astray=redirects(endless), well=says(page("Well")))
    site.routes["/" + "%3C" * 3000] = says(page("At a very long address", LOAVES))
    tally = await reading(house)
    assert (tally.stored, tally.pages_failed) == (1, 1)
    assert entry_of(house, "astray").state == "pending"
    assert "not an http or https address" in entry_of(house, "astray").error


async def test_what_is_no_text_is_not_read(house: House, site: Site) -> None:
    await listed(house, site, paper=says(b"%PDF-1.7 ...", content_type="application/pdf"))
    assert "not html but application/pdf" in (await reading(house)).failures[0].error


@pytest.mark.parametrize(
    ("broken", "cause"), [(hang, "took longer than 1 s of a processor"), (die, "broke the process")]
)
async def test_a_page_that_breaks_its_reader_fails_alone(house: House, site: Site, monkeypatch, broken, cause) -> None:
    await listed(house, site, bad=says(page("Bad")))
    monkeypatch.setattr(parsing, "read_page", broken)
    short = Workers(count=1, limit=timedelta(seconds=0.6))
    try:
        tally = await reading(replace(house, workers=short))
    finally:
        await short.close()
    assert tally.pages_failed == 1
    entry = entry_of(house, "bad")
    assert (entry.state, entry.attempts) == ("pending", 1)
    assert cause in entry.error
    assert entry.error.startswith(site.url("/bad"))


@pytest.mark.parametrize("unreadable", ["a reader that hangs", "no text", "cut off"])
async def test_a_page_that_cannot_be_read_is_asked_once_more_and_then_the_feeds_text_stands_in(
    house: House, site: Site, monkeypatch, unreadable
) -> None:
    routes = {
        "a reader that hangs": says(page("Bad")),
        "no text": says(b"%PDF-1.7 ...", content_type="application/pdf"),
        "cut off": says(gzip.compress(page("Bad"))[:-9], content_encoding="gzip"),
    }
    await listed(house, site, item(site.url("/told"), "Told by the feed", STANDING_IN), told=routes[unreadable])
    monkeypatch.setattr(parsing, "read_page", hang)
    short = Workers(count=1, limit=timedelta(seconds=0.6))
    try:
        assert (await reading(replace(house, workers=short))).stored == 0
        house.clock.move(days=1)
        assert (await reading(replace(house, workers=short))).stored == 1
    finally:
        await short.close()
    assert [(article.grade, article.text) for article in articles(house)] == [("teaser", STANDING_IN.strip())]
    assert len(site.asked("/told")) == 2


async def test_what_answers_in_place_of_an_article_is_none_and_the_feeds_title_and_text_stand_in(
    house: House, site: Site
) -> None:
    challenge = says(page("Just a moment...", ["Verifying that you are no program. This may take a few seconds."]))
    await listed(house, site, item(site.url("/told"), "Cranes of the port to stay", STANDING_IN), told=challenge)
    tally = await reading(house)
    assert (tally.stored, tally.fetched, tally.pages_failed) == (0, 0, 1)
    assert entry_of(house, "told").state == "pending"
    assert "in place of the article its page says “Just a moment...”" in entry_of(house, "told").error
    house.clock.move(days=1)
    tally = await reading(house)
    assert (tally.stored, tally.fetched) == (1, 0)
    assert [failure.error.endswith("“Just a moment...”") for failure in tally.failures] == [True]
    (article,) = articles(house)
    assert (article.grade, article.title) == ("teaser", "Cranes of the port to stay")
    assert article.text == STANDING_IN.strip()


async def test_a_source_whose_pages_all_are_challenges_says_so_though_its_feed_is_well(
    house: House, site: Site
) -> None:
    challenge = says(page("Just a moment...", ["Verifying that you are no program. This may take a few seconds."]))
    items = [item(site.url(f"/{number}"), f"Cranes of pier {number} to stay") for number in range(ENOUGH)]
    await listed(house, site, *items, **{f"{number}": challenge for number in range(ENOUGH)})
    for _ in range(2):
        await reading(house)
        house.clock.move(days=1)
    (health,) = sources_health(house.settings, house.clock())
    assert health.condition == "well"
    (told,) = health.remarks
    assert told.startswith("0% of its 10 pages gave their whole article: 10 without an article, the latest for this: ")
    assert told.endswith("in place of the article its page says “Just a moment...”")


async def test_an_article_that_comes_after_a_challenge_is_read(house: House, site: Site) -> None:
    await listed(
        house,
        site,
        item(site.url("/told"), "Cranes of the port", STANDING_IN),
        told=says(page("Not found", ["Go on."])),
    )
    assert (await reading(house)).stored == 0
    site.routes["/told"] = says(page("The cranes will stay"))
    house.clock.move(days=1)
    assert (await reading(house)).stored == 1
    assert [(article.grade, article.title) for article in articles(house)] == [("full", "The cranes will stay")]


async def test_where_no_reader_can_be_started_the_page_is_not_to_blame(house: House, site: Site, monkeypatch) -> None:
    async def start_none(*arguments: object) -> None:
        message = "found no process to read it: no more processes"
        raise NoWorker(message)

    await listed(house, site, item(site.url("/told"), "Told by the feed", STANDING_IN), told=says(page("Well")))
    with monkeypatch.context() as patch:
        patch.setattr(Workers, "run", start_none)
        for _ in range(4):
            assert (await reading(house)).pages_failed == 1
            house.clock.move(days=1)
    assert (await reading(house)).stored == 1
    assert articles(house)[0].title == "Well"


async def test_a_host_is_asked_for_as_many_pages_at_once_as_it_may_be(house: House, site: Site) -> None:
    site.latency = 0.05
    names = [f"page-{number}" for number in range(6)]
    await listed(house, site, **{name: says(page(name)) for name in names})
    seen: list[tuple[object, ...]] = []
    async with house.context(progress=lambda *step: seen.append(step)) as context:
        site.most_in_flight = 0
        tally = await read(context, [entry.id or 0 for entry in house.rows(Entry)])
    assert tally.stored == 6
    assert site.most_in_flight == 2
    assert seen == [("reading", done, 6) for done in range(1, 7)]


async def test_a_run_that_is_stopped_has_kept_what_it_had_read(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.reading.lanes.KEEP_EVERY", 1)
    async with Site("127.1.0.2") as other:
        other.routes["/never"] = silent()
        await listed(house, site, item(site.url("/one")), item(other.url("/never")), one=says(page("One")))
        task = asyncio.create_task(reading(house))
        while not house.rows(Article):
            assert not task.done()
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    states = {entry.url.rpartition("/")[2]: entry.state for entry in house.rows(Entry)}
    assert states == {"one": "stored", "never": "pending"}


async def test_an_error_that_nobody_expects_is_a_failure_of_its_page_alone(
    house: House, site: Site, monkeypatch, caplog
) -> None:
    await listed(house, site, one=says(page("One")), bad=says(page("Bad")), two=says(page("Two", LOAVES)))
    monkeypatch.setattr(parsing, "read_page", stumble_over_page)
    tally = await reading(house)
    said = f"{site.url('/bad')}: unexpected ValueError: a fault of ours"
    assert (tally.stored, tally.pages_failed) == (2, 1)
    assert [(failure.url, failure.error) for failure in tally.failures] == [(site.url("/bad"), said)]
    assert [article.title for article in articles(house)] == ["One", "Two"]
    assert f"reading {site.url('/bad')}" in caplog.text
    assert "Traceback" in caplog.text
    for attempt in range(1, 6):
        entry = entry_of(house, "bad")
        assert (entry.state, entry.attempts, entry.error) == ("pending" if attempt < 5 else "failed", attempt, said)
        house.clock.move(days=1)
        assert (await reading(house)).pages_failed == (attempt < 5)


async def test_an_article_that_cannot_be_kept_is_a_failure_of_its_page_alone(
    house: House, site: Site, monkeypatch, caplog
) -> None:
    await listed(house, site, one=says(page("One")), bad=says(page("Bad")), two=says(page("Two", LOAVES)))

    def picky(session, made):
        if any(article.title == "Bad" for article in made):
            raise OverflowError("no room for it")
        return keep_articles(session, made)

    monkeypatch.setattr("monitor.pipeline.reading.fetching.keep_articles", picky)
    tally = await reading(house)
    assert (tally.stored, tally.pages_failed) == (2, 1)
    assert tally.failures[0].error == f"{site.url('/bad')}: unexpected OverflowError: no room for it"
    assert (entry_of(house, "bad").state, entry_of(house, "bad").attempts) == ("pending", 1)
    assert {entry_of(house, name).state for name in ("one", "two")} == {"stored"}
    assert f"keeping {site.url('/bad')}" in caplog.text
    assert "Traceback" in caplog.text


async def test_a_database_that_keeps_nothing_stops_the_run_and_fails_no_page(
    house: House, site: Site, monkeypatch
) -> None:
    await listed(house, site, one=says(page("One")))

    def full(session, made):
        raise StoreError("the disk is full")

    monkeypatch.setattr("monitor.pipeline.reading.fetching.keep_articles", full)
    with pytest.raises(StoreError):
        await reading(house)
    assert (entry_of(house, "one").state, entry_of(house, "one").attempts) == ("pending", 0)


async def test_what_was_settled_already_is_not_read_again(house: House, site: Site) -> None:
    await listed(
        house, site, one=says(page("One")), gone=says(b"", status=404), broken=says(b"", status=500), busy=BUSY
    )
    ids = [entry.id or 0 for entry in house.rows(Entry)]
    async with house.context() as context:
        assert (await read(context, ids)).stored == 1
        before, entries = len(site.requests), house.rows(Entry)
        assert await read(context, ids) == Tally()
    assert len(site.requests) == before
    assert house.rows(Entry) == entries


async def test_entries_that_are_there_no_more_are_passed_over(house: House) -> None:
    async with house.context() as context:
        gone: Sequence[int] = [7, 8]
        assert await read(context, gone) == Tally()


FIRST_PART = page("Cranes", (CRANES[0][:-1] + " …",)).replace(b"</article>", b'<a href="/print">Print</a></article>')


async def test_a_page_that_shows_a_part_is_read_by_its_print_version(house: House, site: Site) -> None:
    site.routes["/print"] = says(page("Cranes", CRANES))
    await listed(house, site, cranes=says(FIRST_PART))
    tally = await reading(house)
    assert (tally.fetched, tally.failures) == (1, ())
    (article,) = articles(house)
    assert (article.canonical_url, article.grade) == (site.url("/cranes"), "full")
    assert all(sentence in article.text for sentence in CRANES)


PAID_FOR = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
WALLED = page("Cranes", (CRANES[0],), PAID_FOR)


@pytest.mark.parametrize(
    ("content", "grade"), [(" ".join(CRANES), "teaser"), (" ".join(CRANES * 9), "full"), (CRANES[0][:40], "paywalled")]
)
async def test_where_a_page_shows_a_part_its_feed_may_give_the_rest(
    house: House, site: Site, content: str, grade: str
) -> None:
    given = (
        f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>{content}</content:encoded></item>"
    )
    listing = item(site.url("/cranes"), "Cranes").replace("</item>", given)
    await listed(house, site, listing, cranes=says(WALLED))
    tally = await reading(house)
    assert (tally.fetched, tally.failures) == (1, ())
    (article,) = articles(house)
    assert (article.grade, article.title) == (grade, "Cranes")
    assert (CRANES[1] in article.text) == (grade != "paywalled")
    assert (article.content_hash, bool(article.signature)) == (content_hash(article.text), True)


async def test_large_print_versions_are_held_one_after_another_where_there_is_one_place(
    house: House, site: Site
) -> None:
    house.monitor('max_page = "200MB"')
    site.routes["/print"] = says(page("Cranes", CRANES) + b" " * LARGE)
    await listed(house, site, **{name: says(FIRST_PART) for name in ("one", "two", "three")})
    watched = WatchedWorkers(house.workers)
    assert (await reading(replace(house, workers=watched))).stored == 3
    assert [article.grade for article in articles(house)] == ["full"] * 3
    assert watched.most == 1


@pytest.mark.parametrize("route", [says(b"gone", status=404), says(page("Log in", ("Log in.",))), says(b"%PDF-1.7")])
async def test_a_print_version_that_says_no_more_is_no_failure(house: House, site: Site, route: Route) -> None:
    site.routes["/print"] = route
    await listed(house, site, cranes=says(FIRST_PART))
    tally = await reading(house)
    assert (tally.stored, tally.failures) == (1, ())
    assert [article.grade for article in articles(house)] == ["teaser"]


async def test_a_page_whose_print_version_another_worker_may_ask_is_as_due_as_before(house: House, site: Site) -> None:
    async with Site(site.host) as other:
        other.routes["/print"] = says(page("Cranes", CRANES))
        await listed(house, site, cranes=says(FIRST_PART.replace(b'"/print"', f'"{other.url("/print")}"'.encode())))

        def admit(origin: str) -> None:
            if origin == other.url(""):
                raise Held(origin, "another worker of this collect is asking that host", NOW)

        async with house.context() as context:
            context.client.ask_only(admit)
            ids = [entry.id or 0 for entry in house.rows(Entry)]
            assert await read(context, ids) == Tally()
            assert context.held == set(ids)
        await reading(house)
    assert [article.grade for article in articles(house)] == ["full"]


async def test_a_print_version_that_robots_txt_forbids_is_not_asked(house: House, site: Site) -> None:
    site.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /print", content_type="text/plain")
    site.routes["/print"] = says(page("Cranes", CRANES))
    await listed(house, site, cranes=says(FIRST_PART))
    await reading(house)
    assert site.asked("/print") == []
    assert [article.grade for article in articles(house)] == ["teaser"]
