"""`monitor collect` and `monitor run`: looking for news."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.options import Json, Root, Strict, settings_of
from monitor.loading import loading

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.pipeline.collect import Request
    from monitor.pipeline.tally import Tally


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(collect)
    app.command()(run)


Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only the sources of this topic; may be repeated.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")]
Everything = Annotated[bool, typer.Option("--all", help="Ask every source now, whatever its rhythm.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Fetch at most so many pages.")]


def collect(
    everything: Everything = False,
    topic: Topics = None,
    source: Sources = None,
    limit: Limit = None,
    part: Annotated[
        str, typer.Option("--part", metavar="K/N", help="Be worker K of N that share the collect by host.")
    ] = "",
    json: Json = False,
    strict: Strict = False,
    root: Root = None,
) -> None:
    """Poll what is due, fetch, extract, group, assess and store.

    Example: monitor collect --topic ai-competition --limit 50
    """
    with loading():
        from monitor.pipeline.collect import Request
        from monitor.pipeline.delivering import deliver_waiting, unsent
        from monitor.pipeline.reading.parts import Part

    settings = settings_of(root)
    request = Request(everything, tuple(topic or ()), tuple(source or ()), limit, Part.of_text(part))
    tally = asyncio.run(_collect(settings, request))
    undelivered = unsent(deliver_waiting(settings))
    _report(tally, json=json)
    for line in undelivered:
        output.note(line)
    if tally.in_doubt or undelivered or (strict and tally.failures):
        raise typer.Exit(1)


def run(json: Json = False, strict: Strict = False, root: Root = None) -> None:
    """Collect, then send every digest now.

    Example: monitor run
    """
    with loading():
        from monitor.cli.telling import report_digests, report_unsent
        from monitor.pipeline.collect import Request
        from monitor.pipeline.digest import by_hand, send

    settings = settings_of(root)
    tally = asyncio.run(_collect(settings, Request()))
    sent = send(settings, [by_hand(digest.name) for digest in settings.digests])
    if json:
        output.as_json({"collect": tally.to_json(), "digests": [each.to_json() for each in sent]})
    else:
        _report(tally, json=False)
        report_digests(sent)
    report_unsent(sent)
    unsent = any(not each.all_sent for each in sent)
    if tally.in_doubt or unsent or (strict and tally.failures):
        raise typer.Exit(1)


async def _collect(settings: "Settings", request: "Request") -> "Tally":
    from monitor.config.remarks import unwatched
    from monitor.pipeline.collect import collect as collect_all
    from monitor.pipeline.context import opened

    with output.progress() as progress:
        async with opened(settings, progress=progress) as context:
            tally = await collect_all(context, request)
    for line in unwatched(settings):
        output.note(f"warning: {line}")
    return tally


def _rechecks(tally: "Tally") -> str:
    return f"{tally.changed} changed, {tally.withdrawn} withdrawn, {tally.rechecks_failed} failed"


def _report(tally: "Tally", *, json: bool) -> None:
    if json:
        output.as_json(tally.to_json())
        return
    rows = [
        ("sources asked", tally.polled, f"{tally.not_modified} had nothing new, {tally.sources_failed} failed"),
        *([("sources put off", tally.put_off, "their hosts want to be left alone")] if tally.put_off else []),
        ("entries listed", tally.listed, f"{tally.new} new, {tally.unpromising} left unread"),
        ("pages read", tally.fetched, f"{tally.pages_failed} failed, {tally.refused} refused, {tally.deferred} later"),
        ("articles stored", tally.stored, f"{tally.near_duplicates} near-duplicates"),
        ("pages asked again", tally.rechecked, _rechecks(tally)),
        *((f"relevant for {topic}", count, "") for topic, count in tally.relevant.items()),
    ]
    output.show("collect", ["what", "how many", "of them"], rows)
    for failure in tally.failures:
        output.note(failure.line)
