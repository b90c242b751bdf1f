"""The flow `maintain`: drops what is too old and tidies the database."""

from prefect import flow
from prefect.client.schemas import State
from prefect.logging import get_run_logger

from flows.steps import in_thread
from flows.trigger import done, named, settings_at
from monitor.pipeline.maintain import Upkeep
from monitor.pipeline.maintain import maintain as maintain_plainly


@flow(name="maintain", flow_run_name=lambda: named("maintain"))
async def maintain(root: str = "") -> State[Upkeep]:
    """Retention and upkeep, in one task."""
    upkeep = await in_thread("maintain", maintain_plainly, settings_at(root))
    get_run_logger().info(upkeep.summary)
    return done(upkeep.summary, upkeep)
