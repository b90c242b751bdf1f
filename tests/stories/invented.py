"""Invented articles: what the tests of grouping place."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.relevance.items import Item
from monitor.relevance.meaning import vectors_of
from monitor.stories import Candidate, Placement, Vectors, signature
from monitor.text import content_hash

START = datetime(2026, 3, 2, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data" / "stories"

BRIDGE = """\
The old swing bridge at Harrowby will stay open to lorries after engineers found that a crack reported in June was \
only a scratch in the paint, the county said on Thursday.

Inspectors hung from ropes for two nights to look at every rivet of the span, which was built in 1884 and carries \
11,000 vehicles a day. "We expected bad news and came back with a tin of paint," said Miriam Falk, who led the team.

The county had warned that a closure would send traffic through the village of Little Emmet, where parents had begun \
to walk their children to school in groups. Councillor Peter Onslow apologised for the alarm and promised a crossing \
guard all the same.

The bridge last closed in 1962, when a barge laden with gravel struck its pivot and the mechanism jammed half open for \
nineteen days. Fishermen ferried the post across by hand, and a baker in Emmet still sells a loaf named after the siege.

A full survey will follow in spring, once the river is low enough for a pontoon. It will cost 240,000 pounds, half of \
which the ministry has agreed to pay.
"""
MARKET = """\
The main index closed at {index} points on {day}, {points} points {direction} than the day before, in a session that \
saw {shares} million shares change hands. Among the leaders, {first} added {gain} per cent while {last} lost {loss} \
per cent. The pound stood at {pound} dollars and a barrel of crude oil cost {oil} dollars in London. Traders said that \
volumes were thin ahead of the decision of the central bank and that most investors preferred to stay on the \
sidelines until the direction of interest rates became clearer.
"""
MONDAY = MARKET.format(
    index="7,412.6", day="Monday", points="31.2", direction="lower", shares=612, first="Aldermoor", gain="4.1",
    last="Castellan", loss="3.3", pound="1.2716", oil="81.40",
)  # fmt: skip
TUESDAY = MARKET.format(
    index="7,468.9", day="Tuesday", points="56.3", direction="higher", shares=587, first="Dunmore", gain="5.7",
    last="Eskfield", loss="2.2", pound="1.2688", oil="79.95",
)  # fmt: skip


def candidate(number: int, title: str, text: str, hours: float = 0.0, language: str = "en") -> Candidate:
    """An article of its own outlet, published some hours after the first."""
    return Candidate(
        id=number,
        title=title,
        text=text,
        published=START + timedelta(hours=hours),
        language=language,
        source=f"outlet-{number}",
        declared_canonical="",
        canonical_url=f"https://outlet-{number}.example/{number}",
        content_hash=content_hash(text),
        signature=signature(text),
    )


def kept(articles: Iterable[Candidate], placements: Iterable[Placement]) -> list[Candidate]:
    """The articles as they are once they were placed; new stories are numbered by their group."""
    return [
        replace(
            article,
            story=10_000 + placed.group if placed.story is None else placed.story,
            duplicate_of=placed.duplicate_of,
        )
        for article, placed in zip(articles, placements, strict=True)
    ]


def events(name: str = "events.txt") -> dict[int, tuple[str, Candidate]]:
    """The articles of a file of invented news by id, each with the name of its event."""
    blocks = re.split(r"^== ", (DATA / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for number, block in enumerate(blocks, start=1):
        head, text = block.split("\n", 1)
        event, language, hours, title = (part.strip() for part in head.split("|", 3))
        found[number] = event, candidate(number, title, text.strip(), float(hours), language)
    return found


def meant(articles: Sequence[Candidate]) -> Vectors:
    """What articles mean, as the sentence encoder that is installed says."""
    vectors = vectors_of([Item(str(each.id), each.title, each.text, each.language) for each in articles])
    known = {each.id: vector for each, vector in zip(articles, vectors, strict=True)}
    return lambda ids: {each: known[each] for each in ids if each in known}


def together(placements: Sequence[Placement]) -> set[frozenset[int]]:
    """Which articles share a story."""
    found: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for placed in placements:
        found[("group", placed.group) if placed.story is None else ("story", placed.story)].add(placed.id)
    return {frozenset(each) for each in found.values()}
