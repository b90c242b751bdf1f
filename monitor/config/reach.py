"""Whom a digest can tell: what a channel of each kind needs, and which channels of a digest reach nobody."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from monitor.config.settings import Settings
from monitor.deliver import recipients
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings

# What each kind cannot do without; of "a | b" one is enough.
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "file": ("path",),
        "feed": ("path",),
        "email": ("host", "from_address", "to"),
        "slack": ("webhook_url | bot_token",),
        "apprise": ("url",),
    }
)
# What is not written into the file: it comes from the environment.
_VARIABLES = frozenset({"webhook_url", "bot_token", "url"})


def unreached(settings: Settings, digest: DigestSettings) -> Iterator[str]:
    """A line for each channel of a digest that tells nobody, naming the digest, the channel and the remedy."""
    for name in digest.channels:
        channel = settings.channel(name)
        if not reaches(channel):
            yield (
                f'config/monitor.toml: channels.{name}: digest "{digest.name}" reaches nobody there: '
                f"{_remedy(channel, digest)}"
            )


def reaches(channel: ChannelSettings) -> bool:
    """Whether a channel has anybody to send to."""
    return any(recipients(channel))


def missing_of(channel: ChannelSettings) -> Iterator[str]:
    """What a channel cannot send without, each named as the reader would set it."""
    for needed in NEEDED.get(channel.kind, ()):
        choices = needed.split(" | ")
        if not any(getattr(channel, choice) for choice in choices):
            yield " or ".join(_name(channel, choice) for choice in choices)
    if channel.kind == "slack" and channel.bot_token and not channel.channel:
        yield 'channel, as "#ai", where the bot posts,'


def _name(channel: ChannelSettings, key: str) -> str:
    variable = f"MONITOR_CHANNELS__{channel.name.upper()}__{key.upper()}"
    return variable if key in _VARIABLES else key.replace("from_address", "from")


def _remedy(channel: ChannelSettings, digest: DigestSettings) -> str:
    elsewhere = f"name another channel in config/digests/{digest.name}.toml"
    return f"{', '.join(missing_of(channel))} is missing; write it there, or {elsewhere}"
