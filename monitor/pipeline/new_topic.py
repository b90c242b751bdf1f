"""`monitor new-topic`: from a pasted article to a topic file, its facets, and what the kept days would have given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.config import Settings
from monitor.config.edit import add_topic
from monitor.errors import ConfigurationError
from monitor.models import Profile, Topic
from monitor.pipeline.archive import ARCHIVE, ARCHIVE_AGE, items
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.profiles import local_seed
from monitor.pipeline.seeds import seed_warnings
from monitor.relevance.profile import build, facet_terms
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

    `warnings` say what is odd about its seeds.
    """

    topic: str
    path: Path
    facets: tuple[tuple[str, tuple[str, ...]], ...]
    levels: tuple[tuple[str, int], ...]
    articles: int
    warnings: tuple[str, ...] = ()

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
        }


def new_topic(settings: Settings, name: str, seeds: Sequence[str], title: str = "") -> Proposal:
    """Write config/topics/NAME.toml and a copy of each seed under seeds/, and say what it would do.

    Raises ConfigurationError for a name that is taken or none, and for a seed that cannot be used; nothing is written
    then.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        message = f'new-topic: "{name}" cannot be a topic\'s name: write small letters, digits and - only'
        raise ConfigurationError(message)
    topic = Topic(name=name, title=title or name.replace("-", " ").capitalize(), seeds=tuple(seeds))
    local = [seed for seed in seeds if not names_address(seed)]
    if not local:
        message = f"new-topic: give at least one seed as a file; addresses can be added to config/topics/{name}.toml"
        raise ConfigurationError(message)
    profile = build(topic, [local_seed(seed) for seed in local], clock())
    path = _written(settings.root, topic, local)
    levels, articles = _would_have_given(settings, topic, profile)
    odd = tuple(seed_warnings(replace(settings, topics=(*settings.topics, replace(topic, seeds=_resolved(seeds))))))
    told = tuple(line for line in odd if line.startswith(f"config/topics/{name}.toml"))
    return Proposal(name, path, facet_terms(profile), levels, articles, told)


def _resolved(seeds: Sequence[str]) -> tuple[str, ...]:
    return tuple(seed if names_address(seed) else str(Path(seed).resolve()) for seed in seeds)


def _written(root: Path, topic: Topic, local: Sequence[str]) -> Path:
    """The topic's file, written with copies of its local seeds; where it cannot be, no copy stays either."""
    copies: list[Path] = []
    try:
        kept = {seed: _copied(root, topic.name, Path(seed), copies) for seed in local}
        return add_topic(root, replace(topic, seeds=tuple(kept.get(seed, seed) for seed in topic.seeds)), {})
    except ConfigurationError:
        for copy in copies:
            copy.unlink()
        raise


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


def _would_have_given(settings: Settings, topic: Topic, profile: Profile) -> tuple[tuple[tuple[str, int], ...], int]:
    with opened_database(settings) as database, database.reading() as session:
        recent = recent_articles(session, since=clock() - ARCHIVE_AGE, limit=ARCHIVE)
        days = items(session, [article for article in recent if article.stored_at >= clock() - _DAYS])
    scores = [each.score for each in judge(profile, topic, days)]
    cuts = [(level, parse(level).cut or 0.0) for level in _LEVELS]
    return tuple((level, sum(score >= cut for score in scores)) for level, cut in cuts), len(days)
