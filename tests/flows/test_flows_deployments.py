"""Every schedule is a deployment; on an API that others use too, one that is nobody else's."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prefect.client.schemas.schedules import CronSchedule

from flows.backfill import backfill
from flows.deployments import deployments
from flows.identity import deployment_name, mark, tag
from monitor.config import Settings, load
from monitor.config.schedules import schedule_faults

FILES = {
    "config/monitor.toml": '[channels.desk]\nkind = "file"\npath = "var/digests"\n',
    "config/sources.toml": "",
    "config/topics/race.toml": 'title = "The race"\nseeds = ["seeds/race.md"]\n',
    "config/digests/morning.toml": 'channels = ["desk"]\n',
    "seeds/race.md": "The race between two countries for artificial intelligence.\n",
}


def settings_in(root: Path) -> Settings:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return load(root, {})


def names(configured: Settings, *, shared: bool) -> set[tuple[str, str]]:
    return {(str(each.flow_name), each.name) for each in deployments(configured, shared=shared)}


def test_on_a_server_of_our_own_they_have_their_plain_names(tmp_path: Path) -> None:
    assert names(settings_in(tmp_path), shared=False) == {
        ("collect", "scheduled"),
        ("train", "scheduled"),
        ("maintain", "scheduled"),
        ("digest", "morning"),
    }


def test_two_roots_on_one_api_have_no_deployment_in_common(tmp_path: Path) -> None:
    one, two = settings_in(tmp_path / "a" / "News Room"), settings_in(tmp_path / "b" / "News Room")
    assert not names(one, shared=True) & names(two, shared=True)
    assert names(one, shared=True) == {(flow, f"{name}-{mark(one.root)}") for flow, name in names(one, shared=False)}
    assert mark(one.root).startswith("news-room-")
    for each_root in (one, two):
        made = deployments(each_root, shared=True)
        assert all(each.tags == [tag(each_root.root)] for each in made)
        assert all(each.parameters["root"] == str(each_root.root) for each in made)
    (digest,) = [each for each in deployments(two, shared=True) if each.flow_name == "digest"]
    assert digest.parameters["name"] == "morning"
    assert digest.description == "morning"


def test_every_parameter_of_every_flow_is_described(tmp_path: Path) -> None:
    made = [*deployments(settings_in(tmp_path), shared=False), backfill.to_deployment("backfill")]
    described = {each.flow_name: each._parameter_openapi_schema.properties for each in made}  # type: ignore[union-attr]
    assert set(described) == {"collect", "train", "maintain", "digest", "backfill"}
    for flow, parameters in described.items():
        assert parameters
        for name, parameter in parameters.items():
            assert parameter.get("description"), f"{flow}: {name}"


def test_a_mark_stays_with_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "press").mkdir()
    monkeypatch.chdir(tmp_path)
    assert mark(Path("press")) == mark(tmp_path / "press") == mark(tmp_path / "press" / ".." / "press")
    assert mark(Path("/")).startswith("root-")
    assert deployment_name("morning", tmp_path, shared=False) == "morning"


FIELD = st.from_regex(r"(\*|[0-9]{1,2}|[a-z]{3})(-[0-9]{1,2})?(/[0-9]{1,2})?(,[0-9]{1,2})?", fullmatch=True)
ODD = st.sampled_from(["*", "*", "*", "L", "mon-FRI", "jan", "L5", "1#2", "R", "H", "?", "*/90", "0", "7", "1-5/2"])


@settings(max_examples=300, deadline=None)
@given(st.lists(FIELD | ODD, min_size=5, max_size=5).map(" ".join))
@example("R R * * *")
@example("5,35 7-19/2 L jan-MAR mon-fri")
@example("0 7 * * L5")
def test_what_the_configuration_takes_for_a_schedule_prefect_takes_too(schedule: str) -> None:
    if not list(schedule_faults(schedule, "UTC")):
        assert CronSchedule(cron=schedule, timezone="UTC").cron == schedule
