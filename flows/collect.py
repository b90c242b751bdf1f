"""The flow `collect`: `monitor.pipeline.collect`, each batch a task with retries.

While it lasts it shows how far it is, and at its end a table of sources.
"""

from asyncio import to_thread

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from flows.progress import shown_progress
from flows.steps import as_task, in_thread
from flows.trigger import done, is_late, named, settings_at, skipped, trigger
from monitor.config import Settings
from monitor.digest.wording import counted
from monitor.pipeline.collect import AlreadyRunning, Request
from monitor.pipeline.collect import collect as collect_plainly
from monitor.pipeline.context import opened
from monitor.pipeline.delivering import deliver_waiting, unsent
from monitor.pipeline.polling.health import sources_health
from monitor.pipeline.reading.parts import Part
from monitor.pipeline.tally import Tally


@flow(name="collect", flow_run_name=lambda: named("collect"))
async def collect(
    everything: bool = False,
    topics: list[str] | None = None,
    sources: list[str] | None = None,
    part: str = "",
    root: str = "",
) -> State[Tally] | State[None]:
    """Poll, fetch, extract, ask again, group, assess and store. A late run that a later one covers ends as skipped.

    Args:
        everything: Ask every source now, whatever its rhythm.
        topics: Only the sources of these topics; all where none is named.
        sources: Only these sources; all where none is named.
        part: Which of how many workers this run is, as "1/2": they share the collect by host. Empty for a whole one.
        root: The folder that holds config/; where none is named, the nearest from the run's own upwards.
    """
    settings = settings_at(root)
    if is_late(trigger(), settings.collect.schedule, settings.collect.timezone):
        return skipped("a later collect covers this one")
    try:
        async with shown_progress() as progress, opened(settings, call=as_task, progress=progress) as context:
            request = Request(everything, tuple(topics or ()), tuple(sources or ()), part=Part.of_text(part))
            tally = await collect_plainly(context, request)
    except AlreadyRunning as error:
        return skipped(str(error))
    undelivered = unsent(await in_thread("deliver", deliver_waiting, settings))
    report(tally)
    for line in undelivered:
        get_run_logger().error(line)
    await acreate_table_artifact(key="sources", table=await to_thread(_table, settings), description=_summary(tally))
    if wrong := _wrong(tally, len(undelivered)):
        return Failed(message=f"{wrong}; the log lists them; {_summary(tally)}")
    return done(_summary(tally), tally)


def _wrong(tally: Tally, undelivered: int) -> str:
    """What a run failed by, "" where it did its job."""
    parts = (
        "more than a fifth of the sources failed" if tally.too_many_sources_failed else "",
        f"{counted(tally.topics_failed, 'topic')} could not be judged" if tally.topics_failed else "",
        f"{counted(undelivered, 'delivery', 'deliveries')} not sent" if undelivered else "",
    )
    return ", ".join(filter(None, parts))


def report(tally: Tally) -> None:
    """Write a run's counts and every failure to its log."""
    logger = get_run_logger()
    logger.info(_summary(tally))
    for failure in tally.failures:
        logger.warning(failure.line)


def _summary(tally: Tally) -> str:
    relevant = ", ".join(f"{count} for {topic}" for topic, count in tally.relevant.items()) or "none"
    return (
        f"{counted(tally.polled, 'source')} asked, {tally.sources_failed} failed, {tally.put_off} put off; "
        f"{counted(tally.new, 'new entry', 'new entries')}; "
        f"{counted(tally.stored, 'article')} stored, {tally.near_duplicates:,} of them near-duplicates; "
        f"{counted(tally.rechecked, 'page')} asked again, {tally.changed} changed, {tally.withdrawn} withdrawn; "
        f"relevant: {relevant}"
    )


def _table(settings: Settings) -> list[dict[str, object]]:
    return [health.to_row() for health in sources_health(settings)]
