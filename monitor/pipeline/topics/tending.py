"""A topic tended by its reader: its threshold moved, terms added and muted, an article made a seed.

All of it is written into `config/topics/NAME.toml`, where commands, flows and the reading page read it. Each function
returns the line that tells what was done, and raises ConfigurationError, with nothing written, where it cannot be.
"""

import os
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from monitor.config import Settings
from monitor.config.edit import set_seeds, set_terms, set_threshold
from monitor.errors import ConfigurationError
from monitor.models import Article, Terms
from monitor.pipeline.judging.assessing import REJUDGED_AGE
from monitor.relevance.threshold import parse
from monitor.store.database import Database
from monitor.store.topics import decide_anew

# The longest term: a name, a title, a phrase; what is longer would be a seed.
LONGEST_TERM = 80


def move_threshold(settings: Settings, database: Database, name: str, threshold: str, now: datetime) -> str:
    """Write a topic's threshold. A fixed one holds at once for what was judged of late; the next collect judges anew.

    What asks for a share or a number ("recall 0.9", "at most 2") needs all scores at once, and holds from then on.
    """
    purpose = parse(threshold)
    settings.topic(name)
    set_threshold(settings.root, name, purpose.text, os.environ)
    with database.writing() as session:
        decide_anew(session, name, since=now - REJUDGED_AGE, cut=purpose.cut)
    return f"the threshold of {name} is {purpose.text}; config/topics/{name}.toml says so"


def add_term(settings: Settings, name: str, term: str, *, muted: bool) -> str:
    """Add a term to a topic, or mute it; a term is one or the other."""
    topic, folded = settings.topic(name), _term(term)
    terms = _without(topic.terms.get("", Terms()), folded)
    terms = replace(terms, mute=(*terms.mute, folded)) if muted else replace(terms, add=(*terms.add, folded))
    set_terms(settings.root, name, terms, os.environ)
    return f"“{folded}” {'is muted' if muted else 'belongs to the subject'}; config/topics/{name}.toml says so"


def drop_term(settings: Settings, name: str, term: str) -> str:
    """Take a term back that was added or muted; one that is gone already is no error."""
    topic, folded = settings.topic(name), _term(term)
    set_terms(settings.root, name, _without(topic.terms.get("", Terms()), folded), os.environ)
    return f"“{folded}” is neither added nor muted any more; config/topics/{name}.toml says so"


def add_seed(settings: Settings, name: str, article: Article) -> str:
    """Make a kept article a seed of a topic: its text is written under seeds/, for its page may change or go."""
    topic = settings.topic(name)
    if not article.text.strip():
        message = f"article {article.id} has no text that could be a seed; choose one that has"
        raise ConfigurationError(message)
    if _seed_of(name, article) in topic.seeds:
        message = f"config/topics/{name}.toml: seeds: {_seed_of(name, article)} is this article, and a seed already"
        raise ConfigurationError(message)
    written = list[Path]()
    seed = write_seed(settings.root, name, article, written)
    try:
        set_seeds(settings.root, name, (*topic.seeds, seed), os.environ)
    except ConfigurationError:
        for path in written:
            path.unlink()
        raise
    return f"{seed} is a seed of {name}; config/topics/{name}.toml says so"


def write_seed(root: Path, name: str, article: Article, written: list[Path]) -> str:
    """Write an article as a seed of a topic, unless it is there; returns what the topic's file calls it.

    What was written is added to `written`. Raises ConfigurationError where it cannot be.
    """
    seed = _seed_of(name, article)
    path = root / seed
    if not path.exists():
        _write_seed(path, f"{article.title}\n\n{article.text}\n")
        written.append(path)
    return seed


def drop_seed(settings: Settings, name: str, seed: str) -> str:
    """Let a topic go without a seed, whose file stays; a topic keeps at least one."""
    topic = settings.topic(name)
    rest = [each for each in topic.seeds if each != seed]
    if not rest:
        message = f"config/topics/{name}.toml: seeds: {seed} is the only one; add another first"
        raise ConfigurationError(message)
    set_seeds(settings.root, name, rest, os.environ)
    return f"{seed} is no seed of {name} any more, its file is where it was; config/topics/{name}.toml says so"


def _seed_of(name: str, article: Article) -> str:
    return f"seeds/{name}-article-{article.id}.txt"


def _term(text: str) -> str:
    folded = " ".join(text.split())
    if not folded or len(folded) > LONGEST_TERM or not folded.isprintable():
        message = f"a term is a word or a phrase of at most {LONGEST_TERM} characters: write one, as open weights"
        raise ConfigurationError(message)
    return folded


def _without(terms: Terms, term: str) -> Terms:
    return Terms(_rest(terms.add, term), _rest(terms.mute, term))


def _rest(terms: Collection[str], term: str) -> tuple[str, ...]:
    return tuple(each for each in terms if each.casefold() != term.casefold())


def _write_seed(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{path.name}: the seed cannot be written ({error.strerror or error}); make seeds/ writable"
        raise ConfigurationError(message) from error
