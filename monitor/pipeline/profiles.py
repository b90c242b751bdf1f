"""The profile of a topic as its seeds stand now: read from files or addresses, made, kept when it is new."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.config import Settings
from monitor.errors import ConfigurationError, FetchError
from monitor.fetch.client import Client
from monitor.models import Profile, Topic
from monitor.pipeline.context import Context
from monitor.relevance.profile import SeedText, build
from monitor.store.topics import keep_profile, latest_profile
from monitor.urls import names_address


def topic_or_first(settings: Settings, name: str) -> Topic:
    """The topic of a name, or the first where none is named.

    Raises ConfigurationError for a topic that is not there, or where there is none.
    """
    if name:
        return settings.topic(name)
    if not settings.topics:
        message = "config/topics holds no topic; make one with `monitor new-topic NAME article.txt`"
        raise ConfigurationError(message)
    return settings.topics[0]


@dataclass(frozen=True, slots=True)
class Standing:
    """The profile that a topic is judged by; `warning` says why it is an earlier one, "" where it is none."""

    profile: Profile
    warning: str = ""


async def current_profile(context: Context, topic: Topic) -> Profile:
    """The topic's profile, as `standing_profile` gives and raises."""
    return (await standing_profile(context, topic)).profile


async def standing_profile(context: Context, topic: Topic) -> Standing:
    """The topic's profile. Where the page of a seed cannot be had, or holds no article, the profile made last.

    Raises ConfigurationError for a file that is missing, empty or no text; where there is no earlier profile, also for
    a page that holds no article, and FetchError for one that cannot be had.
    """
    local = _local_seeds(topic, context.settings.root)
    try:
        seeds = [local.get(seed) or await _page_seed(context.client, seed) for seed in topic.seeds]
        profile = build(topic, seeds, context.now())
    except (FetchError, ConfigurationError) as error:
        earlier = _earlier(context, topic) if len(local) < len(topic.seeds) else None
        if earlier is None:
            raise
        return Standing(earlier, f"{error}; its seeds as they were on {earlier.made_at:%Y-%m-%d} stand in")
    with context.writing() as session:
        keep_profile(session, profile)
    return Standing(profile)


async def profile_at_hand(context: Context, topic: Topic) -> Profile:
    """The topic's profile, of seeds at addresses as they were last: these are asked again where articles are judged.

    Raises as `standing_profile`, where none is kept.
    """
    asks = any(names_address(seed) for seed in topic.seeds)
    return (_earlier(context, topic) if asks else None) or await current_profile(context, topic)


def refuse_unreadable_seeds(root: Path, topics: Iterable[Topic]) -> None:
    """Nothing where every seed that is a file says something; else ConfigurationError, before anybody is asked."""
    for topic in topics:
        if local := _local_seeds(topic, root):
            build(topic, list(local.values()))


def _local_seeds(topic: Topic, root: Path) -> dict[str, SeedText]:
    """The seeds that are files, by their names. Raises ConfigurationError for one that cannot be read."""
    return {seed: local_seed(seed, root) for seed in topic.seeds if not names_address(seed)}


def _earlier(context: Context, topic: Topic) -> Profile | None:
    with context.database.reading() as session:
        return latest_profile(session, topic.name)


async def _page_seed(client: Client, seed: str) -> SeedText:
    """A seed from an address. Raises FetchError where it cannot be had, ConfigurationError where it is no article."""
    page = await client.get(seed, purpose="page")
    return _article(seed, page.content, page.final_url, page.headers.get("content-type", ""))


def local_seed(seed: str, root: Path = Path()) -> SeedText:
    """A seed from a file, its path relative to `root`. Raises ConfigurationError where it cannot be read."""
    path = root / seed
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{seed}: the seed cannot be read: {error.strerror or error}"
        raise ConfigurationError(message) from error
    if path.suffix in (".html", ".htm"):
        return _article(seed, content, path.resolve().as_uri(), "")
    try:
        return SeedText(seed, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"{seed}: the seed is no UTF-8 text; save it as one, or give the page itself as .html"
        raise ConfigurationError(message) from error


def _article(name: str, content: bytes, url: str, content_type: str) -> SeedText:
    from monitor.extract import extract

    document = extract(content, url, content_type)
    if not document.text:
        message = f"{name}: the page holds no article; paste its text into a .txt file and name that as the seed"
        raise ConfigurationError(message)
    return SeedText(name, f"{document.title}\n\n{document.text}", document.language)
