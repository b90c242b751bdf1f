"""prefect.yaml describes the deployments that `monitor serve` makes, the collect in parts: same names and schedules."""

from pathlib import Path

import yaml

from monitor.config import load

PROJECT = Path(__file__).parent.parent


def test_it_holds_every_schedule_of_the_configuration() -> None:
    described = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    found = {
        (Path(each["entrypoint"].partition(":")[0]).stem, each["name"]): (
            each["schedules"][0]["cron"],
            each["schedules"][0]["timezone"],
            each["parameters"].get("name", ""),
        )
        for each in described
    }
    settings = load(PROJECT, {})
    wanted = {
        (flow, name): (section.schedule, section.timezone, "")
        for flow, name, section in (
            ("collect", "scheduled", settings.collect),
            ("collect", "scheduled-2", settings.collect),  # its second part
            ("train", "scheduled", settings.train),
            ("maintain", "scheduled", settings.maintain),
        )
    }
    wanted |= {("digest", each.name): (each.schedule, each.timezone, each.name) for each in settings.digests}
    assert found == wanted
