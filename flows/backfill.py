"""The flow `backfill`: the same stages over an archive, a task a batch."""

from prefect import flow

from flows.collect import report
from flows.steps import as_task
from flows.trigger import named, settings_at
from monitor.pipeline.backfill import Span
from monitor.pipeline.backfill import backfill as backfill_plainly
from monitor.pipeline.context import opened
from monitor.pipeline.tally import Tally


@flow(name="backfill", flow_run_name=lambda: named("backfill"))
async def backfill(archives: list[str], start: str = "", end: str = "", root: str = "") -> Tally:
    """Read folders of pages and sitemaps by date range, keep what they hold, group and assess it."""
    async with opened(settings_at(root), call=as_task) as context:
        tally = await backfill_plainly(context, archives, Span.of(start, end))
    report(tally)
    return tally
