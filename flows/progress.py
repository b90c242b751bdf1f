"""How far a long run is, as bars in Prefect's pages: an artifact a stage, brought up to date every few seconds.

A run that ends soon has none: a collect with nothing new pays nothing for them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

# A run that took so long is one that somebody may look at; the median collect on a schedule has ended.
FIRST_SECONDS = 15.0
# One call of the API a stage, beside some hundred that a run's tasks make.
EVERY_SECONDS = 5.0


@dataclass(slots=True)
class _Bars:
    """What was told of each stage, what is shown of it, and its artifact."""

    told: dict[str, tuple[int, int]] = field(default_factory=dict)
    shown: dict[str, tuple[int, int]] = field(default_factory=dict)
    artifacts: dict[str, UUID] = field(default_factory=dict)

    def tell(self, stage: str, done: int, total: int) -> None:
        self.told[stage] = (done, total)

    async def show(self) -> None:
        for stage, (done, total) in dict(self.told).items():
            if self.shown.get(stage) != (done, total):
                await self._draw(stage, done, total)
                self.shown[stage] = (done, total)

    async def _draw(self, stage: str, done: int, total: int) -> None:
        share, said = 100 * done / max(1, total), f"{stage}: {done:,} of {total:,}"
        if stage in self.artifacts:
            await aupdate_progress_artifact(self.artifacts[stage], share, said)
        else:
            self.artifacts[stage] = await acreate_progress_artifact(share, key=f"progress-{stage}", description=said)


@asynccontextmanager
async def shown_progress() -> AsyncIterator[Callable[[str, int, int], None]]:
    """What a run tells of its stages: the stage, in small letters, and how many of how many items are done.

    Where Prefect does not take it the run goes on, and nothing more is shown.
    """
    bars = _Bars()
    showing = asyncio.create_task(_show(bars))
    try:
        yield bars.tell
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        if bars.artifacts:
            await asyncio.gather(bars.show(), return_exceptions=True)


async def _show(bars: _Bars) -> None:
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        await bars.show()
        await asyncio.sleep(EVERY_SECONDS)
