"""Whatever stands in a file of the configuration, it loads, or one line says which file is wrong: nothing else."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.config.load import _SECTIONS
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError
from monitor.models import Source, Terms, Topic

BASE = {
    "config/monitor.toml": '[channels.desk]\nkind = "file"\npath = "var/digests"\n',
    "config/sources.toml": '[[source]]\nname = "one"\nurl = "https://one.example/feed"\n',
    "config/topics/race.toml": 'title = "The race"\nseeds = ["seeds/race.md"]\n',
    "config/digests/morning.toml": 'channels = ["desk"]\n',
    "seeds/race.md": "The race between two countries for artificial intelligence.\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("anything")
    for name, text in BASE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# What a setting may really be, so that documents come past the first key; and what a person or a program may break.
PLAUSIBLE = st.sampled_from(
    [
        *("http://[x/", "https://one.example/{query}", "http://h:99999/", "https://xn--a/", "seeds/race.md", "a" * 300),
        *("800000d", "-5s", "7d", "1d 12h", "9" * 400 + "d", "10MB", "9" * 400 + "GB", "20s", "0s"),
        *(
            "0 7 * * 1-5",
            "R R * * *",
            "0 0 30 2 *",
            "*/90 * * * *",
            "@daily",
            "UTC",
            "Europe/London",
            "",
            "../..",
            "\0",
        ),
        *("precise", "recall 0.9", "at most 2", "0.5", "daily", "22:00-07:00", "auto", "search", "email", "slack"),
        *(
            "desk",
            "race",
            "one",
            "*",
            "tag:x",
            "sqlite:///x.db",
            "postgresql://a:b@[x/",
            "127.0.0.1",
            "none",
            "10.0.0.0/8",
        ),
    ]
)
SCALARS = st.one_of(
    PLAUSIBLE,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(-(2**80), 2**80),
    st.sampled_from([-1, 0, 1, 70_000, 10**30, True, False]),
    st.floats(),
    st.just(date(2026, 11, 24)),
    st.just(time(7, 0)),
    st.just(datetime(2026, 11, 24, tzinfo=UTC)),
)
INNER = st.sampled_from(["add", "name", "x y", "zh"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=2),
    max_leaves=5,
)
UNKNOWN = st.dictionaries(st.sampled_from(["nmae", "from_address", "", "a.b", "q\nr"]), VALUES, max_size=1)
TYPED: dict[object, st.SearchStrategy[Any]] = {
    str: PLAUSIBLE,
    timedelta: PLAUSIBLE,
    int: st.integers(-1, 70_000) | st.integers(),
    bool: st.booleans(),
    tuple[str, ...]: st.lists(PLAUSIBLE, max_size=2),
}


def a_table(kind: type) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a noun's keys, most of their values of the right type."""
    hints = get_type_hints(kind)
    named = {"from" if name == "from_address" else name: TYPED.get(hint, VALUES) for name, hint in hints.items()}
    # A key that is always refused hides what stands behind it.
    named = {key: value for key, value in named.items() if key not in ("password", "token")}
    one = st.sampled_from(sorted(named)).flatmap(lambda key: st.tuples(st.just(key), named[key]))
    wrong = st.sampled_from(sorted(named)).flatmap(lambda key: st.tuples(st.just(key), VALUES))
    return st.lists(one | one | one | wrong, max_size=3).map(dict)


def near(kind: type, /, **right: Any) -> st.SearchStrategy[Any]:
    """A table that is right but for a key or two; sometimes one with a key that is none, or anything in its place."""
    table = a_table(kind).map(lambda table: right | table)
    wrong = st.one_of(a_table(kind), VALUES, st.tuples(table, UNKNOWN).map(lambda two: two[0] | two[1]))
    return st.integers(0, 5).flatmap(lambda draw: table if draw else wrong)


SECTION = {name: near(kind) for name, kind in _SECTIONS.items()}
CHANNELS = st.dictionaries(
    st.sampled_from(["desk", "desk", "My-Desk", ""]), near(ChannelSettings, kind="file", path="var"), max_size=2
)
MONITOR = st.sampled_from([*SECTION, "channels", "fetsh"]).flatmap(
    lambda name: (SECTION | {"channels": CHANNELS, "fetsh": VALUES})[name].map(
        lambda table: {"channels": {"desk": {"kind": "file"}}} | {name: table}
    )
)
SOURCES = st.fixed_dictionaries(
    {"source": st.lists(near(Source, name="one", url="https://one.example/"), max_size=2) | VALUES}
)
TERMS = near(Terms, zh={"add": ["x"]})
TOPIC = st.tuples(near(Topic, title="T", seeds=["seeds/race.md"]), st.none() | TERMS).map(
    lambda two: two[0] | {"terms": two[1]} if two[1] is not None and isinstance(two[0], dict) else two[0]
)
DIGEST = near(DigestSettings, channels=["desk"])
DOCUMENT = st.one_of(
    st.tuples(st.just("config/monitor.toml"), MONITOR),
    st.tuples(st.just("config/sources.toml"), SOURCES),
    st.tuples(st.just("config/topics/race.toml"), TOPIC),
    st.tuples(st.just("config/digests/morning.toml"), DIGEST),
)


def toml(value: Any) -> str:
    """A value as TOML writes it on a line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).lower()


def written(document: Any) -> str:
    if not isinstance(document, Mapping):
        return toml(document)  # no document at all
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items())


def loads_or_says(root: Path, file: str, text: str) -> None:
    said = ""
    try:
        load(root, {}, instead={file: text})
    except ConfigurationError as error:
        said = str(error)
    # It names the file itself, or one that names what is not in it any more.
    assert said == "" or said.startswith(tuple(BASE))
    assert len(said.splitlines()) <= 1


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENT)
@example(("config/sources.toml", {"source": [1]}))
@example(("config/sources.toml", {"source": [{"name": "x", "url": "http://[x/"}]}))
@example(("config/topics/race.toml", {"title": "T", "seeds": ["http://[x/"]}))
@example(("config/topics/race.toml", {"title": "T", "seeds": ["a" * 300 + ".md"]}))
@example(("config/topics/race.toml", {"title": "T", "seeds": ["seeds/race.md"], "terms": {"zh": {"add": 1}}}))
@example(("config/monitor.toml", {"channels": 5}))
@example(("config/monitor.toml", {"fetch": {"max_page": "9" * 400 + "GB"}}))
@example(("config/monitor.toml", {"web": {"port": 70_000}}))
def test_any_document_of_known_keys_loads_or_is_refused_in_a_line_that_names_its_file(
    root: Path, document: tuple[str, Any]
) -> None:
    file, table = document
    loads_or_says(root, file, written(table))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(BASE)[:4]), st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("config/monitor.toml", "x = " + "9" * 5000)
@example("config/monitor.toml", "x = " + "[" * 5000)
@example("config/monitor.toml", "x = 0x" + "f" * 5000)
@example("config/digests/morning.toml", 'channels = ["desk"]\nmax_items = 0x' + "f" * 5000)
@example("config/digests/morning.toml", 'channels = ["desk"]\nthreshold = 0x' + "f" * 5000)
def test_any_text_does_too(root: Path, file: str, text: str) -> None:
    loads_or_says(root, file, text)


@pytest.mark.parametrize("file", [name for name in BASE if name.startswith("config")])
def test_what_the_property_starts_from_loads(root: Path, file: str) -> None:
    load(root, {}, instead={file: BASE[file]})
