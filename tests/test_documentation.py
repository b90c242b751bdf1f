"""The documentation says all that there is, and nothing that there is not."""

import dataclasses
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import application
from monitor.config import checks, reach
from monitor.config.settings import (
    AlertSettings,
    CollectSettings,
    MaintainSettings,
    RelevanceSettings,
    StoreSettings,
    TrainSettings,
    WebSettings,
)
from monitor.config.values import TomlFile, build
from monitor.deliver import CHANNELS
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.fetch.settings import FetchSettings
from monitor.models import Source, Terms, Topic

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

# Each heading of the reference with the settings that stand below it, and the fields that come from elsewhere.
SECTIONS: dict[str, tuple[type, set[str]]] = {
    "[store]": (StoreSettings, set()),
    "[fetch]": (FetchSettings, set()),
    "[collect]": (CollectSettings, set()),
    "[web]": (WebSettings, set()),
    "[relevance]": (RelevanceSettings, set()),
    "[train]": (TrainSettings, set()),
    "[maintain]": (MaintainSettings, set()),
    "[alerts]": (AlertSettings, set()),
    "[channels.NAME]": (ChannelSettings, {"name"}),
    "[[source]]": (Source, set()),
    "topic": (Topic, {"name", "terms"}),
    "[terms]": (Terms, set()),
    "digest": (DigestSettings, {"name"}),
}
PROGRAM = typer.main.get_command(application())
assert isinstance(PROGRAM, click.Group | typer.core.TyperGroup)
NAMES = sorted(PROGRAM.commands)
WRITTEN = [
    *(ROOT / "docs").rglob("*.md"),
    *ROOT.glob("*.md"),
    *(ROOT / "config").rglob("*.toml"),
    *(ROOT / "monitor").rglob("*.py"),
    *(ROOT / "flows").rglob("*.py"),
    *(ROOT / "monitor").rglob("*.j2"),
]


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """The cells of each row of the first table below a heading, or below a table's own head."""
    _, _, below = text.partition(heading)
    started = False
    for line in below.splitlines()[1:]:
        if line.startswith("|"):
            started = True
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            if not set("".join(cells)) <= set("-: "):
                yield cells
        elif started:
            return


def option_names(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--")
    }


def defaults(kind: type) -> dict[str, Any]:
    """A setting's key, as it is written, to its default; `...` where it has none."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        value = field.default
        if field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        key = "from" if field.name == "from_address" else field.name
        found[key] = ... if value is dataclasses.MISSING else value
    return found


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_setting_is_documented_with_its_default(heading: str) -> None:
    kind, elsewhere = SECTIONS[heading]
    expected = {key: value for key, value in defaults(kind).items() if key not in elsewhere}
    _, *table = rows(CONFIGURATION, f"### `{heading}`")
    documented = {cells[0].strip("`"): cells[1] for cells in table}
    assert list(documented) == list(expected)
    for key, cell in documented.items():
        if expected[key] is ...:
            assert cell == "needed"
            continue
        value = tomllib.loads(f"{key} = {cell.strip('`')}")
        needed = dict.fromkeys((name for name, default in defaults(kind).items() if default is ...), "x")
        made = build(kind, value, TomlFile("", ""), "", **{n: v for n, v in needed.items() if n not in value})
        assert getattr(made, "from_address" if key == "from" else key) == expected[key]
    assert all(len(cells) == 3 and cells[2] for cells in table)


def test_every_section_that_is_read_is_documented() -> None:
    from monitor.config.load import _SECTIONS, _SINGLE

    assert {f"[{name}]" for name in _SECTIONS} <= set(SECTIONS)
    variables = {cells[0].strip("`") for cells in rows(CONFIGURATION, "## The environment")}
    assert variables >= _SINGLE


def test_every_setting_that_a_reader_would_change_stands_in_the_shipped_file_with_a_comment() -> None:
    shipped = (ROOT / "config" / "monitor.toml").read_text(encoding="utf-8")
    secrets = {"password", "token", "user", "webhook_url", "bot_token", "signing_secret", "url"}
    for heading, (kind, elsewhere) in SECTIONS.items():
        if heading.startswith("[") and heading not in ("[[source]]", "[terms]"):
            for key in set(defaults(kind)) - elsewhere:
                assert re.search(rf"^#?{key} = ", shipped, re.MULTILINE) or (
                    key in secrets and (key.upper() in shipped)
                ), f"{heading} {key}"


def test_every_kind_of_source_and_of_channel_is_documented() -> None:
    sources = [cells[0].strip("`") for cells in rows(CONFIGURATION, "| kind of source")]
    assert sources == list(checks._KINDS)
    table = list(rows(CONFIGURATION, "| kind of channel"))
    kinds = {cells[0].strip("`"): cells for cells in table}
    assert set(kinds) == set(reach.NEEDED) == set(CHANNELS)
    for kind, cells in kinds.items():
        for needed in reach.NEEDED[kind]:
            for choice in needed.split(" | "):
                assert f"`{choice.replace('from_address', 'from')}`" in cells[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_documented_with_its_options(name: str) -> None:
    (row,) = [line for line in COMMANDS.splitlines() if line.startswith(f"| `monitor {name}` |")]
    common = {"--root", "--json", "--help"}
    missing = [option for option in option_names(PROGRAM.commands[name]) - common if option not in row]
    assert missing == []


def test_no_command_is_documented_that_is_not_there() -> None:
    assert sorted(re.findall(r"^\| `monitor ([a-z-]+)` \|", COMMANDS, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_command_helps_with_an_example_that_it_would_take(name: str) -> None:
    shown = CliRunner().invoke(application(), [name, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output
    example = re.search(r"Example: monitor (.+)", PROGRAM.commands[name].help or "")
    assert example is not None
    given, *arguments = shlex.split(example[1].partition(">")[0])
    assert given == name
    command = PROGRAM.commands[name]
    with command.make_context(name, arguments, resilient_parsing=False) as context:
        assert context.params is not None


def mentioned(text: str) -> Iterator[str]:
    """What follows `monitor` in code: in a span between backticks, or on a line of a shell's block."""
    spans = re.findall(r"`(?:\.venv/bin/)?monitor ([^`\n]+)`", text)
    blocks = re.findall(r"^(?:\.venv/bin/)monitor ([^#\n]+)", text, re.MULTILINE)
    yield from (*spans, *blocks)


def test_the_list_of_commands_cuts_no_summary_short() -> None:
    """A first sentence longer than its line would end in an ellipsis, where often what matters is."""
    listed = CliRunner().invoke(application(), ["--help"]).output.partition("Commands:")[2]
    assert len(listed.splitlines()) > 20
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_are_written_about_exist(path: Path) -> None:
    for command in mentioned(path.read_text(encoding="utf-8")):
        name, *rest = command.split()
        if name.startswith("--") or not name.islower():
            continue  # `monitor --help`, and `monitor COMMAND --help`
        assert name in NAMES, command
        wrong = {word.partition("=")[0] for word in rest if word.startswith("--")} - option_names(
            PROGRAM.commands[name]
        )
        assert wrong <= {"--help"}, command


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    text = "run `monitor colect` or\n```sh\n.venv/bin/monitor sorces --add x  # no\n```\n"
    assert list(mentioned(text)) == ["colect", "sorces --add x  "]


def test_make_has_the_targets_that_are_written_about() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    texts = [README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))]
    named = {name for text in texts for name in re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= named <= targets
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for words in re.findall(r"^\s*make --no-print-directory ([a-z ]+)", ci, re.MULTILINE):
        assert set(words.split()) <= targets


@pytest.mark.parametrize("path", [path for path in WRITTEN if path.suffix == ".md"], ids=lambda path: path.name)
def test_links_lead_to_what_is_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_every_page_is_shown_in_four_pictures_with_three_faults_that_were_mended() -> None:
    folder = ROOT / "docs" / "screens"
    text = (folder / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([\w-]+\.png)\)", text)
    assert sorted(linked) == sorted(path.name for path in folder.glob("*.png"))
    pages = [line.strip("|").split(" | ") for line in text.splitlines() if "(page-" in line]
    assert len(pages) >= 15
    for pictures, _, wrong in pages:
        (name,) = set(re.findall(r"\(page-([\w-]+)-\d+-(?:light|dark)\.png\)", pictures))
        shown = re.findall(r"\(page-[\w-]+-(\d+-(?:light|dark))\.png\)", pictures)
        assert sorted(shown) == ["1280-dark", "1280-light", "400-dark", "400-light"], name
        assert len(wrong.split("; ")) >= 3, name
