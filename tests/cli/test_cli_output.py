"""What people and programs see: nothing hostile gets through."""

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import output
from monitor.cli.output import printable

HIDDEN = {"Cc", "Cf", "Cs", "Co"}
# Hypothesis draws letters most of the time; these are what matters.
HOSTILE = (
    "\x1b[31mred\x1b[0m",  # a colour
    "\x1b]0;title\x07",  # the window's title
    "\x1b]8;;https://evil.example\x1b\\\\link\x1b]8;;\x1b\\\\",  # a link that says another thing
    "\x9b31m",  # the same beginning as one character
    "a\rb\x08\x7f\x00",  # back over what was said
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",  # directions
    "line\u2028line\u2029line\x85line\x0bline",
    "\ud800 half a character \udfff",
    "\ue000\U000f0000\U000e0041",  # private signs, tags
    "[red]no markup[/red] [link=x]",
)
TEXTS = st.text() | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE) | st.text()).map("".join)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


def hidden(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in HIDDEN}


@given(TEXTS)
def test_no_text_moves_the_terminal_or_turns_its_direction(text: str) -> None:
    shown = printable(text)
    assert not hidden(shown)
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= 2000
    assert printable(shown) == shown
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"]), max_size=100))
def test_what_is_only_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_lines_are_joined_and_what_is_long_is_cut() -> None:
    assert printable("one\ntwo\r\nthree") == "one two three"
    assert printable("x" * 5000) == "x" * 2000
    assert printable(None) == "None"


@given(DOCUMENTS)
def test_json_is_the_same_to_a_program_and_harmless_to_a_terminal(document: Any) -> None:
    for written in (output._json(document), output._json(document, indent=1)):
        assert json.loads(written) == json.loads(json.dumps(document))
        assert hidden(written) <= {"\n"}
        written.encode("utf-8")
    assert output._json(document).count("\n") == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_is_written_by_anything(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.say(hostile)
    output.note(hostile)
    output.show(hostile, ["what", "how many"], [(hostile, 1), ("plain", 2)])
    output.as_json({"title": hostile})
    output.as_json_line({hostile: hostile})
    said = capsys.readouterr()
    assert hidden(said.out) <= {"\n"}
    assert hidden(said.err) <= {"\n"}
    if hostile.startswith("[red]"):
        assert hostile in said.out  # as it stands, and not as markup


def test_a_table_is_as_wide_as_it_needs_to_be_where_it_is_piped(capsys: pytest.CaptureFixture[str]) -> None:
    output.show("things", ["name", "count"], [("x" * 120, 1), ("y", 20)])
    out = capsys.readouterr().out
    assert "x" * 120 in out
    assert " 20 " in out
    output.show("nothing", ["name"], [])
    assert "nothing" in capsys.readouterr().out


def test_values_that_are_no_json_are_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.as_json_line({"path": Path("a/b")})
    assert json.loads(capsys.readouterr().out) == {"path": "a/b"}


def test_progress_is_shown_on_a_terminal_alone(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    with output.progress() as tell:
        tell("polling", 1, 2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with output.progress() as tell:
        tell("polling", 1, 2)
        tell("polling", 2, 2)
    said = capsys.readouterr()
    assert said.out == ""
    assert "polling" in said.err
