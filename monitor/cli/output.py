"""What people and programs see: tables and progress on a terminal, JSON where asked for, nothing hostile in either.

Rich is imported where something is shown: a third of what `--help` would take is its tables and bars, which help needs
none of, and a program that asked for JSON sees none at all.
"""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

_LONGEST = 2000
# Without one of them a program that opens pages would take the terminal itself.
_SCREENS = frozenset({"DISPLAY", "WAYLAND_DISPLAY"})
# What is not seen and yet does something: terminal escapes, directions, halves of characters, private signs.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


def printable(text: object) -> str:
    """A text on one line, without control and direction characters (terminal escapes among them), of a sane length."""
    shown = " ".join(str(text)[:_LONGEST].splitlines())
    return shown.translate(dict.fromkeys(map(ord, _unseen(shown))))


def say(text: object = "") -> None:
    """A line for the reader, on standard output."""
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False, soft_wrap=True).print(Text(printable(text)))


def note(text: object) -> None:
    """A line beside the result, on standard error."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(printable(text)))


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], none: str = "none") -> None:
    """A table on standard output; numbers stand to the right. Where it would be empty a line says so: `none`."""
    if not rows:
        say(f"{title}: {none}")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=printable(title), title_justify="left", header_style="bold", expand=False)
    for number, column in enumerate(columns):
        figures = all(isinstance(row[number], int | float) for row in rows)
        table.add_column(column, justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        # What is piped is for another program, or a file: as wide as it needs to be.
        needed = console.measure(table, options=console.options.update(max_width=_LONGEST * max(1, len(columns))))
        console = Console(highlight=False, width=max(console.width, needed.maximum))
    console.print(table)


def open_page(path: Path) -> None:
    """Open a file of ours in the reader's browser, where a person at a screen asked; a pipe or a schedule has none."""
    has_screen = sys.platform in ("darwin", "win32") or bool(_SCREENS & os.environ.keys())
    if sys.stdout.isatty() and has_screen:
        typer.launch(str(path))


def as_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(_json(document, indent=1))


def as_json_line(document: Any) -> None:
    """One JSON document, on one line, on standard output."""
    sys.stdout.write(_json(document))


def _json(document: Any, indent: int | None = None) -> str:
    """JSON in which what is not seen is written as an escape: the same to a program, and harmless on a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=str) + "\n"
    return text.translate({ord(each): json.dumps(each)[1:-1] for each in _unseen(text) if each != "\n"})


def _unseen(text: str) -> set[str]:
    return {each for each in set(text) if unicodedata.category(each) in _UNSEEN}


def _nowhere(stage: str, done: int, total: int) -> None:
    """No bar."""


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage on standard error while a run lasts; nothing at all where that is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _nowhere
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        stages: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done, total=total)

        yield tell
