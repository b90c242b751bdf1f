"""The flow `maintain`: drops what is too old and tidies the database."""

from prefect import flow
from prefect.client.schemas import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from flows.steps import in_thread
from flows.trigger import done, named, settings_at
from monitor.pipeline.maintain import Upkeep
from monitor.pipeline.maintain import maintain as maintain_plainly


@flow(name="maintain", flow_run_name=lambda: named("maintain"))
async def maintain(root: str = "") -> State[Upkeep]:
    """Retention and upkeep, in one task. It has failed where the database is found damaged.

    Args:
        root: The folder that holds config/; where none is named, the nearest from the run's own upwards.
    """
    upkeep = await in_thread("maintain", maintain_plainly, settings_at(root))
    get_run_logger().info(upkeep.summary)
    for fault in upkeep.faults:
        get_run_logger().error(fault)
    return Failed(message=upkeep.summary) if upkeep.faults else done(upkeep.summary, upkeep)
