"""Is an article shown under the facet that a reader would name, and beside the sentence that says why?

Measured on four invented briefs with the facets that fit each article (tests/data/relevance/facets), and on real
articles that newspapers put into sections, each section a facet of one brief.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from relevance_sets import SETS, read_set

from monitor.models import Topic
from monitor.relevance.items import Item
from monitor.relevance.profile import SeedText, build
from monitor.relevance.scorer import Judgement, judge
from monitor.text import sentences

LABELLED = Path(__file__).parent.parent / "tests" / "data" / "relevance" / "facets"
# The rule was chosen on the first two, and the others were measured once, at the end.
BRIEFS = ("electric-cars", "river-floods", "antibiotics", "transfers")
MOST = 500  # articles of a set of sections
SECTIONS = {
    "business": "Business: companies and their profits, shares, banks, oil, trade, jobs, growth and the economy.",
    "entertainment": "Entertainment: films, actors, music, singers, awards, television and celebrities.",
    "politics": "Politics: elections, parties, parliament, ministers, laws and presidents.",
    "sports": "Sport: matches, players, clubs, coaches, football, rugby, tennis, athletics and the Olympic games.",
    "technology": "Technology: computers, software, the internet, mobile phones, games, science and space.",
    "health": "Health: diseases, hospitals, doctors, vaccines, patients and medicine.",
    "world": "World: wars, attacks, diplomacy, presidents, governments, elections and disasters in foreign countries.",
}
SAME = {"sport": "sports", "tech": "technology", "Sci/Tech": "technology"}


@dataclass(frozen=True)
class Labelled:
    """An article, the facets that a careful reader would name, and the numbers of its sentences that say why."""

    item: Item
    facets: frozenset[str]
    sentences: frozenset[int]

    def told_by(self, sentence: str) -> bool:
        """Whether a sentence shown is one of those."""
        own = sentences(self.item.text, self.item.language)
        return sentence in own and own.index(sentence) in self.sentences


def labelled(name: str) -> list[Labelled]:
    """The articles of a brief."""
    rows = [json.loads(line) for line in (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Labelled(
            Item(row["id"], row["title"], row["text"], row["lang"]),
            frozenset(row["facets"]),
            frozenset(row["sentences"]),
        )
        for row in rows
    ]


def brief_of(name: str) -> str:
    """The text of a brief."""
    return (LABELLED / f"{name}.md").read_text(encoding="utf-8")


def judged(text: str, items: Sequence[Item], *, alone: bool = False) -> list[Judgement]:
    """Judgements by a brief as one batch, or each item alone."""
    topic = Topic("facets", "", ("seed.md",))
    profile = build(topic, [SeedText("seed.md", text, "en")])
    return [judge(profile, topic, [item])[0] for item in items] if alone else judge(profile, topic, items)


def sections_of(shared: Path, name: str) -> tuple[str, list[tuple[str, Item]]]:
    """A brief of one facet a section of a set, and its articles with the name of the facet of each."""
    articles = [(_section(label), item) for label, item in read_set(shared / "corpus" / "topics", name)[:MOST]]
    told = [SECTIONS[section] for section in sorted({section for section, _ in articles})]
    brief = "\n- ".join(["# News\n\nWe read the news of every section.\n", *told])
    return brief, [(SECTIONS[section].split(":")[0], item) for section, item in articles]


def _section(label: str) -> str:
    return SAME.get(label, label.casefold())


def share(right: Sequence[bool]) -> float:
    """The share of what is right."""
    return sum(right) / max(1, len(right))


def invented() -> list[tuple[object, ...]]:
    """Rows of brief, number of articles, share with the right facet in one batch and each alone, of sentences shown."""
    read = {name: labelled(name) for name in BRIEFS}
    everything = [each.item for name in BRIEFS for each in read[name]]
    rows: list[tuple[object, ...]] = []
    for name, known in read.items():
        found = {one.id: one.reasons for one in judged(brief_of(name), everything)}
        alone = {one.id: one.reasons for one in judged(brief_of(name), [each.item for each in known], alone=True)}
        shown = [each for each in known if found[each.item.id].article_sentence]
        rows.append(
            (
                name,
                len(known),
                share([found[each.item.id].facet in each.facets for each in known]),
                share([alone[each.item.id].facet in each.facets for each in known]),
                len(shown),
                share([each.told_by(found[each.item.id].article_sentence) for each in shown]),
            )
        )
    return rows


def real(shared: Path) -> list[tuple[object, ...]]:
    """Rows of set, number of articles that were given a facet, share of them with the right section."""
    rows: list[tuple[object, ...]] = []
    for name in SETS:
        brief, articles = sections_of(shared, name)
        found = judged(brief, [item for _, item in articles])
        told = [(one.reasons.facet, section) for one, (section, _) in zip(found, articles, strict=True)]
        right = [facet == section for facet, section in told if facet]
        rows.append((name, len(right), share(right)))
    return rows
