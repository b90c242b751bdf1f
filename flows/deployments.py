"""Every schedule of the configuration as a Prefect deployment: the flow says what, the deployment how and when."""

from pathlib import Path
from typing import Any, cast

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.collect import collect
from flows.digest import digest
from flows.identity import deployment_name, tag
from flows.maintain import maintain
from flows.train import train
from monitor.config import Settings
from monitor.config.settings import CollectSettings, MaintainSettings, TrainSettings
from monitor.digest.settings import DigestSettings

# A collect that is still running makes the next one needless; a digest must not be dropped, so it waits.
_DROP = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
_WAIT = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)


def deployments(settings: Settings, *, shared: bool) -> list[RunnerDeployment]:
    """The deployments `collect/scheduled`, `train/scheduled`, `maintain/scheduled`, and one `digest/NAME` a digest.

    Each carries the root's tag; on an API that is shared with others its name ends with the root's mark.
    """
    root = settings.root
    name = deployment_name("scheduled", root, shared=shared)
    made = [
        _deployment(collect, name, settings.collect, _DROP, root),
        _deployment(train, name, settings.train, _WAIT, root),
        _deployment(maintain, name, settings.maintain, _WAIT, root),
    ]
    named = ((each, deployment_name(each.name, root, shared=shared)) for each in settings.digests)
    return made + [_deployment(digest, name, each, _WAIT, root) for each, name in named]


def _deployment(
    flow: Flow[Any, Any],
    name: str,
    section: CollectSettings | TrainSettings | MaintainSettings | DigestSettings,
    limit: ConcurrencyLimitConfig,
    root: Path,
) -> RunnerDeployment:
    told = section if isinstance(section, DigestSettings) else None
    deployment = flow.to_deployment(
        name=name,
        description=told.title or told.name if told else None,  # else what its flow says of itself
        schedule=Cron(section.schedule, timezone=section.timezone),
        concurrency_limit=limit,
        parameters={"root": str(root), **({"name": told.name} if told else {})},
        tags=[tag(root)],
        entrypoint_type=EntrypointType.MODULE_PATH,
        paused=False,  # an earlier `serve` paused its schedules when it ended
    )
    return cast("RunnerDeployment", deployment)  # outside of an event loop it is no coroutine
