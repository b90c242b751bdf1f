"""The options that many commands share, and the settings they lead to."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.config import Settings

ROOT_VARIABLE = "MONITOR_ROOT"

Root = Annotated[
    Path | None,
    typer.Option("--root", metavar="DIR", help="The folder that holds config/ (else found from here upwards)."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 for any failure at all.")]


def root_folder(root: Path | None) -> Path:
    """The folder named, or found: --root, MONITOR_ROOT, or the nearest upwards that holds config/."""
    from monitor.config import find_root

    return named_root(root) or find_root(Path.cwd())


def named_root(root: Path | None) -> Path | None:
    """The folder that --root names, or MONITOR_ROOT; None where neither does."""
    named = root or (Path(os.environ[ROOT_VARIABLE]) if ROOT_VARIABLE in os.environ else None)
    return named.resolve() if named else None


def settings_of(root: Path | None) -> "Settings":
    """The checked configuration of that folder. Raises ConfigurationError."""
    from monitor.config import load

    return load(root_folder(root), os.environ)
