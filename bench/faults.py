"""The whole pipeline over a replayed web of which half misbehaves: every page treated as it deserves.

    python bench/faults.py [--shared ../shared] [--fault 0.5] [--hosts 60]

One `monitor collect --all` over every site where no page misbehaves, and one where that share does; then, page by page,
against what the replay says of each of its faults:

- those that give no page are listed as failed with their URL, kept for another try (given up at once where they are
  gone), and stored at most as the feed's own teaser;
- a page that answers with Retry-After: 3600 is deferred by that hour, and only that page;
- a redirect to a private address is refused, and nobody ever connected to that address; nor was any page asked that
  robots.txt forbids;
- a page with a charset that does not exist is stored with its right text: by the 4-grams of its words, that is the
  expected text as nearly as our reading of the same bytes is without any charset;
- every other page that holds a word is stored with a text;
- all our processes together stay below 1 GB (proportional set size, sampled; the replay left out);
- the run ends within one and a half times the other one, plus one time limit of a page.

Each check is also made where it must fail: on falsified results, and on small collects that are allowed what they must
not be (private addresses, forbidden pages, pages of 400 MB). Exits with 1 where a check does not come out so.
"""

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from extraction import f1
from replayed import Checks, Replay, Request, Site, Truth, bench, make_root, place, unless
from running import Ran, collect, database, exported

from monitor.extract import extract
from monitor.fetch.settings import FetchSettings

MOST_MEMORY = 1_000_000_000
"""Bytes that all our processes may take together."""
MOST_TIME = 1.5
"""How many times as long as without faults, beside one time limit, a run may take."""
TIME_LIMIT = FetchSettings().timeout
HOUR = timedelta(hours=1)
NEAR = 0.98
"""How near a text must be to our reading of the same bytes without a charset: a date may differ, no more."""
GIVEN_UP = ("404", "410")
TRIED_AGAIN = (
    "500", "reset", "slow-drip", "endless", "gzip-bomb", "truncated-gzip", "redirect-loop", "empty", "not-html",
)  # fmt: skip
DEFERRED = ("503-retry-after", "429-retry-after")
_NO_WORDS = re.compile(rb"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
FORBIDDEN, INSIDE = "/private/members", "/go/inside"


@dataclass(frozen=True)
class Row:
    """An entry as it stands in the database."""

    state: str
    attempts: int
    next_attempt: datetime | None


@dataclass(frozen=True)
class Seen:
    """What came of a collect, by the place of each page.

    `texts` are the right ones of pages with a wrong charset, `blank` the pages that hold not one word.
    """

    begun: datetime
    ended: datetime
    report: Mapping[str, Any]
    failures: Mapping[str, str]
    entries: Mapping[str, Row]
    articles: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, str]
    blank: Collection[str] = ()
    requests: Sequence[Request] = ()
    trapped: int = 0
    memory: int = 0


def rows(root: Path) -> dict[str, Row]:
    """Every entry in the database, by the place of its address."""
    found = {}
    with database(root) as connection:
        for url, state, attempts, moment in connection.execute("SELECT url, state, attempts, next_attempt FROM entry"):
            when = datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None
            found[place(url)] = Row(state, attempts, when)
    return found


# ---------------------------------------------------------------------------------------------------------------
# How a page must be treated: "" where it was, else what is wrong


def healthy(page: Truth, seen: Seen) -> str:
    """A page that behaves is stored with its text, or listed where it holds none."""
    where = place(page.url)
    article = seen.articles.get(where)
    if article is None:
        reason = seen.failures.get(where, "")
        return "" if reason and where in seen.blank else f"not stored: {reason or 'and not reported'}"
    return "" if article["text"].strip() else "stored without a text"


def gives_no_page(page: Truth, seen: Seen) -> str:
    """A page that cannot be had is listed and tried again later, or given up at once."""
    where = place(page.url)
    row, article = seen.entries.get(where), seen.articles.get(where)
    if row is None or where not in seen.failures:
        return "not listed"
    if article is not None:
        return "" if article["grade"] == "teaser" and row.state == "stored" else f"stored, graded {article['grade']}"
    if page.fault in GIVEN_UP:
        return "" if row.state == "failed" else f"{row.state}, not given up"
    again = row.next_attempt is not None and row.next_attempt > seen.begun
    return "" if row.state == "pending" and row.attempts == 1 and again else f"not kept for another try: {row}"


def put_off(page: Truth, seen: Seen) -> str:
    """A page that names a time is deferred by that time."""
    row = seen.entries.get(place(page.url))
    if row is None or row.state != "deferred" or row.next_attempt is None:
        return f"not deferred: {row}"
    if place(page.url) not in seen.failures:
        return "not listed"
    early, late = seen.begun + HOUR, seen.ended + HOUR
    return "" if early <= row.next_attempt <= late else f"deferred until {row.next_attempt}, not for an hour"


def refused(page: Truth, seen: Seen) -> str:
    """A page that leads where nobody may look is refused."""
    where = place(page.url)
    row, article = seen.entries.get(where), seen.articles.get(where)
    if row is None or where not in seen.failures:
        return "not listed"
    teaser = article is not None and article["grade"] == "teaser" and row.state == "stored"
    return "" if teaser or (article is None and row.state == "refused") else f"not refused: {row}"


def rightly_read(page: Truth, seen: Seen) -> str:
    """A page whose charset does not exist is stored with the right text."""
    if wrong := healthy(page, seen):
        return wrong
    if place(page.url) not in seen.articles:
        return ""
    text, right = seen.articles[place(page.url)]["text"], seen.texts[place(page.url)]
    expected = page.text or right
    found, possible = f1(expected, text), f1(expected, right)
    return "" if found >= NEAR * possible else f"read with F1 {found:.3f}, where {possible:.3f} is possible"


RULES: Mapping[str, Callable[[Truth, Seen], str]] = {
    "": healthy,
    **dict.fromkeys((*GIVEN_UP, *TRIED_AGAIN), gives_no_page),
    **dict.fromkeys(DEFERRED, put_off),
    "redirect-private": refused,
    "wrong-charset": rightly_read,
}


def wrong(truth: Sequence[Truth], seen: Seen, fault: str) -> list[str]:
    """The pages with a fault that were not treated as they must be, and why."""
    judged = ((page, RULES[fault](page, seen)) for page in truth if page.fault == fault)
    return [f"{page.url}: {why}" for page, why in judged if why]


# ---------------------------------------------------------------------------------------------------------------
# What must hold of the run as a whole


def forbidden(seen: Seen) -> list[str]:
    """Requests for what robots.txt forbids."""
    return [f"{request.host}{request.path}" for request in seen.requests if request.path.startswith("/private/")]


def connected(seen: Seen) -> list[str]:
    """Connections to the trap."""
    return unless(seen.trapped == 0, f"{seen.trapped} connections to the trap")


def too_large(seen: Seen) -> list[str]:
    """Memory beyond what is allowed."""
    return unless(seen.memory < MOST_MEMORY, f"{seen.memory / 1e6:.0f} MB")


def too_slow(ran: Ran, calm: Ran) -> list[str]:
    """Time beyond what is allowed: faults may cost half of a run without any, and one time limit of a page."""
    most = MOST_TIME * calm.cost.wall + TIME_LIMIT.total_seconds()
    return unless(ran.cost.wall <= most, f"{ran.cost.wall:.1f} s, more than {most:.1f} s")


def not_listed(sites: Sequence[Site], seen: Seen) -> list[str]:
    """Pages that robots.txt forbids, or that redirect to the trap, and that were not listed as refused."""
    found = []
    for site in sites:
        for path in (FORBIDDEN, INSIDE):
            where = place(site.home.rstrip("/") + path)
            row = seen.entries.get(where)
            if where not in seen.failures or row is None or row.state != "refused":
                found.append(f"{where}: {row}, {seen.failures.get(where, 'not listed')}")
    return found


def miscounted(truth: Sequence[Truth], sites: Sequence[Site], seen: Seen) -> list[str]:
    """Figures of the report that are not those of the pages."""
    faults = Counter(page.fault for page in truth)
    lost = sum(place(page.url) not in seen.articles for page in truth if page.fault in ("", "wrong-charset"))
    expected = {
        "failed": sum(faults[fault] for fault in (*GIVEN_UP, *TRIED_AGAIN)) + lost,
        "deferred": sum(faults[fault] for fault in DEFERRED),
        "refused": faults["redirect-private"] + 2 * len(sites),
    }
    counted = seen.report["pages"]
    return [f"{counted[name]} {name}, not {right}" for name, right in expected.items() if counted[name] != right]


# ---------------------------------------------------------------------------------------------------------------
# Running


def observe(root: Path, replay: Replay, texts: Mapping[str, str]) -> tuple[Seen, Ran]:
    """One collect, and what came of it."""
    trapped = replay.trapped
    begun = datetime.now(UTC)
    ran = collect(root)
    ended = datetime.now(UTC)
    seen = Seen(
        begun=begun,
        ended=ended,
        report=ran.report,
        failures={place(each.get("url", "")): each["error"] for each in ran.report["failures"]},
        entries=rows(root),
        articles={place(article["url"]): article for article in exported(root)},
        texts=texts,
        requests=replay.requests(),
        trapped=replay.trapped - trapped,
        memory=ran.cost.memory,
    )
    return seen, ran


def contents(shared: Path, truth: Sequence[Truth]) -> Iterator[tuple[Truth, bytes]]:
    """The bytes of pages, as the corpus has them."""
    pages = shared / "corpus/pages"
    lines = (pages / "index.jsonl").read_text(encoding="utf-8").splitlines()
    files = {record["url"]: record["file"] for record in map(json.loads, lines)}
    for page in truth:
        content = (pages / files[page.original_url]).read_bytes()
        yield page, gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def right_texts(shared: Path, truth: Sequence[Truth]) -> dict[str, str]:
    """Our reading of the bytes of the pages with a wrong charset, told no charset at all."""
    amiss = [page for page in truth if page.fault == "wrong-charset"]
    return {place(page.url): extract(content, page.url, "text/html").text for page, content in contents(shared, amiss)}


def blank(shared: Path, truth: Sequence[Truth], articles: Mapping[str, object]) -> frozenset[str]:
    """Of the pages that can be read and were not stored, those that hold not one word outside scripts and styles."""
    missing = [page for page in truth if page.fault in ("", "wrong-charset") and place(page.url) not in articles]
    return frozenset(
        place(page.url) for page, content in contents(shared, missing) if not _NO_WORDS.sub(b" ", content).strip()
    )


def by_fault(truth: Sequence[Truth], seen: Seen, checks: Checks) -> None:
    """The table: every fault, how many pages have it, and how many were treated right."""
    counts = Counter(page.fault for page in truth)
    teasers = Counter(
        page.fault for page in truth if seen.articles.get(place(page.url), {}).get("grade") == "teaser" and page.fault
    )
    for fault in RULES:
        amiss = wrong(truth, seen, fault)
        teased = f", {teasers[fault]} kept as the feed's teaser" if teasers[fault] else ""
        done = f"{counts[fault] - len(amiss)} of {counts[fault]} treated right{teased}"
        checks.that(f"{fault or 'healthy':18} {done}", amiss)


def falsified(truth: Sequence[Truth], seen: Seen, checks: Checks) -> None:
    """Every rule once more on results that are wrong in the way that it is there to find."""
    silent = replace(seen, failures={})
    late = {
        where: replace(row, next_attempt=row.next_attempt and row.next_attempt + HOUR, state="stored")
        if row.state != "deferred"
        else replace(row, next_attempt=row.next_attempt and row.next_attempt + HOUR)
        for where, row in seen.entries.items()
    }
    garbled = {
        where: {**article, "text": article["text"].encode().decode("latin-1")}
        for where, article in seen.articles.items()
    }
    for fault, rule in RULES.items():
        if rule is gives_no_page:
            checks.can_fail(f"{fault}, not listed", wrong(truth, silent, fault))
        elif rule is put_off:
            checks.can_fail(f"{fault}, deferred for two hours", wrong(truth, replace(seen, entries=late), fault))
        elif rule is refused:
            checks.can_fail(f"{fault}, stored", wrong(truth, replace(seen, entries=late), fault))
        elif rule is rightly_read:
            checks.can_fail(f"{fault}, read as Latin-1", wrong(truth, replace(seen, articles=garbled), fault))
        else:
            checks.can_fail("healthy, not stored", wrong(truth, replace(seen, articles={}), fault))


def let_loose(folder: Path, replay: Replay, truth: Sequence[Truth], checks: Checks) -> None:
    """Small collects that are allowed what they must not be."""
    careless = {"fetch.respect_robots": "false", "fetch.allow_addresses": '["127.0.0.0/8"]'}
    few = make_root(folder / "careless", [site.source for site in replay.sites[:5]], careless)
    seen, _ = observe(few, replay, {})
    checks.can_fail("no request for what robots.txt forbids", forbidden(seen))
    checks.can_fail("no connection to the trap", connected(seen))
    bombs = {page.url.split("/")[2] for page in truth if page.fault == "gzip-bomb"}
    sources = [site.source for site in replay.sites if site.home.split("/")[2] in bombs][:4]
    seen, ran = observe(make_root(folder / "greedy", sources, {"fetch.max_page": '"400MB"'}), replay, {})
    checks.can_fail(f"below 1 GB of memory (of {len(sources)} sites with a bomb: {ran.cost})", too_large(seen))


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    checks = Checks()
    hosts = ("--hosts", str(arguments.hosts))
    with tempfile.TemporaryDirectory() as place_of_roots:
        folder = Path(place_of_roots)
        with Replay(arguments.shared, folder / "calm-log", *hosts) as replay:
            calm = collect(make_root(folder / "calm", [site.source for site in replay.sites]))
        print(f"without faults: {calm.cost}; exit {calm.code}")
        with Replay(arguments.shared, folder / "log", "--fault", str(arguments.fault), *hosts) as replay:
            print(replay.greeting)
            truth, sites = replay.truth, replay.sites
            root = make_root(folder / "whole", [site.source for site in sites])
            seen, ran = observe(root, replay, right_texts(arguments.shared, truth))
            seen = replace(seen, blank=blank(arguments.shared, truth, seen.articles))
            print(f"{ran.cost}; exit {ran.code}")
            seconds = (f"{stage} {seconds:.1f}" for stage, seconds in seen.report["seconds"].items())
            print(f"seconds: {', '.join(seconds)}")
            print(f"pages: {seen.report['pages']}; articles: {seen.report['articles']}")
            by_fault(truth, seen, checks)
            as_a_whole(truth, sites, seen, checks)
            checks.that("the runs did their job: exit 0", unless(ran.code == calm.code == 0, f"exit {ran.code}"))
            checks.that(f"in time: {ran.cost.wall / calm.cost.wall:.2f} times as without faults", too_slow(ran, calm))
            most = max(seen.memory, calm.cost.memory)
            checks.that(f"below 1 GB of memory: {most / 1e6:.0f} MB", too_large(replace(seen, memory=most)))
            falsified(truth, seen, checks)
            twice = replace(ran, cost=replace(ran.cost, wall=2 * (calm.cost.wall + TIME_LIMIT.total_seconds())))
            checks.can_fail("in time, had it taken twice as long and two time limits", too_slow(twice, calm))
            let_loose(folder, replay, truth, checks)
    return checks.code()


def as_a_whole(truth: Sequence[Truth], sites: Sequence[Site], seen: Seen, checks: Checks) -> None:
    """What must hold of the run as a whole, beside its time and its memory."""
    checks.that("what robots.txt forbids and what leads to the trap is listed as refused", not_listed(sites, seen))
    checks.that("the report counts them so", miscounted(truth, sites, seen))
    checks.that("no request for what robots.txt forbids", forbidden(seen))
    checks.that("no connection to the trap", connected(seen))


if __name__ == "__main__":
    fault = {"type": float, "default": 0.5, "help": "the share of pages that misbehaves"}
    hosts = {"type": int, "default": 60, "help": "how many sites the publishers are merged into"}
    sys.exit(bench(__doc__, main, fault=fault, hosts=hosts))
