"""How well near-duplicates are found.

    python bench/duplicates.py [../shared/corpus/topics]

Makes a copy of each of 1,000 real articles in seventeen ways (a new headline, a cut tail, a paragraph inserted, other
quotes, boilerplate around, and others that nobody asks for), among all the other articles of their collection, articles
of several outlets on the same events, reports made from templates, releases with long small print, notices that stand
in an article's place, and round-ups of several reports; prints recall by kind, and precision of the pairs found. Real
pairs that share much of their text were not made by us: they count neither way, and are told.
"""

import gzip
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from given import SHARED, needed

from monitor.stories import Candidate, signature
from monitor.stories.duplicates import find_duplicates
from monitor.text import content_hash

_START = datetime(2026, 3, 2, 6, tzinfo=UTC)
_BRITISH = {"or ": "our ", "ize": "ise", "center": "centre", "program ": "programme ", "defense": "defence"}
_FIRMS = ("Aldermoor", "Brightwell", "Castellan", "Dunmore", "Eskfield", "Farrowgate", "Glenhurst", "Harrowby")
_PLACES = ("Tarapaca", "Mindanao", "Hokkaido", "Antofagasta", "Sumatra", "Kermadec", "Oaxaca", "Kodiak", "Samos")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

Random = random.Random


def paragraphs(text: str) -> list[str]:
    """Pieces of some 40 words."""
    words = text.split()
    return [" ".join(words[at : at + 40]) for at in range(0, len(words), 40)]


def cut(share: float) -> Callable[[str, Random, list[str]], str]:
    """A copy of the beginning."""
    return lambda text, _, __: " ".join(text.split()[: int(len(text.split()) * (1 - share))])


def reworded(share: float) -> Callable[[str, Random, list[str]], str]:
    """A copy with a share of its words replaced by any others."""

    def copy(text: str, chance: Random, pool: list[str]) -> str:
        return " ".join(chance.choice(pool) if chance.random() < share else word for word in text.split())

    return copy


def own_paragraph(text: str, chance: Random, pool: list[str]) -> str:
    """A copy with a paragraph of one's own in its midst."""
    parts = paragraphs(text)
    parts.insert(len(parts) // 2, " ".join(chance.choice(pool) for _ in range(60)))
    return "\n\n".join(parts)


def own_introduction(text: str, chance: Random, pool: list[str]) -> str:
    """A copy under an introduction of one's own."""
    return " ".join(chance.choice(pool) for _ in range(50)) + ".\n\n" + text


def spelled(text: str, _: Random, __: list[str]) -> str:
    """A copy in another spelling."""
    for one, other in _BRITISH.items():
        text = text.replace(other, one)
    return text


def quoted(text: str, _: Random, __: list[str]) -> str:
    """A copy with other marks."""
    return text.replace('"', "”").replace("'", "’").replace(" - ", " – ").upper()


def framed(text: str, _: Random, __: list[str]) -> str:
    """A copy in the frame of a site."""
    frame = "Sign up for our morning briefing and never miss what moves the region, from courts to kitchens"
    return f"{frame}.\n\n{text}\n\n{frame}. Read more on our front page, or share this article with your friends."


def shuffled(text: str, chance: Random, _: list[str]) -> str:
    """A copy with its paragraphs in another order."""
    parts = paragraphs(text)
    chance.shuffle(parts)
    return "\n\n".join(parts)


def requoted(text: str, chance: Random, pool: list[str]) -> str:
    """A copy in which every sentence that quotes somebody quotes another one."""
    return re.sub(r'"[^"]{20,}"', lambda _: f'"{" ".join(chance.choice(pool) for _ in range(15))}"', text)


def inserted(text: str, chance: Random, pool: list[str]) -> str:
    """A copy with a background paragraph after the second."""
    parts = paragraphs(text)
    parts.insert(min(2, len(parts)), " ".join(chance.choice(pool) for _ in range(45)) + ".")
    return "\n\n".join(parts)


def wired(text: str, chance: Random, pool: list[str]) -> str:
    """A copy as a subscriber of a wire prints it: its tail cut, a paragraph and quotes of its own, in its frame."""
    return framed(inserted(requoted(cut(0.25)(text, chance, pool), chance, pool), chance, pool), chance, pool)


def combined(text: str, chance: Random, pool: list[str]) -> str:
    """A copy that was cut, reworded, added to, spelled anew and framed."""
    text = reworded(0.1)(cut(0.3)(text, chance, pool), chance, pool)
    return framed(spelled(own_paragraph(text, chance, pool), chance, pool), chance, pool)


TEMPLATES = {
    "market": (
        "Shares close higher on {day}",
        "The main index closed at 7###.## points on {day}, a move of ## points or 0.## per cent, in a session "
        "that saw ### million shares change hands. Among the leaders, {firm} added #.# per cent to ### pence "
        "while {other} lost #.# per cent. The pound stood at 1.#### against the dollar and crude oil traded at "
        "##.## dollars a barrel in London. Traders said that volumes were thin ahead of the decision of the "
        "central bank and that most investors preferred to stay on the sidelines until the direction of interest "
        "rates became clearer.",
    ),
    "quake": (
        "Magnitude #.# earthquake strikes near {place}",
        "An earthquake of magnitude #.# struck ## kilometres off {place} on {day}, the seismological centre said."
        " The quake hit at a depth of ## kilometres at #.## local time. There were no immediate reports of "
        "casualties or damage, and no tsunami warning was issued. The centre revises its first figures as more "
        "stations report, and residents are advised to expect aftershocks in the coming hours and days.",
    ),
    "earnings": (
        "{firm} tops quarterly estimates",
        "{firm} Group on {day} reported quarterly net income of ##.# million dollars, or ## cents a share. The "
        "results exceeded the expectations of analysts, whose average estimate was ## cents a share. The company "
        "posted revenue of #.## billion dollars in the period, and said that it expects full-year earnings of "
        "#.## dollars a share. Its shares have risen ## per cent since the beginning of the year.",
    ),
}
_SMALL_PRINT = (
    "This release contains statements about the future that involve risks and uncertainties and reflect what the "
    "management believes at present. Actual results may differ materially from those that are stated or implied "
    "because of changes in markets, in the law, in the cost of materials or in the behaviour of competitors. The "
    "company undertakes no duty to update any of them, whether because of new information or otherwise, except as"
    " the law demands."
)
_NOTICE = (
    "To continue reading this story please log in or subscribe. Already a member? Sign in here to enjoy everything."
)

KINDS: dict[str, Callable[[str, Random, list[str]], str]] = {
    "headline": lambda text, _, __: text,
    "cut 30%": cut(0.3),
    "cut 60%": cut(0.6),
    "cut 85%": cut(0.85),
    "reworded 10%": reworded(0.1),
    "reworded 25%": reworded(0.25),
    "own paragraph": own_paragraph,
    "own introduction": own_introduction,
    "spelling": spelled,
    "marks": quoted,
    "framed": framed,
    "shuffled": shuffled,
    "combined": combined,
    "other quotes": requoted,
    "inserted": inserted,
    "as a wire": wired,
    "wire, cut 50%": lambda text, chance, pool: wired(cut(0.33)(text, chance, pool), chance, pool),
}


class Newsroom:
    """Articles with the number of the text that each repeats."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.articles: list[Candidate] = []
        self.truth: dict[int, int] = {}
        self.kind: dict[int, str] = {}

    def add(self, title: str, text: str, kind: str, original: int | None = None, source: str = "") -> int:
        """Puts an article in; returns its id."""
        number = len(self.articles) + 1
        source = source or f"outlet-{number % 400}"
        self.articles.append(
            Candidate(
                number, title, text, _START + timedelta(minutes=number), "en", source, "",
                f"https://{source}.example/{number}", content_hash(text), signature(text),
            )
        )  # fmt: skip
        self.truth[number] = original or number
        self.kind[number] = kind
        return number

    def really_repeats(self, one: int, other: int) -> bool:
        """Whether two real texts share a quarter of the shorter one's runs of eight words."""
        if not {self.kind[one], self.kind[other]} <= {"base", "other", "event"}:
            return False
        first, second = (runs_of_eight(self.articles[number - 1].text) for number in (one, other))
        return len(first & second) >= 0.25 * max(1, min(len(first), len(second)))


def runs_of_eight(text: str) -> set[tuple[str, ...]]:
    """The runs of eight words of a text."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}


def made(texts: list[str], events: list[str], seed: int = 1) -> Newsroom:
    """The newsroom that near-duplicates are looked for in; `events` are texts of which several tell the same."""
    room = Newsroom(seed)
    chance = room.chance
    pool = [word for text in texts[:200] for word in text.split()]
    texts = apart(texts)
    bases, rest, others = texts[:1000], texts[1000:1060] or texts, texts[1060:]
    for kind, found in (("other", others), ("event", events)):
        for text in found:
            room.add(title_of(text), text, kind)
    numbers = [room.add(title_of(text), text, "base") for text in bases]
    for at, (number, text) in enumerate(zip(numbers, bases, strict=True)):
        kind = list(KINDS)[at % len(KINDS)]
        title = title_of(text) if at % 2 else "What we know: " + " ".join(text.split()[20:27])
        room.add(title, KINDS[kind](text, chance, pool), kind, number)
    for text in bases[:3]:
        for _ in range(40):
            room.add(
                title_of(text),
                framed(reworded(0.02)(text, chance, pool), chance, pool),
                "wire",
                numbers[bases.index(text)],
            )
    templates_and_notices(room, rest, pool)
    for _ in range(20):
        parts = [" ".join(chance.choice(bases).split()[:60]) for _ in range(8)]
        room.add("The day in brief", "\n\n".join(parts), "round-up")
    return room


def templates_and_notices(room: Newsroom, rest: list[str], pool: list[str]) -> None:
    """Puts in what looks alike and is not: reports from templates, releases with small print, notices."""
    chance = room.chance
    for at in range(60):
        for kind in TEMPLATES:
            report(room, kind)
        news = " ".join(rest[at % len(rest)].split()[:90])
        room.add(f"{title_of(news)}: {_FIRMS[at % len(_FIRMS)]}", f"{news}.\n\n{_SMALL_PRINT}", "release")
        subject = " ".join(chance.choice(pool) for _ in range(6))
        room.add(f"{chance.choice(_FIRMS)} {subject}", _NOTICE, "notice", source="wall")


def apart(texts: list[str]) -> list[str]:
    """The texts without those that share a tenth of their runs of five words with one before: collections repeat."""
    holders: dict[tuple[str, ...], int] = {}
    found = []
    for number, text in enumerate(texts):
        words = text.lower().split()
        runs = {tuple(words[at : at + 5]) for at in range(len(words) - 4)}
        seen = Counter(holders[run] for run in runs if run in holders)
        if not seen or max(seen.values()) < 0.1 * len(runs):
            found.append(text)
        for run in runs:
            holders.setdefault(run, number)
    return found


def title_of(text: str) -> str:
    """A headline: the first eight words."""
    return " ".join(text.split()[:8])


def report(room: Newsroom, kind: str) -> None:
    """A report made from a template: every # is another digit."""
    chance = room.chance
    title, text = TEMPLATES[kind]
    names = {"firm": chance.choice(_FIRMS), "other": chance.choice(_FIRMS), "place": chance.choice(_PLACES)}
    names["day"] = chance.choice(_DAYS)
    filled = re.sub("#", lambda _: str(chance.randrange(1, 10)), f"{title}|{text}".format(**names))
    title, text = filled.split("|", 1)
    room.add(title, text, kind)


def recall(room: Newsroom) -> Iterator[str]:
    """The lines of the table."""
    started = time.process_time()
    found = find_duplicates(room.articles, [])
    seconds = time.process_time() - started
    roots = {number: found.get(number, number) for number in room.truth}
    of: defaultdict[str, list[bool]] = defaultdict(list)
    for number, original in room.truth.items():
        if original != number:
            of[room.kind[number]].append(roots[number] == roots[original])
    for kind, hits in of.items():
        yield f"  recall of {kind:17} {sum(hits) / len(hits):.3f} of {len(hits)}"
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, root in roots.items():
        members[root].append(number)
    pairs = [pair for group in members.values() for pair in combinations(group, 2)]
    apart_in_truth = [pair for pair in pairs if room.truth[pair[0]] != room.truth[pair[1]]]
    wrong = [pair for pair in apart_in_truth if not room.really_repeats(*pair)]
    pairs = [pair for pair in pairs if pair not in set(apart_in_truth) - set(wrong)]
    yield f"  {len(apart_in_truth) - len(wrong)} pairs found repeat one another really: left out"
    hits = [hit for each in of.values() for hit in each]
    yield f"  recall {sum(hits) / len(hits):.3f} of {len(hits)}"
    yield f"  precision of pairs {1 - len(wrong) / max(1, len(pairs)):.3f} of {len(pairs)}"
    kinds = Counter(tuple(sorted(room.kind[number] for number in pair)) for pair in wrong)
    yield f"  wrong: {dict(kinds.most_common(8))}"
    right = sum(found.get(number) == original for number, original in room.truth.items() if original != number)
    yield f"  named the very original: {right / len(hits):.3f}"
    yield f"  {len(room.articles) / seconds:.0f} articles a second"


def main() -> None:
    """Prints the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "corpus/topics"
    collection, events = (folder / name / "docs.jsonl.gz" for name in ("bbc_news_train", "wikinews_events"))
    needed(collection, events, option="duplicates.py FOLDER")
    for line in recall(made(texts_of(collection), texts_of(events))):
        print(line)


def texts_of(path: Path) -> list[str]:
    """The texts of a collection."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


if __name__ == "__main__":
    main()
