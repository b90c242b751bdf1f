"""compose.workers.yaml cannot be started by the tests: all that it names is looked up where it is defined instead."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from monitor.cli import application
from monitor.config import load
from monitor.pipeline.reading.parts import Part

PROJECT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.workers.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEPLOYED = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
IN_CONTAINERS = yaml.safe_load((PROJECT / "prefect.docker.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def commands(program: str) -> list[list[str]]:
    """The commands of a program, lines of shells too, as words."""
    found = []
    for service in SERVICES.values():
        command = service.get("command", [])
        lines = [line.split() for line in command[2].splitlines()] if command[:1] == ["sh"] else [command]
        found += [line for line in lines if line[:1] == [f".venv/bin/{program}"]]
    return found


def variables(prefix: str) -> dict[str, str]:
    """The variables that services are given, as they come out where .env says "secret-1" throughout."""
    given = {name: value for service in SERVICES.values() for name, value in service.get("environment", {}).items()}
    return {name: re.sub(r"\$\{[^}]*\}", "secret-1", value) for name, value in given.items() if name.startswith(prefix)}


def collects(deployments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in deployments if each["entrypoint"] == "flows/collect.py:collect"]


def test_what_it_refers_to_is_there() -> None:
    assert set(SERVICES) >= {name for service in SERVICES.values() for name in service.get("depends_on", {})}
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]
        for source in (volume.partition(":")[0] for volume in service.get("volumes", [])):
            assert (PROJECT / source).exists() or source in (*COMPOSE["volumes"], "./var")
        assert {each["source"] for each in service.get("configs", [])} <= set(COMPOSE["configs"])


def test_its_commands_and_options_exist() -> None:
    (web,) = commands("monitor")
    assert CliRunner().invoke(application(), [*web[1:], "--help"]).exit_code == 0
    assert len(commands("prefect")) == 6
    for command in commands("prefect"):
        words = [word for word in command[1:] if word in ("server", "start", "worker", "work-pool", "create", "deploy")]
        arguments = [sys.executable, "-m", "prefect", *words, "--help"]
        told = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
        options = {word for word in command if word.startswith("--")}
        assert options <= set(re.findall(r"--[\w-]+", told.stdout))


def test_the_configuration_takes_its_variables() -> None:
    given = variables("MONITOR_")
    settings = load(PROJECT, given)
    assert settings.store.url == "postgresql+psycopg://monitor:secret-1@postgres:5432/monitor"
    assert "ENV MONITOR_WEB__HOST=0.0.0.0" in DOCKERFILE
    assert set(given) == {"MONITOR_STORE__URL", "MONITOR_SECRET", "MONITOR_WEB__PASSWORD"}

    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    known = _get_settings_fields(Settings)
    named = variables("PREFECT_")
    assert named
    assert set(named) <= set(known)


def test_its_workers_serve_the_pools_of_the_deployments_and_each_part_has_one() -> None:
    def option(command: list[str], name: str) -> str:
        return command[command.index(name) + 1]

    made = {command[3]: option(command, "--type") for command in commands("prefect") if "create" in command}
    workers = [command for command in commands("prefect") if "worker" in command]
    served = {option(command, "--pool"): option(command, "--type") for command in workers}
    assert made == served
    assert {each["work_pool"]["name"] for each in DEPLOYED} == set(made)
    assert SERVICES["collector"]["deploy"]["replicas"] == len(collects(DEPLOYED))
    assert option(SERVICES["collector"]["command"], "--limit") == "1"


@pytest.mark.parametrize("deployments", [DEPLOYED, IN_CONTAINERS["deployments"]], ids=["processes", "containers"])
def test_the_parts_make_a_whole(deployments: list[dict[str, Any]]) -> None:
    parts = [Part.of_text(each["parameters"]["part"]) for each in collects(deployments)]
    assert parts == [Part(number, len(parts)) for number in range(1, len(parts) + 1)]


def test_in_containers_the_collect_is_that_of_the_processes() -> None:
    def described(deployments: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        keys = ("name", "parameters", "schedules", "concurrency_limit")
        return [tuple(each[key] for key in keys) for each in collects(deployments)]

    assert described(IN_CONTAINERS["deployments"]) == described(DEPLOYED)
    (folder,) = re.findall(r"WORKDIR (.*)", DOCKERFILE)
    assert IN_CONTAINERS["pull"][0]["prefect.deployments.steps.set_working_directory"] == {"directory": folder}
    job = IN_CONTAINERS["definitions"]["collectors"]["job_variables"]
    mounted = {volume.split(":")[1] for volume in job["volumes"]}
    assert mounted == {f"{folder}/config", f"{folder}/seeds", "/run/monitor.env"}
    assert " . /run/monitor.env " in job["command"]
    assert "env" not in job
    assert {service["image"] for service in SERVICES.values() if "build" in service} == {job["image"]}
