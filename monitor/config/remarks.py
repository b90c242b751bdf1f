"""What a configuration that can be run should be seen to for: lines for a person, none of which stops anything."""

from collections.abc import Iterator

from monitor.config.reach import missing_of, reaches, unreached
from monitor.config.settings import Settings


def silences(settings: Settings) -> Iterator[str]:
    """What stops no collect, and yet tells nobody: a line for each channel of a digest that has nobody to send to."""
    for digest in settings.digests:
        yield from unreached(settings, digest)


def warnings(settings: Settings) -> Iterator[str]:
    """What runs but should be seen to, one line each."""
    if "example.org" in settings.fetch.user_agent:
        yield (
            "config/monitor.toml: fetch.user_agent still names example.org: publishers must be able to reach you; a "
            "collect from the live web refuses to run until it names your own address"
        )
    for digest in settings.digests:
        for channel in map(settings.channel, digest.channels):
            yield from (
                f'config/monitor.toml: channels.{channel.name}: {missing} is missing, and digest "{digest.name}" '
                "needs it"
                for missing in (missing_of(channel) if reaches(channel) else ())
            )
    yield from _idle(settings)
    yield from unwatched(settings)
    yield from _untold(settings)


def unwatched(settings: Settings) -> Iterator[str]:
    """A line where no source is ever asked, so that a collect can find nothing."""
    if not settings.sources:
        none, remedy = "no source is declared", "`monitor sources --add ADDRESS` declares one"
    elif all(source.paused for source in settings.sources):
        none = "every source is paused"
        remedy = f"`monitor sources --resume {settings.sources[0].name}` has one asked again"
    else:
        return
    yield f"config/sources.toml: {none}, so nothing is read: {remedy}"


def _untold(settings: Settings) -> Iterator[str]:
    """Topics that are judged and told to nobody: no fault, for the reading page shows them."""
    for topic in settings.topics:
        if not settings.digests_of(topic):
            yield (
                f'config/topics/{topic.name}.toml: no digest tells of it: write "{topic.name}" under topics in a file '
                "of config/digests"
            )


def _idle(settings: Settings) -> Iterator[str]:
    """Settings that are read and do nothing in this version, or nothing where they stand."""
    for channel in settings.channels:
        if channel.signing_secret and not channel.bot_token:
            variable = f"MONITOR_CHANNELS__{channel.name.upper()}__SIGNING_SECRET"
            yield f"environment: {variable} does nothing without the BOT_TOKEN: a webhook's messages have no buttons"
    for source in settings.sources:
        if source.query and "{query}" not in source.url:
            yield (
                f'config/sources.toml: source "{source.name}": query does nothing: write {{query}} where the url takes '
                "it"
            )
