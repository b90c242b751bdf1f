"""Entries judged by title and summary: how many pages stay unread, and how many of the relevant ones are among them?

    .venv/bin/python bench/triage.py [--shared ../shared] [--words 30]

`shared` holds probe/, seed/, corpus/topics/, corpus/pages and replay/. A stream of articles is judged twice: as a feed
lists them (title and the first words of the text; of real pages their own title and description), alone, and whole,
beside the archive, as a collect would after reading. Relevant is what the balanced threshold takes of the whole texts,
and beside it what people labelled so. Printed for each stream: the share of pages that is hopeless, and unread once the
drawn ones are taken off; the recall of both; and what an oracle's cut would leave at 99% of what the threshold takes.
"""

import argparse
import importlib.util
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from given import SHARED, needed
from relevance_sets import ALL, plain, probe, queries, read_set

from monitor.models import Topic
from monitor.relevance.items import Archive, Item
from monitor.relevance.profile import SeedText, build
from monitor.relevance.scorer import judge
from monitor.relevance.triage import is_drawn, prospects

TOPIC = Topic("bench", "", ("seed.txt",))
BRIEF = Path(__file__).parent.parent / "seeds" / "ai-competition.md"
SETS = [name for name in ALL if name != "lee50"]
OTHERS = ("ag_news_test", "bbc_news_train", "masakhanews_test/eng")
TITLE_WORDS = 10
GOAL = 0.99


@dataclass(frozen=True)
class Stream:
    """A seed, what came before, and what comes: as listed, as read, and whether people call it relevant."""

    name: str
    seed: str
    archive: tuple[Item, ...]
    listed: Sequence[Item]
    read: Sequence[Item]
    labels: Sequence[bool]


@dataclass(frozen=True)
class Figures:
    """Of one stream: entries, unread ones, those drawn, relevant and kept by threshold and by label, and the oracle."""

    entries: int
    unread: int
    drawn: int
    taken: int
    taken_kept: int
    labelled: int
    labelled_kept: int
    oracle: float
    seconds: float


def listed_of(item: Item, words: int) -> Item:
    """An article as a feed might list it."""
    text = item.text.split()
    return Item(item.id, item.title or " ".join(text[:TITLE_WORDS]), " ".join(text[:words]), item.language)


def measured(stream: Stream) -> Figures:
    """What triage makes of a stream."""
    profile = build(TOPIC, [SeedText("seed.txt", stream.seed)])
    began = time.process_time()
    found = prospects(profile, TOPIC, stream.listed)
    seconds = time.process_time() - began
    whole = judge(profile, TOPIC, stream.read, Archive(items=stream.archive))
    taken = np.array([each.relevant for each in whole])
    labels = np.array(stream.labels)
    unread = np.array([each.hopeless for each in found])
    drawn = np.array([is_drawn(each.id) for each in stream.listed]) & unread
    scores = np.array([each.score for each in found])
    kept = np.sort(scores[taken])
    cut = kept[int(len(kept) * (1 - GOAL) + 1e-9)] if len(kept) else 0.0
    return Figures(
        len(found),
        int(unread.sum()),
        int(drawn.sum()),
        int(taken.sum()),
        int((taken & ~unread).sum()),
        int(labels.sum()),
        int((labels & ~unread).sum()),
        float((scores < cut).mean()),
        seconds,
    )


def streams(shared: Path, words: int) -> Iterator[Stream]:
    """The project's own question among other news, real pages, and other people's sections and events."""
    topics = shared / "corpus" / "topics"
    others = [item for name in OTHERS for _, item in read_set(topics, name)]
    random.Random(1).shuffle(others)
    asked = probe(shared / "probe" / "visible.jsonl")
    new = [item for _, item in asked] + others[:700]
    labels = [label == "on" for label, _ in asked] + [False] * 700
    pages = list(real_pages(shared))
    for name, path in (("brief", BRIEF), ("article", shared / "seed" / "ai-race-feature.txt")):
        seed, archive = path.read_text(encoding="utf-8"), tuple(others[1500:1800])
        listed = [listed_of(item, words) for item in new]
        yield Stream(f"own question, {name}", seed, archive, listed, new, labels)
        yield Stream(
            f"real pages, {name}", seed, archive, [a for a, _ in pages], [b for _, b in pages], [False] * len(pages)
        )
    for name in SETS:
        found = queries(topics, name, 1, 3)
        for number, query in enumerate(found[::4] if name == "wikinews_events" else found):
            listed = [listed_of(item, words) for item in query.new]
            yield Stream(f"{name} {number}", plain(query.seed), query.archive, listed, query.new, query.relevant)


def real_pages(shared: Path) -> Iterator[tuple[Item, Item]]:
    """Pages whose text is known, as their sites' feeds list them in the replay, and as they read."""
    spec = importlib.util.spec_from_file_location("replay", shared / "replay" / "replay.py")
    assert spec
    assert spec.loader
    replay: Any = importlib.util.module_from_spec(spec)
    sys.modules["replay"] = replay
    spec.loader.exec_module(replay)
    folder = shared / "corpus" / "pages"
    world = next(each for each in vars(replay).values() if isinstance(each, type) and hasattr(each, "described"))
    shown = SimpleNamespace(corpus=folder)
    shown.page = lambda file, copy: world.page.__wrapped__(shown, file, copy)
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("ground_truth") == "full_text":
            title, about = world.described.__wrapped__(shown, row["file"])
            title = row["title"] or title
            yield Item(row["file"], title, about), Item(row["file"], title, row["text"])


def show(name: str, some: Sequence[Figures]) -> None:
    """One row of the table: shares in the mean of the streams, recall over all that is relevant in them."""
    left = float(np.mean([each.unread / each.entries for each in some]))
    saved = float(np.mean([(each.unread - each.drawn) / each.entries for each in some]))
    oracle = float(np.mean([each.oracle for each in some]))
    taken, labelled = sum(each.taken for each in some), sum(each.labelled for each in some)
    recalls = [
        f"{kept / of:.3f} of {of}" if of else "none"
        for kept, of in (
            (sum(each.taken_kept for each in some), taken),
            (sum(each.labelled_kept for each in some), labelled),
        )
    ]
    print(
        f"| {name} | {len(some)} | {left:.0%} | {saved:.0%} | {recalls[0]} | {recalls[1]} | {oracle:.0%} |", flush=True
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--words", type=int, default=30)
    options = parser.parse_args()
    needed(options.shared / "probe" / "visible.jsonl", options.shared / "corpus" / "topics", option="--shared")
    groups: dict[str, list[Figures]] = {}
    for stream in streams(options.shared, options.words):
        name = stream.name if "," in stream.name else stream.name.rpartition(" ")[0]
        groups.setdefault(name, []).append(measured(stream))
    print("| stream | queries | hopeless | unread | recall, by threshold | recall, by label | oracle at 99% |")
    print("|---|---|---|---|---|---|---|")
    for name, some in groups.items():
        show(name, some)
    asked = [each for name, some in groups.items() if not name.startswith(("own", "real")) for each in some]
    show("sections and events, even queries", asked[::2])
    show("sections and events, odd queries", asked[1::2])
    every = [each for some in groups.values() for each in some]
    show("all", every)
    cost = 1000 * sum(each.seconds for each in every) / sum(each.entries for each in every)
    print(f"\n{cost:.1f} ms of processor an entry and topic, meaning read anew where the entry was new")


if __name__ == "__main__":
    main()
