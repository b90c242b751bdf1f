"""The data that bench/relevance.py measures on: labelled sets, queries over them, and the probe."""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.relevance.items import Item

# How many articles of a set are used at most, drawn once, so that sentence vectors of a slow model are made once.
SETS = {
    "ag_news_test": ("ag_news_test", "", 1200),
    "bbc_news_train": ("bbc_news_train", "", 700),
    "masakhanews_test/eng": ("masakhanews_test", "eng", 600),
    "masakhanews_test/fra": ("masakhanews_test", "fra", 422),
}
UNTOUCHED = {
    "wikinews_events": ("wikinews_events", "", 653),
    "masakhanews_test/pcm": ("masakhanews_test", "pcm", 305),
    "lee50": ("lee50", "", 350),
}
ALL = {**SETS, **UNTOUCHED}
SHARE = 0.05
ARCHIVE = 0.4
LANGUAGES = {"eng": "en", "fra": "fr", "pcm": "en", "zh-Hant": "zh"}
# People found two texts of lee50 alike (on a scale to 1): what is relevant to one as a seed.
ALIKE = 0.5


@dataclass(frozen=True)
class Query:
    """A seed, what is known, what is to be ranked, and which of that is about the same thing."""

    seed: Item
    archive: tuple[Item, ...]
    new: tuple[Item, ...]
    relevant: tuple[bool, ...]


def plain(item: Item) -> str:
    """An article as one text."""
    return f"{item.title}\n\n{item.text}".strip()


def lines(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file of JSON lines, compressed or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in content.decode("utf-8").split("\n"):
        if line:
            yield json.loads(line)


def read_set(folder: Path, name: str, *, whole: bool = False) -> list[tuple[str, Item]]:
    """The labels and articles of a set in an order of their own, at most so many as `ALL` says if not the `whole`."""
    file, language, most = ALL[name]
    rows = [row for row in lines(folder / file / "docs.jsonl.gz") if language in ("", row["lang"])]
    rows.sort(key=lambda row: str(row["id"]))
    random.Random(7).shuffle(rows)
    return [(row.get("label", ""), _item(name, row)) for row in (rows if whole else rows[:most])]


def _item(name: str, row: dict[str, str]) -> Item:
    language = row.get("lang", "en")
    return Item(f"{name}/{row['id']}", row.get("title", ""), row["text"], LANGUAGES.get(language, language))


def queries(folder: Path, name: str, per_label: int, seed: int) -> list[Query]:
    """The queries of a set: sections thinned to 5% of a stream, events as they are, texts that people found alike."""
    if name == "lee50":
        return list(_alike(folder))
    articles = read_set(folder, name)
    if name == "wikinews_events":
        return list(_events(articles, seed))
    return list(_sections(articles, per_label, seed))


def _sections(articles: Sequence[tuple[str, Item]], per_label: int, seed: int) -> Iterator[Query]:
    draw = random.Random(seed)
    for label in sorted({label for label, _ in articles}):
        same = [item for other, item in articles if other == label]
        rest = [item for other, item in articles if other != label]
        wanted = min(len(same), max(6, int(SHARE * len(rest) / (1 - SHARE))))
        for _ in range(per_label):
            about, other = draw.sample(same, wanted), draw.sample(rest, len(rest))
            yield _query(about[0], about[1:], other, draw)


def _events(articles: Sequence[tuple[str, Item]], seed: int) -> Iterator[Query]:
    """One query for each event of four articles or more; all other articles are the stream."""
    draw = random.Random(seed)
    labels = [label for label, _ in articles]
    for label in sorted({label for label in labels if labels.count(label) >= 4}):
        about = [item for other, item in articles if other == label]
        other = [item for other, item in articles if other != label]
        draw.shuffle(about)
        yield _query(about[0], about[1:], draw.sample(other, len(other)), draw)


def _query(seed: Item, about: Sequence[Item], other: Sequence[Item], draw: random.Random) -> Query:
    kept, kept_other = int(ARCHIVE * len(about)), int(ARCHIVE * len(other))
    archive = [*about[:kept], *other[:kept_other]]
    new = [(item, True) for item in about[kept:]] + [(item, False) for item in other[kept_other:]]
    draw.shuffle(archive)
    draw.shuffle(new)
    return Query(seed, tuple(archive), tuple(item for item, _ in new), tuple(yes for _, yes in new))


def _alike(folder: Path) -> Iterator[Query]:
    """Each text of lee50 as a seed, the other 49 to be ranked, its background texts as the archive."""
    texts = [_item("lee50", row) for row in lines(folder / "lee50" / "docs.jsonl.gz")]
    archive = tuple(
        Item(f"lee50/b{number}", "", row["text"], "en")
        for number, row in enumerate(lines(folder / "lee50" / "background.jsonl.gz"))
    )
    table = [
        [float(cell) for cell in row.replace(",", " ").split()]
        for row in (folder / "lee50" / "similarities0-1.txt").read_text().splitlines()
        if row.strip()
    ]
    for at, seed in enumerate(texts):
        others = [other for other in range(len(texts)) if other != at]
        relevant = tuple(max(table[at][other], table[other][at]) >= ALIKE for other in others)
        if any(relevant):
            yield Query(seed, archive, tuple(texts[other] for other in others), relevant)


def probe(path: Path) -> list[tuple[str, Item]]:
    """The labels (on, near, off) and items of a probe, in the order of its file."""
    return [
        (
            row["label"],
            Item(row["id"], row["title"], row["text"], LANGUAGES.get(row["lang"], row["lang"])),
        )
        for row in lines(path)
    ]
