"""How well and how fast articles are grouped into stories.

    python bench/stories.py [../shared] [--only halves|short|events|pairs|lookup|speed]

events: articles of 202 events, of which half (by a hash of the name) was developed on, and the other half is reported.
Ours beside the two best of twelve baselines measured for this project: average linkage over TF-IDF of words, and of
words and pairs of words, with the bound that is best on the first half, where dates are known with several windows.
The dates of that collection are those of a crawl, and tell which articles belong together: they are left out ("no
dates", all published at one moment) but for the days that addresses name ("dated", of those articles alone).
halves: what the settings were chosen by: the half that was developed on, without two monthly round-ups that are
labelled as one event each, halved anew eight times; the mean of the sixteen, for the baselines with the bound that is
best there.
short: the same halves, and the half that is reported, with texts cut to their first lines, all or every second one: by
words alone, and by what the installed encoder says they mean as well.
pairs: invented items of one theme, some of them on the same event. lookup: what looking up costs in quality beside
comparing every article. speed: 1,000 new articles among 10,000 and 100,000 kept ones, made of sentences of real ones,
in seconds of one core, the reading of each article, which workers do, apart.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from given import SHARED, needed

from monitor.relevance.items import Item
from monitor.relevance.meaning import vectors_of
from monitor.stories import Candidate, StorySettings, Vectors, lookup, place, signature
from monitor.stories.meaning import no_vectors
from monitor.text import content_hash

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
BOUNDS = np.arange(0.04, 0.4, 0.01)
WINDOWS = (1, 3, 7, 30)
ROUND_UPS = "On the campaign trail"
_DAY = re.compile(r"(20[01]\d|19\d\d)[/-]?(0[1-9]|1[0-2])[/-]?([0-3]\d)(?!\d)")
_NAMED_DAY = re.compile(r"(20[01]\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/([0-3]\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Told:
    """An article with the event it tells of, and the day that its address names."""

    article: Candidate
    event: str
    day: datetime | None


@dataclass(frozen=True)
class Figures:
    """How clusters agree with events: B-cubed precision, recall and F1 (Bagga and Baldwin 1998), F1 of pairs."""

    precision: float
    recall: float
    f1: float
    pairs: float
    clusters: int

    def __str__(self) -> str:
        return (
            f"B-cubed P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}, pairs F1 {self.pairs:.3f}, "
            f"{self.clusters} clusters"
        )


# ---------------------------------------------------------------------------------------------------------------
# What is measured on


def told(path: Path) -> list[Told]:
    """The articles of the events, in an order that says nothing of them."""
    rows = sorted(read(path), key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    return [Told(candidate(number, row), row["label"], day_of(row)) for number, row in enumerate(rows, 1)]


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a collection."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def candidate(number: int, row: dict[str, Any]) -> Candidate:
    """A line as what is grouped."""
    text, language = row["text"], row.get("lang") or "en"
    url = row.get("url") or f"https://outlet-{number}.example/{number}"
    return Candidate(
        number, row["title"], text, START, language, url.split("/")[2], "", url, content_hash(text),
        signature(text, language),
    )  # fmt: skip


def day_of(row: dict[str, Any]) -> datetime | None:
    """Noon of the day that an address names, or that the handpicked articles state."""
    if row["subset"] == "handpicked" and row["published_at"]:
        return datetime.fromisoformat(row["published_at"]).astimezone(UTC)
    try:
        if found := _DAY.search(row["url"]):
            return datetime(int(found[1]), int(found[2]), int(found[3]), 12, tzinfo=UTC)
        if found := _NAMED_DAY.search(row["url"]):
            return datetime(int(found[1]), _MONTHS.index(found[2]) + 1, int(found[3]), 12, tzinfo=UTC)
    except ValueError:
        pass
    return None


def reported(event: str) -> bool:
    """Whether an event is of the half that was not developed on."""
    return hashlib.sha256(f"events-v1:{event}".encode()).digest()[0] % 2 == 1


# ---------------------------------------------------------------------------------------------------------------
# Grouping


def figures(clusters: Sequence[Any], events: Sequence[str]) -> Figures:
    """How clusters agree with events."""
    found, true = defaultdict(set), defaultdict(set)
    for number, (cluster, event) in enumerate(zip(clusters, events, strict=True)):
        found[cluster].add(number)
        true[event].add(number)
    both = [(found[cluster], true[event]) for cluster, event in zip(clusters, events, strict=True)]
    precision = sum(len(mine & theirs) / len(mine) for mine, theirs in both) / len(both)
    recall = sum(len(mine & theirs) / len(theirs) for mine, theirs in both) / len(both)
    ours, right = ({pair for group in of.values() for pair in combinations(sorted(group), 2)} for of in (found, true))
    return Figures(
        precision,
        recall,
        2 * precision * recall / (precision + recall),
        2 * len(ours & right) / max(1, len(ours) + len(right)),
        len(found),
    )


def ours(given: Sequence[Told], settings: StorySettings, vectors: Vectors | None = None) -> list[Any]:
    """The story of each article as the program places them, all at once; by what they mean where nothing is given."""
    articles = [each.article for each in given]
    return [placed.group for placed in place(articles, [], settings, vectors or meant(articles))]


def meant(articles: Sequence[Candidate]) -> Vectors:
    """What articles mean, asked for as `monitor stories` asks."""
    known = {each.id: each for each in articles}

    def of(ids: Sequence[int]) -> dict[int, bytes]:
        items = [Item(str(key), known[key].title, known[key].text, known[key].language) for key in ids]
        return dict(zip(ids, vectors_of(items), strict=True))

    return of


class Baseline:
    """Average linkage over TF-IDF, as the research note's recommendation has it."""

    def __init__(self, given: Sequence[Told], words: int, window: int | None = None) -> None:
        from scipy.cluster.hierarchy import linkage
        from scipy.spatial.distance import squareform
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(ngram_range=(1, words), min_df=2, sublinear_tf=True, stop_words="english")
        matrix = vectorizer.fit_transform([f"{each.article.title}\n{each.article.text}" for each in given])
        likeness = (matrix @ matrix.T).toarray()
        if window is not None:
            days = np.array([each.article.published.timestamp() / 86_400 for each in given])
            likeness[np.abs(days[:, None] - days[None, :]) > window] = 0.0
        distances = np.clip(1.0 - likeness, 0.0, 1.0)
        np.fill_diagonal(distances, 0.0)
        self._tree = linkage(squareform(distances, checks=False), "average")

    def at(self, bound: float) -> list[Any]:
        """The cluster of each article where those that are so alike join."""
        from scipy.cluster.hierarchy import fcluster

        clusters: list[Any] = fcluster(self._tree, 1.0 - bound, "distance").tolist()
        return clusters


def best(
    make: Callable[[Sequence[Told]], Baseline], halves: Sequence[Sequence[Told]]
) -> tuple[float, Figures, Figures]:
    """The bound that is best on the first half, and the figures with it on both."""
    trees = [make(half) for half in halves]
    names = [[each.event for each in half] for half in halves]
    bound = max(BOUNDS, key=lambda bound: figures(trees[0].at(bound), names[0]).f1)
    first, second = (figures(tree.at(bound), events) for tree, events in zip(trees, names, strict=True))
    return bound, first, second


def events(given: Sequence[Told]) -> Iterator[str]:
    """The table of events, without dates and with those that are known."""
    dated = [Told(replace(each.article, published=each.day), each.event, each.day) for each in given if each.day]
    for name, articles, windows in (("no dates", given, (None,)), ("dated", dated, (None, *WINDOWS))):
        halves = [[each for each in articles if reported(each.event) == half] for half in (False, True)]
        size = f"{len(halves[1])} articles, {len({each.event for each in halves[1]})} events"
        yield f"{name}: {size} reported, {len(halves[0])} articles developed on"
        tried = []
        for words, window in product((1, 2), windows):
            bound, first, second = best(lambda half, words=words, window=window: Baseline(half, words, window), halves)
            tried.append((first.f1, second.f1))
            title = f"average linkage, {'words' if words == 1 else 'words and pairs'}"
            title += f", {window} d" * bool(window) + f", bound {bound:.2f}"
            yield f"  {title:52} {second}"
        mine = [figures(ours(half, StorySettings()), [each.event for each in half]) for half in halves]
        yield f"  {'ours':52} {mine[1]}"
        yield f"  {'ours, on the half developed on':52} {mine[0]}"
        for which, other in (
            ("best where developed", max(tried)[1]),
            ("best where reported", max(f for _, f in tried)),
        ):
            yield f"  error against the baseline that is {which}: {(1 - mine[1].f1) / (1 - other) - 1:+.1%}"


def halved(given: Sequence[Told]) -> tuple[list[Told], list[list[Told]]]:
    """What was developed on, without round-ups, and its sixteen halves."""
    known = [each for each in given if not reported(each.event) and not each.event.startswith(ROUND_UPS)]
    names = sorted({each.event for each in known})
    parts = []
    for seed in range(100, 108):
        drawn = set(random.Random(seed).sample(names, len(names) // 2))
        parts += [[each for each in known if (each.event in drawn) == half] for half in (False, True)]
    return known, parts


def short(given: Sequence[Told]) -> Iterator[str]:
    """How articles of a few lines are grouped, by words and by what they mean as well."""
    second = {each.article.id for each in given if random.Random(each.article.id).random() < 0.5}
    for name, length, which in (
        *((f"the first {length} characters", length, None) for length in (200, 350, 600)),
        ("350 characters of every second", 350, second),
    ):
        cut = [each if which and each.article.id not in which else shortened(each, length) for each in given]
        parts = [*halved(cut)[1], [each for each in cut if reported(each.event)]]
        for how, vectors in (("words", no_vectors), ("words and meaning", None)):
            found = [figures(ours(part, StorySettings(), vectors), [each.event for each in part]) for part in parts]
            mean = np.mean([each.f1 for each in found[:-1]])
            yield f"  {name:32} {how:18} halves F1 {mean:.3f}; reported {found[-1]}"


def shortened(told: Told, length: int) -> Told:
    """An article with as many whole sentences as fit, at least one half of so many characters."""
    text = told.article.text[:length]
    end = text.rfind(". ")
    text = text[: end + 1] if end > length // 2 else text
    return replace(told, article=replace(told.article, text=text, signature=signature(text, told.article.language)))


def halves(given: Sequence[Told]) -> Iterator[str]:
    """The means over the halves of the half that was developed on."""
    known, parts = halved(given)
    told_of = [[each.event for each in part] for part in parts]
    for words in (1, 2):
        trees = [Baseline(part, words) for part in parts]
        means = [
            np.mean([figures(tree.at(bound), true).f1 for tree, true in zip(trees, told_of, strict=True)])
            for bound in BOUNDS
        ]
        yield f"  average linkage, {'words' if words == 1 else 'words and pairs':16} F1 {max(means):.3f}"
    mine = [figures(ours(part, StorySettings()), true).f1 for part, true in zip(parts, told_of, strict=True)]
    yield f"  {'ours':33} F1 {np.mean(mine):.3f}"
    every = figures(ours(known, StorySettings()), [each.event for each in known])
    yield f"  ours, on all {len(known)} articles at once: {every}"


def pairs(path: Path) -> Iterator[str]:
    """The pairs of invented items that tell of one event, and the others that were put together."""
    rows = read(path)
    roots = {row["id"]: row.get("pair") or row["id"] for row in rows}
    for row in rows:
        roots[row["id"]] = roots.get(row.get("update_of") or row["id"], roots[row["id"]])
    articles = [Told(candidate(number, row), roots[row["id"]], None) for number, row in enumerate(rows, 1)]
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for each, story in zip(articles, ours(articles, StorySettings()), strict=True):
        groups[story].append(each.article.id)
    true = {
        pair
        for pair in combinations(range(1, len(rows) + 1), 2)
        if roots[rows[pair[0] - 1]["id"]] == roots[rows[pair[1] - 1]["id"]]
    }
    across = {pair for pair in true if rows[pair[0] - 1]["lang"] != rows[pair[1] - 1]["lang"]}
    found = {pair for group in groups.values() for pair in combinations(sorted(group), 2)}
    yield f"  {len(true)} pairs on one event, of them {len(across)} across languages, which are kept apart"
    yield f"  found {len(found & true)} of {len(true - across)}; other items put together: {len(found - true)} pairs"


def looked_up(given: Sequence[Told]) -> Iterator[str]:
    """How many of 150 articles join the story of their event among all others, compared with each and looked up."""
    chance = random.Random(3)
    shuffled = chance.sample(list(given), len(given))
    numbers = {event: number for number, event in enumerate(sorted({each.event for each in given}))}
    kept = [replace(each.article, story=numbers[each.event]) for each in shuffled[150:]]
    there = {article.story for article in kept}
    new = [each for each in shuffled[:150] if numbers[each.event] in there]
    every = lookup.EVERY
    for name, bound in (("compared with each", every), ("looked up", 0)):
        lookup.EVERY = bound
        stories = [place([each.article], kept, StorySettings())[0].story for each in new]
        right = sum(story == numbers[each.event] for story, each in zip(stories, new, strict=True))
        yield f"  {name}: {right} of {len(new)} join the story of their event, among {len(kept)} articles"
    lookup.EVERY = every


def speed(paths: Sequence[Path]) -> Iterator[str]:
    """What placing costs."""
    chance = random.Random(2)
    sentences = [
        sentence
        for path in paths
        for row in read(path)
        for sentence in row["text"].replace("\n", " ").split(". ")
        if 30 < len(sentence) < 400
    ]
    began = time.process_time()
    articles = [mixed(number, sentences, chance) for number in range(1, 101_001)]
    yield f"  reading an article: {1e6 * (time.process_time() - began) / len(articles):.0f} µs, in the workers"
    new = [replace(article, story=None) for article in articles[-1000:]]
    place(new[:10], articles[:3000], StorySettings())
    for count in (0, 10_000, 100_000):
        seconds = min(timed(new, articles[:count]) for _ in range(3))
        yield f"  1,000 among {count:,} kept: {seconds:.2f} s, {1000 / seconds:,.0f} a second"


def timed(new: Sequence[Candidate], kept: Sequence[Candidate]) -> float:
    """Seconds of processor for placing the new articles."""
    began = time.process_time()
    place(new, kept, StorySettings())
    return time.process_time() - began


def mixed(number: int, sentences: Sequence[str], chance: random.Random) -> Candidate:
    """An article of some 280 words, made of sentences of real ones, of a story of three."""
    text = ""
    while len(text) < 1700:
        text += chance.choice(sentences) + ". "
    row = {"title": text[:60], "text": text, "url": f"https://outlet-{number % 400}.example/{number}"}
    moment = START + timedelta(seconds=chance.randrange(3 * 86_400))
    return replace(candidate(number, row), published=moment, story=number // 3)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("shared", nargs="?", type=Path, default=SHARED, help="holds corpus/topics and probe")
    parser.add_argument("--only", choices=("halves", "short", "events", "pairs", "lookup", "speed"))
    arguments = parser.parse_args()
    topics, probe = arguments.shared / "corpus/topics", arguments.shared / "probe/visible.jsonl"
    paths = [topics / name / "docs.jsonl.gz" for name in ("wikinews_events", "bbc_news_train")]
    needed(*paths, probe, option="stories.py FOLDER")
    given = told(paths[0])
    for name, lines in (
        ("halves", lambda: halves(given)),
        ("short", lambda: short(given)),
        ("events", lambda: events(given)),
        ("pairs", lambda: pairs(probe)),
        ("lookup", lambda: looked_up(given)),
        ("speed", lambda: speed(paths)),
    ):
        if arguments.only in (None, name):
            print(name)
            for line in lines():
                print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
