"""The configuration that the demo runs on: a whole root, written anew for the addresses where the newsroom stands.

It is an ordinary configuration in every line, so that a reader may open it and go on from there.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from monitor.demo import feeds, search
from monitor.demo.articles import Publisher
from monitor.demo.places import Places
from monitor.demo.site import Site
from monitor.models import Source

TOPIC = "ai-competition"
DIGEST = "demo"

_QUERY = '"artificial intelligence" OR chatbot OR "language model"'
_BRIEF = Path(__file__).with_name("brief.md")

_MONITOR = """\
# The demo's own configuration, written anew by each `monitor demo`. Yours is config/monitor.toml of the project.

[store]
url = "sqlite:///var/monitor.db"

[fetch]
user_agent = "news-monitor demo (asks the sample newsroom on this machine, nobody else)"
# The newsroom stands on this machine and need not be spared; a live host is asked once a second at most.
pause_per_host = "0s"
allow_addresses = {blocks}

[channels.desk]
kind = "file"
path = "var/digests"
"""

_TOPIC = """\
title = "AI competition"
seeds = ["seeds/ai-competition.md"]
sources = ["*"]
threshold = "balanced"
"""

_DIGEST = """\
title = "AI competition, from the sample newsroom"
topics = ["ai-competition"]
schedule = "0 7 * * *"
timezone = "UTC"
channels = ["desk"]
max_items = 20
"""


def sources(site: Site) -> tuple[Source, ...]:
    """Every publisher as a source, in the kind that it is declared as, and the search a second time, in JSON."""
    places = site.places
    declared = [_source(publisher, places) for publisher in site.newsroom.publishers]
    engines = [publisher for publisher in site.newsroom.publishers if publisher.feed == "search"]
    archives = [
        Source(
            name=f"{engine.name}-archive",
            url=f"{places.base(engine)}{search.JSON_PATH}?query={{query}}&mode=artlist&format=json",
            kind="search",
            tags=engine.tags,
            query=_QUERY,
        )
        for engine in engines
    ]
    return (*declared, *archives)


def write_root(folder: Path, site: Site) -> None:
    """Writes a complete configuration root into `folder` for a site that was started; what else is there stays."""
    files = {
        "config/monitor.toml": _MONITOR.format(blocks=_toml(list(site.blocks))),
        "config/sources.toml": _sources_file(sources(site)),
        f"config/topics/{TOPIC}.toml": _TOPIC,
        f"config/digests/{DIGEST}.toml": _DIGEST,
        f"seeds/{TOPIC}.md": _BRIEF.read_text(encoding="utf-8"),
    }
    for shown, text in files.items():
        path = folder / shown
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _source(publisher: Publisher, places: Places) -> Source:
    base = places.base(publisher)
    match publisher.declared:
        case "search":
            url = f"{base}{search.RSS_PATH}?q={{query}}&hl={publisher.language}"
        case "page":
            url = f"{base}/"
        case _:
            url = base + feeds.path(publisher)
    return Source(
        name=publisher.name,
        url=url,
        kind=publisher.declared,
        language="" if publisher.declared == "search" else publisher.language,
        tags=publisher.tags,
        query=_QUERY if publisher.declared == "search" else "",
    )


def _sources_file(declared: Sequence[Source]) -> str:
    blocks = []
    for source in declared:
        keys = {
            "name": source.name,
            "url": source.url,
            "kind": source.kind,
            "language": source.language,
            "tags": list(source.tags),
            "query": source.query,
        }
        lines = [f"{key} = {_toml(value)}" for key, value in keys.items() if value]
        blocks.append("\n".join(["[[source]]", *lines]))
    return "# The publishers of the sample newsroom.\n\n" + "\n\n".join(blocks) + "\n"


def _toml(value: object) -> str:
    """A text or a list of texts as TOML, which writes both as JSON does."""
    return json.dumps(value, ensure_ascii=False)
