"""The profile of a topic as its seeds stand now: read from files or addresses, made, kept when it is new."""

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


async def current_profile(context: Context, topic: Topic) -> Profile:
    """The topic's profile. Where the page of a seed cannot be had just now, the profile made last.

    Raises ConfigurationError for a seed that is missing, empty or no text, FetchError where there is no earlier one.
    """
    try:
        seeds = [await seed_text(context.client, context.settings.root, seed) for seed in topic.seeds]
    except FetchError:
        with context.database.reading() as session:
            earlier = latest_profile(session, topic.name)
        if earlier is None:
            raise
        return earlier
    profile = build(topic, seeds, context.now())
    with context.database.writing() as session:
        keep_profile(session, profile)
    return profile


async def seed_text(client: Client, root: Path, seed: str) -> SeedText:
    """A seed as plain text: a text file as it stands, the article of an HTML file or of an address.

    Raises ConfigurationError where the file cannot be read, FetchError where the address cannot.
    """
    if names_address(seed):
        page = await client.get(seed, purpose="page")
        return _article(seed, page.content, page.final_url, page.headers.get("content-type", ""))
    return local_seed(seed, root)


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
