"""The whole pipeline over the whole replayed web: what is stored, what a second collect asks, and what it costs.

    python bench/replay.py [--shared ../shared]

1. Every site by its feed, or by its home page where only that announces one: `monitor collect --all` stores at least
   99% of the pages, each with a text and none twice.
2. A second one asks every source, gets 304 from each, fetches no page and stores nothing.
3. The same two with every source declared by its home page: feeds by autodiscovery, news sitemaps by robots.txt.

Each check is also made where it must fail: on what was stored with a fiftieth taken away, and on a collect whose
validators and one of whose articles were taken out of the database first. Memory is that of all our processes together
(proportional set size, sampled), the replay left out. Exits with 1 where a check does not come out as it should.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replayed import Checks, Replay, Request, Site, Truth, bench, make_root, place, unless
from running import Ran, collect, database, exported

GOAL = 0.99


@dataclass(frozen=True)
class Again:
    """What a second collect did: its report, what the sites were asked, and how many articles are kept after it."""

    report: dict[str, Any]
    requests: tuple[Request, ...]
    kept: int


def missing(truth: Sequence[Truth], articles: Sequence[dict[str, Any]]) -> list[str]:
    """The pages that were not stored with a text."""
    stored = {place(article["url"]) for article in articles if article["text"].strip()}
    return [page.url for page in truth if place(page.url) not in stored]


def too_many_missing(truth: Sequence[Truth], articles: Sequence[dict[str, Any]]) -> list[str]:
    """The pages that were not stored with a text, where they are more than one in a hundred."""
    lost = missing(truth, articles)
    return lost if len(truth) - len(lost) < GOAL * len(truth) else []


def twice(articles: Sequence[dict[str, Any]]) -> list[str]:
    """The places at which more than one article is kept."""
    return [where for where, count in Counter(place(article["url"]) for article in articles).items() if count > 1]


def not_asked(sites: Sequence[Site], again: Again) -> list[str]:
    """Sources that a second collect did not ask, or asked without the validator that they had offered."""
    asked = {f"{request.host}" for request in again.requests if request.conditional}
    silent = [site.source for site in sites if site.home.split("/")[2].partition(":")[0] not in asked]
    polled = again.report["sources"]["polled"]
    return silent + unless(polled == len(sites), f"{polled} of {len(sites)} sources polled")


def not_spared(sites: Sequence[Site], again: Again) -> list[str]:
    """Answers of a second collect that were not 304, but for robots.txt; and sources that were not counted as such."""
    wasted = [
        f"{request.host}{request.path}: {request.status}{'' if request.conditional else ', asked without a validator'}"
        for request in again.requests
        if request.path != "/robots.txt" and request.status != "304"
    ]
    unchanged = again.report["sources"]["not_modified"]
    return wasted + unless(unchanged == len(sites), f"{unchanged} of {len(sites)} sources counted as not modified")


def fetched(truth: Sequence[Truth], again: Again) -> list[str]:
    """Pages that a second collect asked for."""
    pages = {place(page.url) for page in truth}
    ports = {page.url.split("/")[2].partition(":")[2] for page in truth}
    asked = [
        f"{request.host}{request.path}"
        for request in again.requests
        if any(place(f"http://{request.host}:{port}{request.path}") in pages for port in ports)
    ]
    counted = again.report["pages"]["fetched"]
    return asked + unless(counted == 0, f"{counted} pages counted as fetched")


def stored(before: int, again: Again) -> list[str]:
    """What a second collect stored."""
    counted = again.report["articles"]["stored"]
    return unless(counted == 0, f"{counted} articles counted as stored") + unless(
        again.kept == before, f"{before} articles were kept, and then {again.kept}"
    )


def show(what: str, ran: Ran) -> None:
    """One run's figures."""
    report = ran.report
    print(f"  {what}: {ran.cost}; exit {ran.code}")
    print("    seconds: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report["seconds"].items()))
    print(
        "    "
        + "; ".join(
            f"{noun}: " + ", ".join(f"{count} {name}" for name, count in report[noun].items())
            for noun in ("sources", "entries", "pages", "articles", "relevant")
        )
    )


def first_collect(root: Path, replay: Replay, truth: Sequence[Truth], checks: Checks) -> list[dict[str, Any]]:
    """Collect everything; the articles kept."""
    ran = collect(root)
    replay.requests()
    articles = exported(root)
    show("first collect", ran)
    lost = missing(truth, articles)
    print(f"  {len(truth) - len(lost)} of {len(truth)} pages stored with a text ({1 - len(lost) / len(truth):.2%})")
    failures = {place(each.get("url", "")): each["error"] for each in ran.report["failures"]}
    for url in lost:
        print(f"    missing: {url}: {failures.get(place(url), 'no failure reported')}")
    checks.that(f"at least {GOAL:.0%} of the pages stored, each with a text", too_many_missing(truth, articles))
    checks.that("none twice", twice(articles))
    checks.that("a page that is not stored is reported", [url for url in lost if place(url) not in failures])
    return articles


def collect_again(root: Path, replay: Replay, what: str = "second collect") -> Again:
    """Collect everything once more."""
    ran = collect(root)
    requests = replay.requests()
    show(what, ran)
    return Again(ran.report, requests, len(exported(root)))


def do_harm(root: Path) -> None:
    """Take the validators out of the database, and one article: what a program that keeps neither would have."""
    with database(root, write=True) as connection:
        connection.execute("UPDATE feedstate SET etag = '', last_modified = ''")
        (article,) = connection.execute("SELECT min(id) FROM article").fetchone()
        connection.execute("DELETE FROM assessment WHERE article_id = ?", (article,))
        connection.execute("UPDATE entry SET state = 'pending', article_id = NULL WHERE article_id = ?", (article,))
        connection.execute("DELETE FROM article WHERE id = ?", (article,))


def measure(root: Path, replay: Replay, checks: Checks) -> None:
    """Both collects of one root, and the one that must fail."""
    sites, truth = replay.sites, replay.truth
    articles = first_collect(root, replay, truth, checks)
    again = collect_again(root, replay)
    checks.that("every source asked again, each with its validator", not_asked(sites, again))
    checks.that("304 from every one", not_spared(sites, again))
    checks.that("no page fetched", fetched(truth, again))
    checks.that("nothing stored", stored(len(articles), again))
    do_harm(root)
    harmed = collect_again(root, replay, "a collect that was robbed of its validators and of one article")
    checks.can_fail("at least 99% stored", too_many_missing(truth, articles[len(articles) // 50 :]))
    checks.can_fail("none twice", twice([*articles, articles[0]]))
    checks.can_fail("asked with a validator", not_asked(sites, harmed))
    checks.can_fail("304", not_spared(sites, harmed))
    checks.can_fail("no page fetched", fetched(truth, harmed))
    checks.can_fail("nothing stored", stored(harmed.kept - 1, harmed))


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder, Replay(arguments.shared, Path(folder) / "requests.jsonl") as replay:
        print(replay.greeting)
        print("every source by its feed, or by its home page where only that announces one")
        measure(make_root(Path(folder) / "feeds", [site.source for site in replay.sites]), replay, checks)
        print("every source by its home page")
        measure(make_root(Path(folder) / "homes", [site.home for site in replay.sites]), replay, checks)
    return checks.code()


if __name__ == "__main__":
    sys.exit(bench(__doc__, main))
