"""What a person should know of the seeds of their topics before anything is judged by them: one line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.models import Profile, Topic
from monitor.pipeline.context import clock
from monitor.pipeline.judging.profiles import local_seed
from monitor.relevance.profile import MOST_WORDS, SeedText, build, interest
from monitor.urls import names_address

# A seed of fewer words is a query: it is meant to the letter, and there is little to score facets by.
_FEW_WORDS = 25


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What is wrong with the seeds, and what is odd about them.

    With a fault its topic is not judged, and no collect runs where every topic has one: the seed cannot be read, or
    says nothing. `oddities` say very little or too much, or the same as another topic's.
    """

    faults: tuple[str, ...]
    oddities: tuple[str, ...]


def seed_report(settings: Settings) -> SeedReport:
    """What there is to say of every topic's seeds. Seeds that are addresses are not looked at."""
    faults, oddities = list[str](), list[str]()
    seen: dict[str, str] = {}
    for topic in settings.topics:
        where = f"config/topics/{topic.name}.toml: seeds"
        try:
            texts = [local_seed(seed, settings.root) for seed in topic.seeds if not names_address(seed)]
            profile = build(topic, texts, clock()) if texts else None
        except ConfigurationError as error:
            faults.append(f"{where}: {error}")
            continue
        if profile is None:
            continue
        oddities += [f"{where}: {line}" for line in _oddities(topic, texts)]
        same = seen.setdefault(_sense(profile), topic.name)
        if same != topic.name:
            oddities.append(
                f'{where}: they say the same as those of topic "{same}": what is relevant to one is told for both'
            )
    return SeedReport(tuple(faults), tuple(oddities))


def _oddities(topic: Topic, texts: list[SeedText]) -> Iterator[str]:
    lengths = {text.name: len(text.text.split()) for text in texts}
    total = sum(lengths.values())
    characters = sum(len(text.text) for text in texts)
    if total < _FEW_WORDS and characters < _FEW_WORDS * 6 and len(texts) == len(topic.seeds):
        yield f"{total} words are a query and no brief: write a sentence for each side of what you want to read about"
    for name, length in lengths.items():
        if length > MOST_WORDS:
            yield f"{name} has {length} words, of which the first {MOST_WORDS} are read: name the pages that matter"


def _sense(profile: Profile) -> str:
    return "\n".join(sentence for facet in interest(profile).facets for sentence in facet.sentences)
