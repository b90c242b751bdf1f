"""The profile of a topic as its seeds stand now: read from files or addresses, made, kept when it is new.

Seeds that are byte for byte those of a profile that was kept are not read for their words again: a run with nothing new
makes no profile, and a pasted article takes a second of clustering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config import Settings
from monitor.errors import ConfigurationError, FetchError, MonitorError
from monitor.fetch.client import Client
from monitor.models import Profile, Topic
from monitor.pipeline.context import Context
from monitor.relevance.profile import SeedText, build, mark
from monitor.store.topics import keep_profile, latest_profile, profile_made_of
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
class FoundSeed:
    """A seed as it was found in a file or at an address: its bytes, and how they are to be read.

    `url` is that of a page, "" for plain text.
    """

    name: str
    content: bytes
    url: str = ""
    content_type: str = ""

    @property
    def identity(self) -> bytes:
        """All that it says and how it is read, as one string: seeds of which that is equal make one profile."""
        return b"\0".join([self.name.encode(), self.url.encode(), self.content_type.encode(), self.content])

    def text(self) -> SeedText:
        """What it says. Raises ConfigurationError where it is no text, or a page without an article."""
        if self.url:
            return _article(self)
        try:
            return SeedText(self.name, self.content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            message = f"{self.name}: the seed is no UTF-8 text; save it as one, or give the page itself as .html"
            raise ConfigurationError(message) from error


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
        found = [local.get(seed) or await _page_seed(context.client, seed) for seed in topic.seeds]
    except FetchError as error:
        return _standing_in(context, topic, local, error)
    made_of = mark(topic, [seed.identity for seed in found])
    if (known := _made_of(context, topic, made_of)) is not None:
        return Standing(known)
    try:
        built = build(topic, [seed.text() for seed in found], context.now())
    except ConfigurationError as error:
        return _standing_in(context, topic, local, error)
    profile = built.model_copy(update={"made_of": made_of})
    with context.writing() as session:
        keep_profile(session, profile)
    return Standing(profile)


def _standing_in(context: Context, topic: Topic, local: Mapping[str, FoundSeed], error: MonitorError) -> Standing:
    """The profile made last, in the place of one that could not be made: raises why where there is none.

    For files nothing stands in: whoever spoiled one is there to mend it.
    """
    for seed in local.values():
        seed.text()
    earlier = _earlier(context, topic) if len(local) < len(topic.seeds) else None
    if earlier is None:
        raise error
    return Standing(earlier, f"{error}; its seeds as they were on {earlier.made_at:%Y-%m-%d} stand in")


async def profile_at_hand(context: Context, topic: Topic) -> Profile:
    """The topic's profile, of seeds at addresses as they were last: these are asked again where articles are judged.

    Raises as `standing_profile`, where none is kept.
    """
    asks = any(names_address(seed) for seed in topic.seeds)
    return (_earlier(context, topic) if asks else None) or await current_profile(context, topic)


def refuse_unreadable_seeds(context: Context) -> None:
    """Nothing where the seeds of any topic can be read; else ConfigurationError, before anybody is asked.

    Seeds at addresses are not looked at. A topic beside it whose seeds cannot be read fails alone, when it is judged.
    """
    unreadable: list[ConfigurationError] = []
    for topic in context.settings.topics:
        try:
            _refuse_unreadable(context, topic)
        except ConfigurationError as error:
            unreadable.append(ConfigurationError(f"config/topics/{topic.name}.toml: seeds: {error}"))
        else:
            return
    if unreadable:
        raise unreadable[0]


def _refuse_unreadable(context: Context, topic: Topic) -> None:
    local = _local_seeds(topic, context.settings.root)
    made_of = mark(topic, [local[seed].identity for seed in topic.seeds if seed in local])
    if local and _made_of(context, topic, made_of) is None:
        build(topic, [seed.text() for seed in local.values()])


def _local_seeds(topic: Topic, root: Path) -> dict[str, FoundSeed]:
    """The seeds that are files, by their names. Raises ConfigurationError for one that cannot be opened."""
    return {seed: _file(seed, root) for seed in topic.seeds if not names_address(seed)}


def _made_of(context: Context, topic: Topic, made_of: str) -> Profile | None:
    with context.database.reading() as session:
        return profile_made_of(session, topic.name, made_of)


def _earlier(context: Context, topic: Topic) -> Profile | None:
    with context.database.reading() as session:
        return latest_profile(session, topic.name)


async def _page_seed(client: Client, seed: str) -> FoundSeed:
    """A seed from an address. Raises FetchError where it cannot be had."""
    page = await client.get(seed, purpose="page")
    return FoundSeed(seed, page.content, page.final_url, page.headers.get("content-type", ""))


async def seed_texts(client: Client, seeds: Sequence[str]) -> list[SeedText]:
    """What seeds say: files, their paths relative to here, and pages at addresses.

    Raises ConfigurationError for what cannot be read, cannot be had, or holds no text.
    """
    return [await _text_at(client, seed) if names_address(seed) else local_seed(seed) for seed in seeds]


async def _text_at(client: Client, url: str) -> SeedText:
    try:
        return (await _page_seed(client, url)).text()
    except FetchError as error:
        message = f"{error}; paste the article into a .txt file and name that as the seed"
        raise ConfigurationError(message) from error


def local_seed(seed: str, root: Path = Path()) -> SeedText:
    """A seed from a file, its path relative to `root`. Raises ConfigurationError where it cannot be read."""
    return _file(seed, root).text()


def _file(seed: str, root: Path) -> FoundSeed:
    path = root / seed
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{seed}: the seed cannot be read: {error.strerror or error}"
        raise ConfigurationError(message) from error
    is_page = path.suffix in (".html", ".htm")
    return FoundSeed(seed, content, path.resolve().as_uri() if is_page else "")


def _article(page: FoundSeed) -> SeedText:
    from monitor.extract import extract

    document = extract(page.content, page.url, page.content_type)
    if not document.text:
        message = f"{page.name}: the page holds no article; paste its text into a .txt file and name that as the seed"
        raise ConfigurationError(message)
    return SeedText(page.name, f"{document.title}\n\n{document.text}", document.language)
