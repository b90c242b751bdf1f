"""A button in Slack is a verdict: only where Slack signed the press, and we signed the ballot."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pytest_httpserver import HTTPServer
from reading_material import ARTICLES, TOPIC
from reading_site import Site, Sites
from slack_sdk.signature import SignatureVerifier

from monitor.config.settings import WebSettings
from monitor.deliver.settings import ChannelSettings
from monitor.store.topics import verdicts

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture(name="team")
def _team(sites: Sites, httpserver: HTTPServer) -> Site:
    channels = (
        ChannelSettings("desk", "file", path="var/digests"),
        ChannelSettings("analyst", "email"),
        ChannelSettings("other", "slack", signing_secret="another secret"),
        ChannelSettings("team", "slack", bot_token="xoxb-1", signing_secret=SECRET, url=httpserver.url_for("/api")),
    )
    return sites(WebSettings(public_url="https://news.example.org", password="open sesame"), channels=channels)


def payload(token: str, action: str = "verdict_yes", **more: Any) -> dict[str, Any]:
    return {"type": "block_actions", "actions": [{"action_id": action, "value": token}], **more}


def signed(secret: str, stamp: str, body: str) -> str:
    if not secret:  # Slack's library refuses to sign so, and a program that compares with it would be open to anybody
        return "v0=" + hmac.new(b"", f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""


def press(site: Site, said: Any, secret: str = SECRET, **headers: str) -> httpx.Response:
    body = urlencode({"payload": json.dumps(said)})
    stamp = str(int(site.clock().timestamp()))
    signature = signed(secret, stamp, body)
    sent = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature,
        "host": "news.example.org",
        **headers,
    }
    with site.browser() as browser:
        return browser.post("/slack/actions", content=body, headers=sent)


def given(site: Site) -> dict[int, tuple[bool, str]]:
    with site.database.reading() as session:
        return {key: (each.relevant, each.origin) for key, each in verdicts(session, TOPIC).items()}


def test_a_press_is_a_verdict_and_is_answered(team: Site, httpserver: HTTPServer) -> None:
    article = team.filled.articles[0]
    httpserver.expect_oneshot_request("/answers").respond_with_data("ok")
    with httpserver.wait(timeout=10) as waiting:
        said = payload(team.token(), "verdict_no", response_url=httpserver.url_for("/answers"))
        assert press(team, said).status_code == 200
    assert waiting.result
    assert given(team)[article] == (False, "slack")
    told = httpserver.log[0][0].get_json()
    assert told["response_type"] == "ephemeral"
    assert f"Recorded: not relevant: {ARTICLES[0].title}" in told["text"]
    undo = told["text"].partition("https://news.example.org")[2]
    with team.browser(host="news.example.org") as browser:
        assert "Recorded: not relevant" in browser.get(undo).text
    again = {key: value for key, value in said.items() if key != "response_url"}
    assert press(team, again).status_code == 200
    with team.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT count(*) FROM feedback WHERE origin = 'slack'").scalar()
    assert rows == 1


def test_what_slack_did_not_sign_changes_nothing(team: Site) -> None:
    before = team.rows()
    said = payload(team.token())
    assert press(team, said, secret="a guess").status_code == 403
    assert press(team, said, **{"x-slack-signature": ""}).status_code == 403
    assert press(team, said, **{"x-slack-request-timestamp": "0"}).status_code == 403
    with team.browser(host="news.example.org") as browser:
        assert browser.post("/slack/actions", data={"payload": json.dumps(said)}).status_code == 403
        assert browser.get("/slack/actions").status_code == 405
    assert team.rows() == before


def test_a_press_that_says_nothing_to_us_changes_nothing(team: Site) -> None:
    before = team.rows()
    expired = team.token(lifetime=timedelta(seconds=-1))
    for said in (
        [],
        None,
        {},
        {"type": "view_submission"},
        {"type": "block_actions", "actions": None},
        {"type": "block_actions", "actions": ["x", {"action_id": "other"}, {"action_id": ["verdict_yes"]}]},
        payload("forged", response_url="http://127.0.0.1:9/"),
        payload(expired),
        payload(team.token(topic="gone")),
    ):
        assert press(team, said).status_code == 200, said
    assert team.rows() == before


def test_a_site_without_a_signing_secret_takes_no_press(sites: Sites) -> None:
    site = sites(channels=(ChannelSettings("team", "slack", bot_token="xoxb-1"), ChannelSettings("desk", "file")))
    assert press(site, payload(site.token()), secret="", host="127.0.0.1").status_code == 403
