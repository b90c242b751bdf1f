"""The command line: one module a group of commands, each command a thin call of `monitor.pipeline`.

Nothing here imports Prefect or scikit-learn at module level, so that `--help` answers at once. Commands that need
Prefect are contributed by other packages through the entry-point group `monitor.commands`: a function that takes the
application and adds to it.
"""

import os
from importlib.metadata import entry_points

import typer

from monitor.cli import collecting, examining, keeping, telling, topics
from monitor.cli.options import ROOT_VARIABLE, Root


def application() -> typer.Typer:
    """The whole command line, contributed commands included."""
    app = typer.Typer(
        name="monitor",
        callback=_before_a_command,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    for group in (collecting, telling, topics, examining, keeping):
        group.register(app)
    for contribution in entry_points(group="monitor.commands"):
        contribution.load()(app)
    return app


def _before_a_command(root: Root = None) -> None:
    """A news monitor: one article is the brief, the digest says why."""
    if root is not None:
        os.environ[ROOT_VARIABLE] = str(root.resolve())
