"""Who answers by what: buttons for a bot of Slack's whose requests can be verified, links for the others."""

import pytest
from pipeline_house import NOW, TOPIC, House

from monitor.links import Ballot, read_ballot
from monitor.pipeline.secret import secret
from monitor.pipeline.telling.readers import reader_of

SLACK = '[web]\npublic_url = "{url}"\n[channels.team]\nkind = "slack"\nchannel = "#ai"\n'
BOT = {"MONITOR_CHANNELS__TEAM__BOT_TOKEN": "xoxb-1"}
SIGNED = {"MONITOR_CHANNELS__TEAM__SIGNING_SECRET": "8f742231b10e"}
HOOK = {"MONITOR_CHANNELS__TEAM__WEBHOOK_URL": "https://hooks.example/x"}


@pytest.mark.parametrize(
    ("environment", "url", "buttons"),
    [
        (BOT | SIGNED, "https://news.example.org", True),
        (BOT, "https://news.example.org", False),
        (HOOK | SIGNED, "https://news.example.org", False),
        (BOT | SIGNED, "http://127.0.0.1:8080", False),
    ],
)
def test_buttons_need_a_bot_a_signing_secret_and_a_page_to_reach(
    house: House, environment: dict[str, str], url: str, buttons: bool
) -> None:
    house.monitor(SLACK.format(url=url))
    house.environment = environment
    reader = reader_of(house.settings, "team", "morning team #ai", NOW)
    assert (reader.ballot is not None) is buttons
    if reader.ballot is not None:
        token = reader.ballot(7, TOPIC, 0.25)
        assert read_ballot(secret(house.settings), token, NOW) == Ballot(7, TOPIC, "morning team #ai", 0.25)
