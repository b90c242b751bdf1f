"""How well source documents are read: over a folder of real and test feeds whose sources say what they hold.

    python bench/feeds.py [--corpus ../shared/corpus/feeds] [--verbose]

Prints how many documents there are, how many raised an error (must be none), how many state a title or a number of
entries and how many of those agree, the slowest, and the processor time beside that of bare feedparser on the same
bytes: read for the first time, and again where all but the first entry of each was listed before, as a poll reads a
feed that changed. The folder holds an `index.jsonl`; a line names a `file` and what its source states of it
(`expectation`): `title` and `n_entries`, or, in feedparser's own tests, a Python condition on the parsed feed, of which
the parts on `feed['title']` and `len(entries)` are taken.

Titles are compared as a reader sees them: without markup, entities written out, whitespace folded. Sources state them
as raw XML text, as HTML or as text, so they do not agree with one another in any other form.
"""

import argparse
import ast
import html
import io
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from given import SHARED, needed

from monitor.sources import Listing, mark, parse

GOAL = 0.995


@dataclass(frozen=True)
class Stated:
    """What the source of a document says of it; None where it says nothing of that."""

    title: str | None
    entries: int | None


@dataclass(frozen=True)
class Result:
    """What became of a document."""

    file: str
    stated: Stated
    listing: Listing | None
    error: str
    seconds: float

    @property
    def differences(self) -> list[str]:
        """Where the listing is not what was stated, in words."""
        if self.listing is None:
            return [self.error]
        found: list[str] = []
        title, entries = self.stated.title, self.stated.entries
        if title is not None and as_seen(title) != as_seen(self.listing.title):
            found.append(f"title stated {title!r}, found {self.listing.title!r}")
        if entries is not None and entries != len(self.listing.entries):
            found.append(f"entries stated {entries}, found {len(self.listing.entries)}")
        return found


def as_seen(title: str) -> str:
    """A title as a reader sees it, whatever form it is stated in."""
    before = ""
    while before != title:
        before, title = title, re.sub(r"</?[A-Za-z][^<>]*>", "", html.unescape(title))
    return " ".join(title.split())


def condition(text: str) -> Stated:
    """What a condition of feedparser's tests says of the feed's title and the number of its entries."""
    title = re.search(r"feed\[.title.\] == u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", text)
    entries = re.search(r"len\(entries\) == (\d+)", text)
    return Stated(ast.literal_eval(title[1]) if title else None, int(entries[1]) if entries else None)


def stated(expectation: dict[str, Any] | None) -> Stated:
    """What the index says of a document."""
    if not expectation:
        return Stated(None, None)
    if "expect" in expectation:
        return condition(expectation["expect"])
    return Stated(expectation.get("title"), expectation.get("n_entries"))


def read(corpus: Path) -> Iterator[Result]:
    """Every document of the folder, parsed."""
    for line in (corpus / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        content = (corpus / row["file"]).read_bytes()
        listing, error = None, ""
        start = time.process_time()
        try:
            listing = parse(content, "https://feeds.example/document", source="bench")
        except Exception as problem:  # noqa: BLE001 - any at all is what this looks for
            error = f"{type(problem).__name__}: {problem}"
        seconds = time.process_time() - start
        yield Result(row["file"], stated(row["expectation"]), listing, error, seconds)


def seconds_again(corpus: Path, results: list[Result]) -> float:
    """Processor time of reading the same documents where all but the first entry of each was listed before."""
    given = [
        ((corpus / result.file).read_bytes(), [mark(each.canonical_url) for each in result.listing.entries[1:]])
        for result in results
        if result.listing
    ]
    start = time.process_time()
    for content, known in given:
        parse(content, "https://feeds.example/document", source="bench", known=known)
    return time.process_time() - start


def feedparser_seconds(corpus: Path, results: list[Result]) -> float:
    """Processor time that bare feedparser takes for the same documents."""
    import feedparser

    contents = [(corpus / result.file).read_bytes() for result in results]
    start = time.process_time()
    for content in contents:
        feedparser.parse(io.BytesIO(content))
    return time.process_time() - start


def report(corpus: Path, results: list[Result], *, verbose: bool) -> bool:
    """Print the figures; whether they reach the goals."""
    failed = [result for result in results if result.listing is None]
    claims = [result for result in results if result.stated != Stated(None, None)]
    wrong = [result for result in claims if result.differences]
    share = 1 - len(wrong) / len(claims)
    titles = [result for result in claims if result.listing and result.stated.title is not None]
    literal = sum(result.listing is not None and result.stated.title == result.listing.title for result in titles)
    slowest = max(results, key=lambda result: result.seconds)
    own = sum(result.seconds for result in results)
    again = seconds_again(corpus, results)
    bare = feedparser_seconds(corpus, results)
    print(f"documents                 {len(results)}")
    print(f"unhandled errors          {len(failed)}")
    print(f"state a title or a count  {len(claims)}")
    print(f"agree                     {len(claims) - len(wrong)} of them ({share:.2%}, goal {GOAL:.1%})")
    print(f"titles to the letter      {literal} of {len(titles)}; the others are stated as markup or raw text")
    print(f"slowest                   {slowest.seconds * 1000:.0f} ms, {slowest.file}")
    print(f"processor time            {own:.2f} s; bare feedparser {bare:.2f} s ({own / bare:.2f} of it)")
    print(f"  all but one known       {again:.2f} s ({again / bare:.2f} of it)")
    for result in failed + (wrong if verbose else []):
        print(f"  {result.file}: {'; '.join(result.differences)}")
    return not failed and share >= GOAL


def main() -> int:
    """Run the bench; 1 where it misses a goal."""
    parser = argparse.ArgumentParser(description="How well source documents are read.")
    parser.add_argument("--corpus", type=Path, default=SHARED / "corpus/feeds")
    parser.add_argument("--verbose", action="store_true", help="list each disagreement")
    arguments = parser.parse_args()
    needed(arguments.corpus / "index.jsonl", option="--corpus")
    return 0 if report(arguments.corpus, list(read(arguments.corpus)), verbose=arguments.verbose) else 1


if __name__ == "__main__":
    sys.exit(main())
