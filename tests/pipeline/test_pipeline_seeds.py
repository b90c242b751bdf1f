"""Bad seeds and bad verdicts: a clear message, or a sensible result."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline_house import CRANES, DESK, LOAVES, SEED, House

from monitor.errors import ConfigurationError
from monitor.pipeline.check import check
from monitor.pipeline.collect import Request as Whole
from monitor.pipeline.collect import collect
from monitor.pipeline.judging.scoring import Request, score
from monitor.pipeline.learning.feedback import questions_of_file
from monitor.pipeline.topics.new_topic import new_topic

WHERE = "config/topics/harbours.toml: seeds"


def warned(house: House, seed: str) -> list[str]:
    house.topic(seed=seed)
    return [line for line in check(house.settings, online=False).warnings if "seeds" in line]


async def _collected(house: House) -> None:
    async with house.context() as context:
        await collect(context, Whole())


def refused(house: House) -> str:
    """The one fault of the seeds that `monitor check` names, for which a collect refuses to run in the same words."""
    found = check(house.settings, online=False)
    assert found.failed
    (line,) = found.faults
    with pytest.raises(ConfigurationError) as raised:
        asyncio.run(_collected(house))
    assert str(raised.value) == line
    return line


def test_a_sound_seed_is_no_matter(house: House) -> None:
    assert warned(house, SEED) == []
    assert warned(house, "# 无人港口\n\n" + "港口用软件取代起重机司机，争夺少数无人起重机制造商的订单。" * 6) == []


def test_a_seed_of_three_words_is_told_to_be_a_query(house: House) -> None:
    (line,) = warned(house, "driverless harbour cranes")
    assert line.startswith(f"{WHERE}: 3 words are a query and no brief")


def test_a_seed_of_two_hundred_pages_is_read_in_part_and_says_so(house: House) -> None:
    (line,) = warned(house, " ".join(CRANES) * 1000)
    assert "of which the first 20000 are read" in line


@pytest.mark.parametrize("seed", ["", " \n", "-- !"])
def test_an_empty_seed_is_named(house: House, seed: str) -> None:
    house.topic(seed=seed)
    assert refused(house).startswith(f"{WHERE}: seed seeds/harbours.md is empty")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"%PDF-1.7\n\xff\xfe\x00" * 9])
def test_a_binary_seed_is_named(house: House, content: bytes) -> None:
    house.topic()
    (house.root / "seeds/harbours.md").write_bytes(content)
    line = refused(house)
    assert line.startswith(f"{WHERE}: seeds/harbours.md")
    assert "is no UTF-8 text" in line


def test_the_seed_of_another_topic_is_told(house: House, tmp_path: Path) -> None:
    house.topic("cranes", seed=SEED)
    (line,) = [line for line in check(house.settings, online=False).warnings if "seeds" in line]
    assert line.startswith('config/topics/harbours.toml: seeds: they say the same as those of topic "cranes"')
    (tmp_path / "ports.md").write_text(SEED, encoding="utf-8")
    house.monitor(DESK)
    house.digest()
    (told,) = new_topic(house.settings, "ports", (str(tmp_path / "ports.md"),)).warnings
    assert told.startswith("config/topics/ports.toml: seeds: they say the same")


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    (tmp_path / "seed.md").write_text(SEED, encoding="utf-8")
    rows: list[dict[str, object]] = []
    for at in range(6):
        rows.append({"id": f"c{at}", "text": " ".join(CRANES[at:] + CRANES[:at])})
        rows.append({"id": f"l{at}", "text": " ".join(LOAVES[at:] + LOAVES[:at])})
    articles = written(tmp_path / "articles.jsonl", rows)
    return Request((str(tmp_path / "seed.md"),), articles, None, None, "balanced", None, None)


def scores(request: Request, labels: dict[str, bool], path: Path) -> dict[str, float]:
    given = written(path, [{"id": key, "relevant": yes} for key, yes in labels.items()])
    return {each.id: each.score for each in score(replace(request, labels=given))}


def test_with_only_dislikes_the_seed_still_ranks(request_: Request, tmp_path: Path) -> None:
    made = scores(request_, {f"l{at}": False for at in range(6)}, tmp_path / "labels.jsonl")
    assert min(made[f"c{at}"] for at in range(6)) > max(made[f"l{at}"] for at in range(6))
    promised = replace(request_, threshold="recall 0.9", labels=tmp_path / "labels.jsonl")
    assert {each.threshold for each in score(promised)} == {0.5}


def test_verdicts_that_contradict_each_other_stay_in_range_and_may_be_asked_on(
    request_: Request, tmp_path: Path
) -> None:
    odd = {f"c{at}": at % 2 == 0 for at in range(5)} | {f"l{at}": at % 2 == 0 for at in range(5)}
    made = scores(request_, odd, tmp_path / "labels.jsonl")
    assert all(0.0 <= value <= 1.0 for value in made.values())
    asked = questions_of_file(request_.seeds, request_.articles, tmp_path / "labels.jsonl", 5)
    assert {question.id for question in asked} == {"c5", "l5"}
    assert all(question.why.startswith("at the border: ") for question in asked)


def test_a_seed_in_another_language_than_the_articles_is_no_error(request_: Request, tmp_path: Path) -> None:
    (tmp_path / "seed.md").write_text(
        "Les ports remplacent les grutiers par des logiciels, et les grues portuaires sans conducteur sont rares.",
        encoding="utf-8",
    )
    assert len(score(request_)) == 12


def test_a_seed_that_holds_no_text_stops_the_command(request_: Request, tmp_path: Path) -> None:
    (tmp_path / "seed.md").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"seed\.md is empty"):
        questions_of_file(request_.seeds, request_.articles, None, 3)
