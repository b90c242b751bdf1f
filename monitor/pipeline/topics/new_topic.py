"""`monitor new-topic`: from a pasted article to a topic file, its facets, and what the kept days would have given.

Beside an article stands a proposed brief, one line a facet: the reader strikes and adds, and makes it the seed.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.config import Settings
from monitor.config.edit import add_topic, free_topic
from monitor.config.remarks import warnings
from monitor.errors import ConfigurationError
from monitor.fetch.client import Client
from monitor.models import Profile, Topic
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.judging.archive import ARCHIVE, ARCHIVE_AGE, items
from monitor.pipeline.judging.profiles import local_seed, seed_texts
from monitor.pipeline.judging.seeds import seed_report
from monitor.relevance.brief import brief, propose
from monitor.relevance.items import Item
from monitor.relevance.profile import SeedText, build, facet_terms, interest
from monitor.relevance.scorer import judge
from monitor.relevance.threshold import parse
from monitor.store.articles import recent_articles
from monitor.urls import names_address

_LEVELS = ("precise", "balanced", "inclusive")
# What the kept days would have given is shown within seconds: so many days, and at most so many articles.
_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A topic as it was written: its facets with their heaviest terms, and articles taken at each threshold.

    `path` and `brief` start at the root. `brief` is the file of the brief proposed, None where the seeds are briefs
    already, and `lines` are its lines; `chosen` tells that it is the seed. `told_by` are the digests that tell of the
    topic as they are written; `warnings` say what is odd about it.
    """

    topic: str
    path: Path
    facets: tuple[tuple[str, tuple[str, ...]], ...]
    levels: tuple[tuple[str, int], ...]
    articles: int
    warnings: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()
    brief: Path | None = None
    lines: tuple[str, ...] = ()
    chosen: bool = False

    def facet_rows(self) -> list[tuple[str, str]]:
        """The rows of a table."""
        return [(name, ", ".join(terms)) for name, terms in self.facets]

    def level_rows(self) -> list[tuple[str, int]]:
        """The rows of a table."""
        return [*self.levels, ("(kept in all)", self.articles)]

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor new-topic --json`."""
        return {
            "topic": self.topic,
            "path": str(self.path),
            "facets": [{"facet": name, "terms": list(terms)} for name, terms in self.facets],
            "kept": self.articles,
            "would_have_given": dict(self.levels),
            "warnings": list(self.warnings),
            "told_by": list(self.told_by),
            "brief": self.brief.as_posix() if self.brief else None,
            "lines": list(self.lines),
        }


def new_topic(
    settings: Settings, name: str, seeds: Sequence[str], title: str = "", *, as_brief: bool = False
) -> Proposal:
    """Write config/topics/NAME.toml, a copy of each seed and a proposed brief under seeds/, and say what it would do.

    A seed that is an address is read now, and stays an address. `as_brief` makes the proposed brief the only seed.

    Raises ConfigurationError for a name that is taken or none, and for a seed that cannot be used; nothing is written
    then.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        message = f'new-topic: "{name}" cannot be a topic\'s name: write small letters, digits and - only'
        raise ConfigurationError(message)
    free_topic(settings.root, name)
    topic = Topic(name=name, title=title or name.replace("-", " ").capitalize(), seeds=tuple(seeds))
    profile = build(topic, asyncio.run(_texts(settings, seeds)), clock())
    with opened_database(settings) as database, database.reading() as session:
        kept = recent_articles(session, since=clock() - ARCHIVE_AGE, limit=ARCHIVE)
        archive = items(session, kept)
    lines = () if interest(profile).brief else propose(profile, topic, archive)
    proposed = brief(topic.title, lines) if lines else ""
    path, place = _written(settings.root, topic, proposed, as_brief=as_brief)
    if place is not None and as_brief:
        profile = build(topic, [local_seed(str(place), settings.root)], clock())
    days = [each for each, article in zip(archive, kept, strict=True) if article.stored_at >= clock() - _DAYS]
    levels = _would_have_given(topic, profile, days)
    return Proposal(
        name,
        path,
        facet_terms(profile),
        levels,
        len(days),
        tuple(_warned(settings, topic)),
        tuple(each.name for each in settings.digests_of(topic)),
        place,
        tuple(map(str, lines)),
        chosen=as_brief,
    )


async def _texts(settings: Settings, seeds: Sequence[str]) -> list[SeedText]:
    async with Client(settings.fetch) as client:
        return await seed_texts(client, seeds)


def _warned(settings: Settings, topic: Topic) -> Iterator[str]:
    """What is odd about a topic that was not there before, its seeds where they were given."""
    grown = replace(settings, topics=(*settings.topics, replace(topic, seeds=_resolved(topic.seeds))))
    for line in (*seed_report(grown).oddities, *warnings(grown)):
        if line.startswith(f"config/topics/{topic.name}.toml"):
            yield line


def _resolved(seeds: Sequence[str]) -> tuple[str, ...]:
    return tuple(seed if names_address(seed) else str(Path(seed).resolve()) for seed in seeds)


def _written(root: Path, topic: Topic, proposed: str, *, as_brief: bool) -> tuple[Path, Path | None]:
    """The topic's file, with copies of its local seeds and the proposed brief beside; all of it is written or none."""
    copies: list[Path] = []
    try:
        seeds = tuple(
            seed if names_address(seed) else _copied(root, topic.name, Path(seed), copies) for seed in topic.seeds
        )
        place = _proposed(root, topic.name, proposed, copies) if proposed else None
        if place is not None and as_brief:
            seeds = (place.as_posix(),)
        return add_topic(root, replace(topic, seeds=seeds), {}), place
    except ConfigurationError:
        for copy in copies:
            copy.unlink()
        raise


def _proposed(root: Path, name: str, text: str, copies: list[Path]) -> Path:
    place = Path("seeds") / f"{name}-brief.md"
    target = root / place
    if target.exists():
        message = f"{place}: there is a brief of that name; rename it, or give it as the seed"
        raise ConfigurationError(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    copies.append(target)
    return place


def _copied(root: Path, name: str, seed: Path, copies: list[Path]) -> str:
    """A seed's place under seeds/: where it is, if it is in the root already, else a copy, added to `copies`."""
    source = seed.resolve()
    if source.is_relative_to(root.resolve()):
        return source.relative_to(root.resolve()).as_posix()
    target = root / "seeds" / f"{name}-{seed.name}"
    if target.exists() and target.read_bytes() != source.read_bytes():
        message = f"{target}: there is another seed of that name; rename one"
        raise ConfigurationError(message)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        copies.append(target)
    return target.relative_to(root).as_posix()


def _would_have_given(topic: Topic, profile: Profile, days: Sequence[Item]) -> tuple[tuple[str, int], ...]:
    scores = [each.score for each in judge(profile, topic, days)]
    cuts = [(level, parse(level).cut or 0.0) for level in _LEVELS]
    return tuple((level, sum(score >= cut for score in scores)) for level, cut in cuts)
