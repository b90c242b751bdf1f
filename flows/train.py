"""The flow `train`: refits the topics' models from verdicts."""

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas import State

from flows.steps import in_thread
from flows.trigger import done, named, settings_at
from monitor.pipeline.train import Training
from monitor.pipeline.train import train as train_plainly


@flow(name="train", flow_run_name=lambda: named("train"))
async def train(topics: list[str] | None = None, root: str = "") -> State[list[Training]]:
    """Learn from verdicts, a task a topic; a new model is used only where it is no worse than the last good one."""
    settings = settings_at(root)
    names = [topic.name for topic in settings.topics if not topics or topic.name in topics]
    trained = [await in_thread(f"train {name}", train_plainly, settings, name) for name in names]
    await acreate_table_artifact(key="models", table=[each.to_row() for each in trained], description="What was learnt")
    return done("; ".join(f"{each.topic}: {each.done}" for each in trained) or "no topic is declared", trained)
