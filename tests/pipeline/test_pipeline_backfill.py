"""An archive read through the same stages."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline_house import CRANES, DESK, LOAVES, NOW, TOPIC, House, die, index, page, sitemap
from servers import Site, says

from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment
from monitor.pipeline import backfill as backfilling
from monitor.pipeline import parsing
from monitor.pipeline.backfill import Span, backfill, backfill_now, in_doubt
from monitor.pipeline.tally import Tally
from monitor.pipeline.telling.composing import compose_and_keep
from monitor.pipeline.telling.instant import keep_instant

XML = {"content_type": "application/xml"}
ALL = Span()


def archived(name: str, published: str = "", text: tuple[str, ...] = CRANES) -> bytes:
    date = f'<meta property="article:published_time" content="{published}">' if published else ""
    return page(f"About {name}", text, f'<link rel=canonical href="https://old.example/{name}">{date}')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pages with and without a date, plain and zipped, and files that are none."""
    root = tmp_path / "archive"
    (root / "deep").mkdir(parents=True)
    (root / "cranes.html").write_bytes(archived("cranes", "2025-03-01T10:00:00Z"))
    (root / "deep" / "loaves.htm.gz").write_bytes(gzip.compress(archived("loaves", "2025-06-01T10:00:00Z", LOAVES)))
    (root / "undated.html").write_bytes(archived("undated", text=LOAVES[:4]))
    (root / "notes.txt").write_text("no page")
    return root


async def filled(house: House, *archives: object, span: Span = ALL, **more: Any) -> Tally:
    async with house.context(**more) as context:
        return await backfill(context, [str(archive) for archive in archives], span)


def urls(house: House) -> list[str]:
    return sorted(article.canonical_url.rpartition("/")[2] for article in house.rows(Article))


async def test_a_folder_of_pages_is_read_grouped_and_assessed(house: House, folder: Path) -> None:
    tally = await filled(house, folder)
    assert (tally.fetched, tally.stored, tally.failures) == (3, 3, ())
    assert urls(house) == ["cranes", "loaves", "undated"]
    cranes = next(article for article in house.rows(Article) if article.canonical_url.endswith("cranes"))
    assert cranes.published == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert cranes.source == "backfill"
    assert all(article.story_id for article in house.rows(Article))
    assert len(house.rows(Assessment)) == 3
    assert tally.relevant == {TOPIC: 1}
    again = await filled(house, folder)
    assert (again.stored, len(house.rows(Article))) == (0, 3)


async def test_nothing_of_a_backfill_is_told_at_once_and_what_is_old_never(house: House, folder: Path) -> None:
    house.monitor(DESK)
    house.digest(instant=True, instant_threshold="inclusive")
    (folder / "strike.html").write_bytes(archived("strike", (NOW - timedelta(days=1)).isoformat()))
    house.collected()
    await filled(house, folder)
    house.clock.move(hours=1)
    house.collected()
    assert [article.canonical_url for article in house.rows(Article) if article.news] == ["https://old.example/strike"]
    assert sum(each.relevant for each in house.rows(Assessment)) == 2
    with house.database() as database:
        assert keep_instant(house.settings, database, house.clock) == 0
        kept = compose_and_keep(house.settings, database, house.settings.digest("morning"), "one", house.clock)
    assert [item.url for item in kept.items] == ["https://old.example/strike"]


async def test_a_single_file_and_small_batches(house: House, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(backfilling, "FILES_A_BATCH", 1)
    labels: list[str] = []

    async def noting(label: str, step: Any, *arguments: object) -> Any:
        labels.append(label)
        return await step(*arguments)

    assert (await filled(house, folder / "cranes.html")).stored == 1
    assert (await filled(house, folder, call=noting)).stored == 2
    assert labels == ["files 1-1", "files 2-2", "files 3-3", "group", f"assess {TOPIC}"]


async def test_a_span_takes_what_was_published_in_it(house: House, folder: Path) -> None:
    assert (await filled(house, folder, span=Span.of("2025-05-01", "2025-06-01"))).stored == 1
    assert urls(house) == ["loaves"]
    assert (await filled(house, folder, span=Span.of("", "2025-03-01"))).stored == 1
    assert urls(house) == ["cranes", "loaves"]


async def test_what_cannot_be_kept_is_listed_and_the_rest_goes_on(house: House, folder: Path) -> None:
    (folder / "nameless.html").write_bytes(page("No address of its own"))
    (folder / "empty.html").write_bytes(b"")
    (folder / "wrong.html").write_bytes(archived("x").replace(b"https://old.example/x", b"ftp://old.example/x"))
    (folder / "cut.html.gz").write_bytes(gzip.compress(archived("cut"))[:40])
    (folder / "broken.html.gz").write_bytes(b"\x1f\x8bnot gzip at all")
    tally = await filled(house, folder, folder / "nowhere")
    assert tally.stored == 3
    assert tally.sources_failed == 1
    failures = {Path(failure.url or failure.source).name: failure.error for failure in tally.failures}
    assert set(failures) == {"nameless.html", "empty.html", "wrong.html", "cut.html.gz", "broken.html.gz", "nowhere"}
    assert "names no address of its own" in failures["nameless.html"]
    assert "holds no text" in failures["empty.html"]
    assert "there is no such file or folder" in failures["nowhere"]


async def test_what_holds_nothing_to_read_is_listed_and_puts_the_run_in_doubt(
    house: House, folder: Path, tmp_path: Path
) -> None:
    assert not in_doubt(await filled(house, folder))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.toml").write_text("")
    tally = await filled(house, tmp_path / "notes")
    assert [failure.error for failure in tally.failures] == [
        f"{tmp_path / 'notes'}: holds neither pages (.html, .htm, and .gz of them) nor WARC files"
    ]
    assert in_doubt(tally)
    (tmp_path / "page.txt").write_text("no page")
    unread = await filled(house, tmp_path / "page.txt")
    assert (unread.sources_failed, unread.pages_failed) == (0, 1)
    assert in_doubt(unread)
    assert unread.read_and_stored == "0 pages read, 0 articles stored, 1 failure"


async def test_a_page_that_breaks_its_reader_is_listed(house: House, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(parsing, "read_page", die)
    tally = await filled(house, folder / "cranes.html")
    assert [failure.error for failure in tally.failures] == [
        f"{folder / 'cranes.html'}: broke the process that read it"
    ]


async def test_a_page_is_unpacked_no_further_than_one_from_the_web(house: House, folder: Path, monkeypatch) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(50_000_000)) + packer.flush()
    (folder / "bomb.html.gz").write_bytes(bomb)
    sizes: list[int] = []
    run = house.workers.run

    async def weighed(function: Any, content: bytes, *rest: object) -> Any:
        sizes.append(len(content))
        return await run(function, content, *rest)

    monkeypatch.setattr(house.workers, "run", weighed)
    await filled(house, folder / "bomb.html.gz")
    assert sizes == [10_000_000]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        dates = {"a": "2025-01-05", "b": "2025-02-05", "c": "2025-03-05"}
        for name, date in dates.items():
            running.routes[f"/{name}"] = says(page(f"Page {name}", LOAVES[ord(name) % 3 :]))
            url = f"<url><loc>{running.url('/' + name)}</loc><lastmod>{date}</lastmod></url>"
            running.routes[f"/{name}.xml"] = says(f"<urlset>{url}</urlset>".encode(), **XML)
        sitemaps = [running.url(f"/{name}.xml") for name in ("a", "gone", "b", "c")]
        running.routes["/index.xml"] = says(index(*sitemaps), **XML)
        running.routes["/page"] = says(page("A page"))
        yield running


async def test_a_sitemap_is_read_by_dates_however_old(house: House, site: Site) -> None:
    tally = await filled(house, site.url("/index.xml"), span=Span.of("2025-01-01", "2025-02-28"))
    assert (tally.polled, tally.listed, tally.new, tally.stored) == (1, 3, 2, 2)
    assert urls(house) == ["a", "b"]
    assert [failure.error for failure in tally.failures] == [f"{site.url('/gone.xml')}: answered 404 (Not Found)"]
    assert site.asked("/c") == []
    assert (await filled(house, site.url("/index.xml"))).stored == 1


async def test_what_is_no_sitemap_is_listed(house: House, site: Site) -> None:
    tally = await filled(house, site.url("/page"), site.url("/nowhere"), site.url("/a.xml"))
    assert (tally.sources_failed, tally.stored) == (2, 1)
    assert "is no sitemap: it is html" in tally.failures[0].error
    assert "404" in tally.failures[1].error


async def test_sitemaps_are_read_at_any_depth_and_what_is_none_is_told(house: House, site: Site) -> None:
    site.routes |= {
        "/years.xml": says(index(site.url("/months.xml"), site.url("/page")), **XML),
        "/months.xml": says(index(site.url("/a.xml"), site.url("/years.xml"), site.url("/bare.xml")), **XML),
        "/bare.xml": says(sitemap(site.url("/b")), **XML),
    }
    tally = await filled(house, site.url("/years.xml"), span=Span.of("2025-01-01", "2025-02-28"))
    assert (tally.listed, tally.stored, urls(house)) == (2, 1, ["a"])
    assert [failure.error for failure in tally.failures] == [
        f"{site.url('/page')} is no sitemap: it is html",
        f"{site.url('/years.xml')}: 1 of 2 addresses have no date, and no date range holds them",
    ]
    assert len(site.asked("/years.xml")) == 1
    assert (await filled(house, site.url("/years.xml"))).stored == 1


async def test_no_more_sitemaps_are_asked_than_can_be_and_it_is_told(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr(backfilling, "SITEMAPS", 2)
    tally = await filled(house, site.url("/index.xml"))
    assert "2 sitemaps beyond the first 2 were left out" in tally.failures[-1].error


async def test_a_sitemap_that_breaks_its_reader_fails_alone(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr(parsing, "read_listing", die)
    tally = await filled(house, site.url("/a.xml"))
    assert (tally.sources_failed, tally.failures[0].error) == (
        1,
        f"{site.url('/a.xml')}: broke the process that read it",
    )


async def test_the_example_user_agent_reads_no_live_site(house: House, folder: Path) -> None:
    text = (house.root / "config/monitor.toml").read_text(encoding="utf-8")
    house.write("config/monitor.toml", text.replace("about.example", "example.org"))
    house.sources(live="https://news.example/")
    with pytest.raises(ConfigurationError, match=r"fetch\.user_agent"):
        await filled(house, folder)


async def test_it_runs_plainly(house: House, folder: Path) -> None:
    tally = await asyncio.to_thread(backfill_now, house.settings, [str(folder)], ALL)
    assert tally.stored == 3


def test_a_span_is_two_dates_the_last_day_included() -> None:
    span = Span.of("2025-01-01", "2025-01-31")
    assert span.holds(datetime(2025, 1, 1, tzinfo=UTC))
    assert span.holds(datetime(2025, 1, 31, 23, 59, tzinfo=UTC))
    assert not span.holds(datetime(2025, 2, 1, tzinfo=UTC))
    assert not span.holds(None)
    assert Span.of("", "").holds(None)
    assert Span.of("2025-01-01", "").holds(NOW + timedelta(days=9999))
    with pytest.raises(ConfigurationError, match='--from: "yesterday" is no date'):
        Span.of("yesterday", "")
    with pytest.raises(ConfigurationError, match='--to: "2025-02-30" is no date'):
        Span.of("", "2025-02-30")


def record(url: str, body: bytes, status: int = 200, kind: str = "response", **headers: str) -> bytes:
    """A record of a WARC file with an answer."""
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: text/html; charset=utf-8"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = "\r\n".join([*lines, "", ""]).encode() + body
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(answer)}\r\n\r\n"
    return head.encode() + answer + b"\r\n\r\n"


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n"
RECORDS = (
    record("https://old.example/info", b"software: a crawler", kind="warcinfo"),
    record("https://old.example/cranes?utm_source=x", archived("elsewhere", "2025-03-01T10:00:00Z")),
    record("https://old.example/loaves", gzip.compress(archived("l", "2025-06-01", LOAVES)), Content_Encoding="gzip"),
    record("https://old.example/gone", archived("gone"), 404),
    record("https://old.example/packed", b"?" * 99, Content_Encoding="br"),
    record(
        "https://old.example/chunked",
        CHUNKED % (len(archived("c", text=LOAVES[:4])), archived("c", text=LOAVES[:4])),
        Transfer_Encoding="chunked",
    ),
)


@pytest.mark.parametrize("zipped", [False, True])
async def test_a_warc_file_is_read_by_the_addresses_that_were_asked(house: House, tmp_path: Path, zipped: bool) -> None:
    archive = tmp_path / ("crawl.warc.gz" if zipped else "crawl.warc")
    archive.write_bytes(b"".join(gzip.compress(each) if zipped else each for each in RECORDS))
    tally = await filled(house, archive)
    assert tally.failures[1:] == ()
    assert urls(house) == ["chunked", "cranes", "loaves"]
    assert (await filled(house, tmp_path)).stored == 0


async def test_of_a_warc_file_a_span_is_taken(house: House, tmp_path: Path) -> None:
    (tmp_path / "crawl.warc").write_bytes(b"".join(RECORDS))
    await filled(house, tmp_path / "crawl.warc", span=Span.of("2025-02-01", "2025-04-01"))
    assert urls(house) == ["cranes"]


@pytest.mark.parametrize(("lost", "kept"), [(7, ["cranes", "loaves"]), (400, ["cranes"])])
async def test_of_a_warc_file_that_breaks_off_what_came_before_is_kept(
    house: House, tmp_path: Path, lost: int, kept: list[str]
) -> None:
    content = b"".join(gzip.compress(each) for each in RECORDS[:3])
    (tmp_path / "crawl.warc.gz").write_bytes(content[:-lost])
    tally = await filled(house, tmp_path / "crawl.warc.gz")
    assert urls(house) == kept
    assert [failure.source for failure in tally.failures] == [str(tmp_path / "crawl.warc.gz")]


async def test_a_bomb_in_a_warc_file_is_passed_over(house: House, tmp_path: Path) -> None:
    packed = gzip.compress(gzip.compress(bytes(60_000_000)))
    records = record("https://old.example/bomb", gzip.decompress(packed), Content_Encoding="gzip"), RECORDS[1]
    (tmp_path / "crawl.warc").write_bytes(b"".join(records))
    await filled(house, tmp_path / "crawl.warc")
    assert urls(house) == ["cranes"]
