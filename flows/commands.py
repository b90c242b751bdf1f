"""The commands that need Prefect, contributed to `monitor` through the entry-point group `monitor.commands`.

No Prefect at module level: `monitor --help` lists them without it.
"""

from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.options import Json, Root, named_root, settings_of

Port = Annotated[
    int, typer.Option("--port", min=1, max=65_535, help="Where a Prefect server of our own listens, on loopback.")
]


def register(app: typer.Typer) -> None:
    """Add `serve`, `flow` and `demo`."""
    app.command()(serve)
    app.command(name="flow")(run_flow)
    app.command()(demo)


def serve(
    port: Port = 4200,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the reading page too.")] = True,
    root: Root = None,
) -> None:
    """Run everything on its schedule, until Ctrl-C.

    The reading page is served too. A local Prefect server is started where no API is configured.

    Example: monitor serve
    """
    from flows import serve as serving

    serving.serve(settings_of(root), port=port, reading_page=page)


def run_flow(
    name: Annotated[str, typer.Argument(help="collect, train, maintain, backfill, or the name of a digest.")],
    parameters: Annotated[list[str] | None, typer.Argument(help="For backfill: the archives.")] = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """Run one flow by hand, recorded in Prefect.

    A digest is sent now, whatever its schedule says. The flow runs through the deployment of a `monitor serve` under
    way, or of the API configured; else on a server of its own that lives as long as the run.

    Example: monitor flow morning
    """
    from flows import by_hand

    outcome = by_hand.run(settings_of(root), name, tuple(parameters or ()))
    if json:
        output.as_json(outcome.to_json())
    else:
        output.say(outcome.summary)
    if not outcome.succeeded:
        raise typer.Exit(1)


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the last demo and start over.")] = False,
    json: Json = False,
    root: Root = None,
) -> None:
    """Run the whole pipeline over a sample newsroom, offline.

    It ends with the path of the digest and a table of what was found. Run twice it sends nothing twice.

    Example: monitor demo --fresh
    """
    from flows import demo as showing

    outcome = showing.run(named_root(root), fresh=fresh)
    if json:
        output.as_json(outcome.to_json())
    else:
        showing.tell(outcome)
