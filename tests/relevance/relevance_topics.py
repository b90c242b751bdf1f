"""Three topics of our own with their articles, on, near and off the subject; four briefs with whose facet each is."""

import json
from dataclasses import dataclass
from pathlib import Path

from monitor.models import Profile, Topic
from monitor.relevance.items import Item
from monitor.relevance.profile import SeedText, build

DATA = Path(__file__).parent.parent / "data" / "relevance"
FACETED = DATA / "facets"
SEEDS = {"ai-competition": "ai-competition.md", "malaria": "malaria.md", "wind": "wind.txt"}


@dataclass(frozen=True)
class Newsroom:
    """All articles, with the label of each by file and id."""

    items: tuple[Item, ...]
    labels: dict[str, str]

    def label(self, topic: str, item: Item) -> str:
        """on, near or off for a topic: the articles of the other topics are off."""
        return self.labels[item.id] if item.id.startswith(topic) else "off"


def newsroom_of_data() -> Newsroom:
    """The articles of tests/data/relevance."""
    items, labels = [], {}
    for file in sorted(DATA.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            items.append(Item(row["id"], row["title"], row["text"], "en"))
            labels[row["id"]] = row["label"]
    return Newsroom(tuple(items), labels)


@dataclass(frozen=True)
class Faceted:
    """An article, the facets that a careful reader would name, and the numbers of its sentences that say why."""

    item: Item
    facets: frozenset[str]
    sentences: frozenset[int]


def faceted() -> dict[str, list[Faceted]]:
    """The articles of tests/data/relevance/facets, by the name of their brief."""
    found: dict[str, list[Faceted]] = {}
    for file in sorted(FACETED.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        found[file.stem] = [
            Faceted(
                Item(row["id"], row["title"], row["text"], row["lang"]),
                frozenset(row["facets"]),
                frozenset(row["sentences"]),
            )
            for row in rows
        ]
    return found


def topic(name: str = "ai-competition", **changes: object) -> Topic:
    """A topic with its seed of tests/data/relevance."""
    return Topic(**{"name": name, "title": name, "seeds": (SEEDS.get(name, "seed.txt"),), **changes})  # type: ignore[arg-type]


def profile(name: str = "ai-competition", **changes: object) -> Profile:
    """The profile of such a topic."""
    text = (DATA / SEEDS[name]).read_text(encoding="utf-8")
    return build(topic(name, **changes), [SeedText(SEEDS[name], text, "en")])


def profile_of(text: str, language: str = "", **changes: object) -> Profile:
    """The profile of a seed given as text."""
    return build(topic("test", **changes), [SeedText("seed.txt", text, language)])
