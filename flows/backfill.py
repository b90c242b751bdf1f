"""The flow `backfill`: the same stages over an archive, a task a batch."""

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Failed

from flows.collect import report
from flows.steps import as_task
from flows.trigger import done, named, settings_at
from monitor.pipeline.backfill import Span, in_doubt
from monitor.pipeline.backfill import backfill as backfill_plainly
from monitor.pipeline.context import opened
from monitor.pipeline.tally import Tally


@flow(name="backfill", flow_run_name=lambda: named("backfill"))
async def backfill(archives: list[str], start: str = "", end: str = "", root: str = "") -> State[Tally] | State[None]:
    """Read folders of pages and sitemaps by date range, keep what they hold, group and assess it."""
    async with opened(settings_at(root), call=as_task) as context:
        tally = await backfill_plainly(context, archives, Span.of(start, end))
    report(tally)
    if in_doubt(tally):
        return Failed(message=f"more than a fifth of the archives or pages failed; {tally.read_and_stored}")
    return done(tally.read_and_stored, tally)
