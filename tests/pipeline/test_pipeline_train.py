"""What verdicts teach, and when it is used."""

import asyncio

import pytest
from pipeline_house import CRANES, LOAVES, TOPIC, House

from monitor.errors import ConfigurationError
from monitor.models import Assessment, Model
from monitor.pipeline.context import clock
from monitor.pipeline.judging.assessing import assess
from monitor.pipeline.learning.feedback import record
from monitor.pipeline.train import Training, train


@pytest.fixture
def judged(house: House) -> House:
    """Six articles on each of two subjects, none with a verdict."""
    house.clock.time = clock()
    for number in range(6):
        house.keep(f"cranes-{number}", text="\n".join(CRANES[number:] + CRANES[:number]))
        house.keep(f"loaves-{number}", score=0.1, text="\n".join(LOAVES[number:] + LOAVES[:number]))
    return house


def verdict(house: House, *names: str, relevant: bool) -> None:
    for name in names:
        record(house.settings, f"https://paper.example/{name}", TOPIC, relevant=relevant)


def test_without_a_verdict_there_is_nothing_to_learn(judged: House) -> None:
    training = train(judged.settings, TOPIC)
    assert (training.verdicts, training.accepted, training.before) == (0, False, None)
    assert "monitor feedback" in training.done
    assert judged.rows(Model) == []
    assert training.row == (TOPIC, 0, "", "", training.done)


def test_a_topic_whose_seed_is_spoiled_says_so_and_stops_no_other(judged: House) -> None:
    (judged.root / "seeds" / f"{TOPIC}.md").write_bytes(b"caf\xe9")
    training = train(judged.settings, TOPIC)
    assert training.failed
    assert training.done.startswith("not trained: ")
    assert "is no UTF-8 text" in training.done
    assert training.to_json()["failed"] is True


def test_verdicts_of_one_kind_are_kept_and_not_used(judged: House) -> None:
    verdict(judged, "cranes-0", "cranes-1", relevant=True)
    training = train(judged.settings, TOPIC)
    assert (training.verdicts, training.accepted) == (2, False)
    assert "verdicts of both kinds" in training.done
    assert [model.accepted for model in judged.rows(Model)] == [False]


async def test_a_model_that_is_no_worse_is_used_from_the_next_collect_on(judged: House) -> None:
    verdict(judged, *(f"cranes-{number}" for number in range(6)), relevant=True)
    verdict(judged, *(f"loaves-{number}" for number in range(6)), relevant=False)
    async with judged.context() as context:
        await assess(context, TOPIC)
    assert {each.model_version for each in judged.rows(Assessment)} == {""}
    training = await train_beside(judged)
    assert training.accepted
    assert training.after is not None
    assert training.before is not None
    assert training.after >= training.before
    assert training.to_json()["average_precision_after"] == training.after
    assert training.to_row()["what was done"] == "used from the next collect on"
    (model,) = judged.rows(Model)
    async with judged.context() as context:
        await assess(context, TOPIC)
    assert {each.model_version for each in judged.rows(Assessment)} == {model.version}


async def test_a_model_that_ranks_worse_is_kept_and_not_used(judged: House, monkeypatch) -> None:
    verdict(judged, "cranes-0", "cranes-1", relevant=True)
    verdict(judged, "loaves-0", "loaves-1", relevant=False)

    def worse(profile, topic, archive, now, earlier) -> Model:
        fields = {"topic": topic.name, "version": "m", "profile_version": "", "sha256": "", "made_at": now}
        figures = {"verdicts": 4, "log_loss": 0.9, "log_loss_before": 0.2}
        return Model.model_validate(fields | {"figures": figures})

    monkeypatch.setattr("monitor.pipeline.train.fit", worse)
    training = await train_beside(judged)
    assert not training.accepted
    assert "the seed is better" in training.done
    assert [model.accepted for model in judged.rows(Model)] == [False]


def test_a_topic_that_is_not_there_is_named(house: House) -> None:
    with pytest.raises(ConfigurationError, match='did you mean "harbours"'):
        train(house.settings, "harbors")


async def train_beside(house: House) -> Training:
    """Train, which runs a loop of its own, beside ours."""
    return await asyncio.to_thread(train, house.settings, TOPIC)


async def test_a_tampered_model_is_forgotten_and_the_verdicts_are_learnt_from_anew(judged: House, caplog) -> None:
    verdict(judged, *(f"cranes-{number}" for number in range(6)), relevant=True)
    verdict(judged, *(f"loaves-{number}" for number in range(6)), relevant=False)
    await train_beside(judged)
    (good,) = judged.rows(Model)
    with judged.database() as database, database.writing() as session:
        kept = session.get(Model, good.id)
        kept.content = b"os.system" + kept.content[9:]
        session.add(kept)
    async with judged.context() as context:
        await assess(context, TOPIC)
    assert "was changed since it was kept" in caplog.text
    (again,) = judged.rows(Model)
    assert again.version == good.version
    assert again.content[:9] != b"os.system"
    assert {each.model_version for each in judged.rows(Assessment)} == {good.version}


async def test_where_the_seed_changed_the_verdicts_are_learnt_from_anew(judged: House) -> None:
    verdict(judged, *(f"cranes-{number}" for number in range(6)), relevant=True)
    verdict(judged, *(f"loaves-{number}" for number in range(6)), relevant=False)
    await train_beside(judged)
    judged.topic(seed="# Cranes\n\nDriverless cranes, quays and the software that steers them.")
    for _ in range(2):
        async with judged.context() as context:
            await assess(context, TOPIC)
    first, second = judged.rows(Model)
    assert first.profile_version != second.profile_version
    assert {each.model_version for each in judged.rows(Assessment)} == {second.version}


async def test_a_second_training_is_held_against_the_first(judged: House) -> None:
    verdict(judged, *(f"cranes-{number}" for number in range(4)), relevant=True)
    verdict(judged, *(f"loaves-{number}" for number in range(4)), relevant=False)
    first = await train_beside(judged)
    verdict(judged, "cranes-4", "cranes-5", relevant=False)
    verdict(judged, "loaves-4", "loaves-5", relevant=True)
    second = await train_beside(judged)
    assert second.version != first.version
    assert second.loss_before is not None
    assert second.row[2].startswith("loss ")
    assert len(judged.rows(Model)) == 2
