"""The flow `train`: refits the topics' models from verdicts."""

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas import State
from prefect.states import Failed

from flows.steps import in_thread
from flows.trigger import done, named, settings_at
from monitor.pipeline.train import Training
from monitor.pipeline.train import train as train_plainly


@flow(name="train", flow_run_name=lambda: named("train"))
async def train(topics: list[str] | None = None, root: str = "") -> State[list[Training]]:
    """Learn from verdicts, a task a topic; a new model is used only where it is no worse than the last good one.

    Args:
        topics: Only these topics; all where none is named.
        root: The folder that holds config/; where none is named, the nearest from the run's own upwards.
    """
    settings = settings_at(root)
    names = [settings.topic(name).name for name in topics or (topic.name for topic in settings.topics)]
    trained = [await in_thread(f"train {name}", train_plainly, settings, name) for name in names]
    await acreate_table_artifact(key="models", table=[each.to_row() for each in trained], description="What was learnt")
    said = "; ".join(f"{each.topic}: {each.done}" for each in trained) or "no topic is declared"
    return Failed(message=said) if any(each.failed for each in trained) else done(said, trained)
