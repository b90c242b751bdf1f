"""The flow `backfill`: the same stages over an archive, a task a batch."""

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Failed

from flows.collect import report
from flows.progress import shown_progress
from flows.steps import as_task
from flows.trigger import done, named, settings_at
from monitor.pipeline.backfill import Span, in_doubt
from monitor.pipeline.backfill import backfill as backfill_plainly
from monitor.pipeline.context import opened
from monitor.pipeline.tally import Tally


@flow(name="backfill", flow_run_name=lambda: named("backfill"))
async def backfill(archives: list[str], start: str = "", end: str = "", root: str = "") -> State[Tally] | State[None]:
    """Read WARC files, folders of pages and sitemaps by date range, keep what they hold, group and assess it.

    Args:
        archives: WARC files, folders of pages or of WARC files, or addresses of sitemaps.
        start: Only what was published from this date on, as 2026-01-31; empty leaves it open.
        end: Only what was published until this date, that day included; empty leaves it open.
        root: The folder that holds config/; where none is named, the nearest from the run's own upwards.
    """
    async with shown_progress() as progress, opened(settings_at(root), call=as_task, progress=progress) as context:
        tally = await backfill_plainly(context, archives, Span.of(start, end))
    report(tally)
    if in_doubt(tally):
        return Failed(message=f"more than a fifth of the archives or pages failed; {tally.read_and_stored}")
    return done(tally.read_and_stored, tally)
