"""Scoring, grouping and evaluation of files, with no store."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pipeline_house import CRANES, LOAVES, SEED, TOPIC, House

from monitor.errors import ConfigurationError
from monitor.pipeline.judging.scoring import Request, group, on_unknown, score, to_json
from monitor.pipeline.learning.evaluating import Figure, evaluate_file, evaluate_verdicts
from monitor.pipeline.learning.feedback import record

ARTICLES = {
    "cranes": " ".join(CRANES),
    "loaves": " ".join(LOAVES),
    "copy": " ".join(CRANES) + " Reported by the harbour desk.",
    "more loaves": " ".join(LOAVES[2:]),
}


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    seed = tmp_path / "seed.md"
    seed.write_text(SEED, encoding="utf-8")
    articles = lines(tmp_path / "articles.jsonl", [{"id": name, "text": text} for name, text in ARTICLES.items()])
    return Request((str(seed),), articles, None, None, "balanced", None, None)


def test_each_article_is_judged_in_its_order_with_reasons(request_: Request) -> None:
    judged = score(request_)
    assert [each.id for each in judged] == list(ARTICLES)
    assert [each.relevant for each in judged] == [True, False, True, False]
    line = to_json(judged[0])
    assert set(line) == {"id", "score", "relevant", "reasons"}
    assert line["reasons"]["facet"]
    assert json.loads(json.dumps(line)) == json.loads(json.dumps(to_json(score(request_)[0])))


def test_background_and_verdicts_are_context_and_not_scored(request_: Request, tmp_path: Path) -> None:
    background = lines(tmp_path / "b.jsonl", [{"id": f"b{n}", "text": LOAVES[n % 6]} for n in range(9)])
    labels = lines(tmp_path / "l.jsonl", [{"id": "cranes", "relevant": True}, {"id": "b1", "relevant": False}])
    judged = score(replace(request_, background=background, labels=labels))
    assert [each.id for each in judged] == list(ARTICLES)


def test_in_arrival_order_a_batch_sees_nothing_of_what_comes(request_: Request, tmp_path: Path) -> None:
    first = score(replace(request_, batch=2))[:2]
    rows = [{"id": name, "text": text} for name, text in list(ARTICLES.items())[:2]]
    alone = score(replace(request_, articles=lines(tmp_path / "first.jsonl", rows)))
    assert [to_json(each) for each in first] == [to_json(each) for each in alone]


def test_the_threshold_decides(request_: Request) -> None:
    assert all(each.relevant for each in score(replace(request_, threshold="0")))
    assert not any(each.relevant for each in score(replace(request_, threshold="1")))
    with pytest.raises(ConfigurationError, match='threshold "often"'):
        score(replace(request_, threshold="often"))


def test_a_topics_guards_and_terms_count(request_: Request, tmp_path: Path) -> None:
    topic = tmp_path / "topic.toml"
    topic.write_text('title = "T"\nseeds = ["x.md"]\nmust_not = ["harbour desk"]\n', encoding="utf-8")
    judged = {each.id: each for each in score(replace(request_, topic=topic))}
    assert judged["cranes"].relevant
    assert not judged["copy"].relevant
    assert "harbour desk" in judged["copy"].reasons.rule


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("articles", "{", r"f\.jsonl:1: not valid JSON"),
        ("articles", "[1]", r"f\.jsonl:1: must be a JSON object"),
        (
            "articles",
            '{"id": "1", "text": "x"}\n\n{"text": "x"}',
            r'f\.jsonl:3: an article needs "id" \(or "url"\) and "text"',
        ),
        ("articles", '{"id": 1, "text": 7}', r"f\.jsonl:1: an article needs"),
        ("labels", '{"id": "1", "relevant": "yes"}', r"f\.jsonl:1: a verdict is"),
        ("background", "\x00", r"f\.jsonl:1: not valid JSON"),
    ],
)
def test_a_line_that_is_none_is_named(request_: Request, tmp_path: Path, field: str, text: str, says: str) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        score(replace(request_, **{field: path}))


def test_a_file_that_cannot_be_read_is_named(request_: Request, tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"id": "caf\xe9"}')
    absent = tmp_path / "nowhere.jsonl"
    for path, why in ((latin, " as UTF-8 JSON lines: "), (absent, ": No such file"), (tmp_path, ": Is a directory")):
        with pytest.raises(ConfigurationError, match=f"cannot be read{why}"):
            score(replace(request_, articles=path))
    with pytest.raises(ConfigurationError, match="the seed cannot be read"):
        score(replace(request_, seeds=("nowhere.md",)))


def test_an_empty_file_is_scored_and_grouped_to_nothing(request_: Request, tmp_path: Path) -> None:
    empty = lines(tmp_path / "empty.jsonl", [])
    assert score(replace(request_, articles=empty)) == []
    assert list(group(empty)) == []


def test_articles_are_grouped_in_their_order(request_: Request) -> None:
    stories = dict(group(request_.articles))
    assert list(stories) == list(ARTICLES)
    assert stories["cranes"] == stories["copy"] != stories["loaves"]


def test_a_file_is_evaluated_against_its_labels_which_the_scorer_does_not_see(
    request_: Request, tmp_path: Path
) -> None:
    rows = [{"id": name, "relevant": "loaves" not in name} for name in ARTICLES]
    figures = {
        figure.name: figure for figure in evaluate_file(replace(request_, labels=lines(tmp_path / "l", rows))).figures
    }
    assert figures["average precision"].value == 1.0
    assert figures["precision at the threshold"].value == 1.0
    assert figures["recall at the threshold"].value == 1.0
    assert all(0 <= figure.low <= figure.value <= figure.high <= 1 for figure in figures.values())
    wrong = [{"id": name, "relevant": "loaves" in name} for name in ARTICLES]
    figures = {
        figure.name: figure for figure in evaluate_file(replace(request_, labels=lines(tmp_path / "l", wrong))).figures
    }
    assert figures["precision at the threshold"].value == 0.0
    assert figures["average precision"].value < 0.6


def test_labels_that_fit_no_article_evaluate_to_nothing(request_: Request, tmp_path: Path) -> None:
    labels = lines(tmp_path / "l", [{"id": "elsewhere", "relevant": True}])
    evaluation = evaluate_file(replace(request_, labels=labels))
    assert evaluation.figures == ()
    assert any("nothing can be measured" in note for note in evaluation.notes)
    assert evaluation.draw(tmp_path / "plots", "cranes") == ()
    assert not (tmp_path / "plots").exists()
    assert evaluation.to_json() == {"figures": [], "notes": list(evaluation.notes)}
    assert evaluation.notes[-1].endswith('labels on no article given were left out, by id: "elsewhere"')


def test_labels_on_no_article_given_are_named_and_those_of_the_background_are_known(
    request_: Request, tmp_path: Path
) -> None:
    background = lines(tmp_path / "b.jsonl", [{"id": "b1", "text": LOAVES[0]}])
    known = [{"id": each, "relevant": True} for each in ("cranes", "b1")]
    strange = [{"id": f"x{number}", "relevant": False} for number in range(5)]

    def note(labels: list[dict[str, Any]]) -> str:
        request = replace(request_, background=background, labels=lines(tmp_path / "l.jsonl", labels))
        return on_unknown(request, score(request))

    assert note(known) == ""
    assert note([*known, *strange[:1]]).endswith('by id: "x0"')
    assert note(strange + known).endswith('by id: "x0", "x1", "x2" and 2 more')
    assert on_unknown(request_, score(request_)) == ""


def test_a_figure_is_a_row_and_json() -> None:
    figure = Figure("recall", 0.51234, 0.4, 0.6)
    assert figure.to_row() == ("recall", "0.512", "0.400", "0.600")
    assert figure.to_json() == {"figure": "recall", "value": 0.51234, "low": 0.4, "high": 0.6}


def test_kept_assessments_are_evaluated_on_verdicts(house: House) -> None:
    house.keep("cranes", score=0.9)
    house.keep("loaves", score=0.1)
    with pytest.raises(ConfigurationError, match="topic harbours has no verdict"):
        evaluate_verdicts(house.settings, "")
    record(house.settings, "https://paper.example/cranes", TOPIC, relevant=True)
    record(house.settings, "https://paper.example/loaves", TOPIC, relevant=False)
    figures = {figure.name: figure.value for figure in evaluate_verdicts(house.settings, TOPIC).figures}
    assert figures["average precision"] == figures["F1 at the threshold"] == 1.0


def test_without_a_topic_it_says_how_to_make_one(house: House) -> None:
    (house.root / "config" / "topics" / f"{TOPIC}.toml").unlink()
    with pytest.raises(ConfigurationError, match="monitor new-topic"):
        evaluate_verdicts(house.settings, "")
