"""Evaluation with plots, random draws and promises."""

import json
from pathlib import Path

import pytest
from pipeline_house import CRANES, LOAVES, SEED, TOPIC, House

from monitor.errors import ConfigurationError
from monitor.models import Feedback
from monitor.pipeline.context import clock
from monitor.pipeline.judging.scoring import Request
from monitor.pipeline.learning.evaluating import evaluate_file, evaluate_verdicts
from monitor.store.topics import keep_feedback


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """Four articles on cranes, twelve on loaves; two of the loaves were drawn, one wanted after all."""
    (tmp_path / "seed.md").write_text(SEED, encoding="utf-8")
    rows = [{"id": f"c{at}", "text": " ".join(CRANES[at:] + CRANES[:at])} for at in range(4)]
    rows += [{"id": f"l{at}", "text": " ".join(LOAVES[at % 6 :] + LOAVES[: at % 6])} for at in range(12)]
    labels: list[dict[str, object]] = [{"id": f"c{at}", "relevant": True} for at in range(4)]
    labels += [
        {"id": "l1", "relevant": True, "probability": 0.25},
        {"id": "l2", "relevant": False, "probability": 0.25},
    ]
    articles, given = written(tmp_path / "articles.jsonl", rows), written(tmp_path / "labels.jsonl", labels)
    return Request((str(tmp_path / "seed.md"),), articles, None, given, "balanced", None, None)


def test_random_draws_measure_what_is_missed(request_: Request) -> None:
    figures = {figure.name: figure for figure in evaluate_file(request_).figures}
    lost, recall = figures["missed articles, from 2 random draws"], figures["recall, from 2 random draws"]
    assert (lost.value, recall.value) == (6.0, 0.4)
    assert lost.low < 1
    assert 11 < lost.high <= 12
    assert recall.low < 0.3
    assert recall.high > 0.8


def test_plots_are_drawn_where_they_are_asked_for(request_: Request, tmp_path: Path) -> None:
    paths = evaluate_file(request_).draw(tmp_path / "new" / "plots", "cranes")
    assert [path.name for path in paths] == ["precision-recall.svg", "calibration.svg", "scores.svg"]
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in paths)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="the plots cannot be written"):
        evaluate_file(request_).draw(tmp_path / "file", "cranes")


@pytest.mark.parametrize(
    ("verdicts", "measured", "told"),
    [
        ([True, True], ["recall at the threshold", "Brier score"], "every verdict is a yes"),
        ([False, False], ["Brier score"], "every verdict is a no"),
        ([], [], "no verdict is on a judged article"),
    ],
)
def test_what_verdicts_of_one_kind_cannot_measure_is_left_out_and_said(
    request_: Request, verdicts: list[bool], measured: list[str], told: str
) -> None:
    assert request_.labels is not None
    written(request_.labels, [{"id": f"c{at}", "relevant": each} for at, each in enumerate(verdicts)])
    made = evaluate_file(request_)
    assert [figure.name for figure in made.figures if "scored" not in figure.name] == measured
    assert made.notes[0].startswith(told)


def test_a_probability_that_is_none_is_named(request_: Request) -> None:
    assert request_.labels is not None
    written(request_.labels, [{"id": "c1", "relevant": True, "probability": 7}])
    with pytest.raises(ConfigurationError, match=r'labels\.jsonl:1: "probability" is a number from 0 to 1'):
        evaluate_file(request_)


def test_a_topic_is_measured_by_draws_and_tells_what_its_threshold_promises(house: House) -> None:
    house.clock.time = clock()
    house.topic(threshold="recall 0.9")
    ids = [house.keep(f"a{number}", score=number / 12) for number in range(12)]
    with house.database() as database, database.writing() as session:
        for at, identity in enumerate(ids):
            fields = {"topic": TOPIC, "article_id": identity, "relevant": at > 3, "made_at": house.clock()}
            keep_feedback(session, Feedback.model_validate(fields | {"probability": 0.5 if at in (0, 5) else 0.0}))
    made = evaluate_verdicts(house.settings, TOPIC)
    figures = {figure.name: figure for figure in made.figures}
    assert figures["missed articles, from 2 random draws"].value == pytest.approx(3.0)
    assert figures["recall, from 2 random draws"].value == pytest.approx(6 / 9)
    assert made.notes[0].startswith('"recall 0.9": ')
    assert "from 12 verdicts" in made.notes[0]
    assert "flattered" in made.notes[-1]
