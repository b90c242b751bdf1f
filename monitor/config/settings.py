"""What a configuration holds, frozen: the settings each stage defines for itself, composed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError
from monitor.fetch.settings import FetchSettings
from monitor.models import Source, Topic

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where everything is kept, and for how long."""

    url: str = field(default="sqlite:///var/monitor.db", repr=False)
    keep: timedelta = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """When to look for news; entries older than `max_age` are noted, their pages not fetched."""

    schedule: str = "*/10 * * * *"
    timezone: str = "UTC"
    max_age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RelevanceSettings:
    """What reads the meaning of texts: the folder of a sentence model, "" for the encoder that is installed."""

    sentence_model: str = ""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """When to learn from verdicts."""

    schedule: str = "30 3 * * *"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class MaintainSettings:
    """When to drop what is too old and tidy the database."""

    schedule: str = "0 4 * * 0"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the reading page listens; beyond loopback only with a password or a token."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """A dead man's switch: called after each good run."""

    ping_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration, checked: every name in it resolves."""

    root: Path
    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = field(default_factory=FetchSettings)
    collect: CollectSettings = CollectSettings()
    web: WebSettings = WebSettings()
    relevance: RelevanceSettings = RelevanceSettings()
    train: TrainSettings = TrainSettings()
    maintain: MaintainSettings = MaintainSettings()
    alerts: AlertSettings = AlertSettings()
    channels: tuple[ChannelSettings, ...] = ()
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    digests: tuple[DigestSettings, ...] = ()
    secret: str = field(default="", repr=False)
    source_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def var(self) -> Path:
        """The folder for everything that runs leave behind."""
        return self.root / "var"

    @property
    def sentence_model(self) -> Path | None:
        """The folder of the sentence model to use; None for the encoder that is installed."""
        return self.root / self.relevance.sentence_model if self.relevance.sentence_model else None

    def topic(self, name: str) -> Topic:
        """The topic of that name; ConfigurationError names those there are."""
        return named(self.topics, name, "topic", "config/topics")

    def digest(self, name: str) -> DigestSettings:
        """The digest of that name; ConfigurationError names those there are."""
        return named(self.digests, name, "digest", "config/digests")

    def channel(self, name: str) -> ChannelSettings:
        """The channel of that name; ConfigurationError names those there are."""
        return named(self.channels, name, "channel", "config/monitor.toml")

    def source(self, name: str) -> Source:
        """The source of that name; ConfigurationError names the nearest ones."""
        return named(self.sources, name, "source", "config/sources.toml")

    def sources_of(self, topic: Topic) -> frozenset[str]:
        """The names of the sources in which a topic looks."""
        return selected(topic.sources, self.sources)

    def topics_of(self, digest: DigestSettings) -> tuple[Topic, ...]:
        """The topics that a digest tells of."""
        return tuple(topic for topic in self.topics if "*" in digest.topics or topic.name in digest.topics)

    def digests_of(self, topic: Topic) -> tuple[DigestSettings, ...]:
        """The digests that tell of a topic."""
        return tuple(digest for digest in self.digests if "*" in digest.topics or topic.name in digest.topics)


def selected(selectors: Collection[str], sources: Collection[Source]) -> frozenset[str]:
    """The names of the sources that selectors (a name, "tag:technology", or "*") choose."""
    tags = {selector.removeprefix("tag:") for selector in selectors if selector.startswith("tag:")}
    return frozenset(
        source.name
        for source in sources
        if "*" in selectors or source.name in selectors or not tags.isdisjoint(source.tags)
    )


def nearest(wrong: str, valid: Collection[str]) -> str:
    """A hint for a name that is not there: "did you mean ...?", or the names there are."""
    if close := get_close_matches(wrong, list(valid), n=1, cutoff=0.5):
        return f'did you mean "{close[0]}"?'
    if not valid:
        return "there is none yet"
    shown = sorted(valid)[:12]
    return "there are: " + ", ".join(shown) + (", ..." if len(valid) > len(shown) else "")


def named(nouns: Collection[Noun], name: str, noun: str, where: str) -> Noun:
    """The one of that name; ConfigurationError says where such names stand and which is nearest."""
    by_name = {str(getattr(each, "name", "")): each for each in nouns}
    if name in by_name:
        return by_name[name]
    message = f'{where}: there is no {noun} "{name}"; {nearest(name, by_name)}'
    raise ConfigurationError(message)
