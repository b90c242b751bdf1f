"""A search saved as a topic: its words and phrases, what it leaves out, and its best answers as the seeds.

It is written as every topic is, into `config/topics/NAME.toml`, with a copy of each answer under seeds/; so the model
reads more in it than the words, and what is kept of late is judged for it (`anew.py`), and what comes in.
"""

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.config import Settings
from monitor.config.edit import add_topic
from monitor.errors import ConfigurationError
from monitor.models import Article, Terms, Topic
from monitor.pipeline.topics.tending import LONGEST_TERM, write_seed
from monitor.store.query import Term, written

# The longest name that is proposed, in characters: it is a file's.
_LONGEST_NAME = 40


def proposed_name(words: str, taken: Collection[str]) -> str:
    """A topic's name for a search: its Latin letters and digits, with a number where a topic has it already."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    base = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_NAME].strip("-") or "search"
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)


def topic_of_search(name: str, title: str, words: str, sources: Sequence[str] = ()) -> Topic:
    """The topic that a search asks for, yet without seeds.

    What stood in quotes must occur, what stood behind a minus must not; the other words, and alternatives, weigh.
    """
    groups = written(words)
    unwanted = [group[0] for group in groups if group[0].unwanted]
    phrases = [group[0] for group in groups if len(group) == 1 and group[0].is_phrase and not group[0].unwanted]
    weighing = [term for group in groups for term in group if term not in (*unwanted, *phrases)]
    return Topic(
        name=name,
        title=" ".join(title.split()) or words,
        seeds=(),
        sources=tuple(sources) or ("*",),
        must=_each_once(phrases),
        must_not=_each_once(unwanted),
        terms={"": Terms(add=single)} if (single := _each_once(weighing)) else {},
    )


def save_search(settings: Settings, topic: Topic, answers: Sequence[Article]) -> Path:
    """Write a topic with the answers as its seeds; returns its file.

    Raises ConfigurationError, with nothing left behind, for a name that is taken or none, and where no answer has a
    text.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", topic.name):
        message = f'"{topic.name}" cannot be a topic\'s name: write small letters, digits and - only'
        raise ConfigurationError(message)
    usable = [article for article in answers if article.text.strip()]
    if not usable:
        message = "no answer was chosen that has a text: choose at least one article that is what you look for"
        raise ConfigurationError(message)
    written = list[Path]()
    try:
        seeds = [write_seed(settings.root, topic.name, article, written) for article in usable]
        return add_topic(
            settings.root,
            replace(topic, seeds=tuple(seeds)),
            os.environ,
        )
    except ConfigurationError:
        for path in written:
            path.unlink()
        raise


def _each_once(terms: Iterable[Term]) -> tuple[str, ...]:
    """Terms as a topic has them, in order, without the marks around words."""
    written = (term.text if term.is_phrase else term.text.strip(".,;:!?()") for term in terms)
    return tuple(dict.fromkeys(folded for text in written if (folded := _folded(text))))


def _folded(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TERM] if text.isprintable() else ""
