from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import ConfigurationError
from monitor.fetch.client import Client
from monitor.fetch.settings import FetchSettings


def test_the_defaults_can_be_worked_with() -> None:
    assert list(FetchSettings().faults()) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("connections", 0),
        ("per_host", 0),
        ("max_feed", 0),
        ("max_feed", 9_999),
        ("max_page", -1),
        ("timeout", timedelta(0)),
        ("pause_per_host", timedelta(seconds=-1)),
        ("user_agent", " "),
        ("user_agent", "nouvelles d’été"),
        ("user_agent", "a\r\nb: c"),
        ("proxy", "socks5://127.0.0.1:1080"),
        ("proxy", "http://"),
        ("proxy", "http://user:hunter2@proxy.example:99999"),
        ("allow_addresses", ("127.1.0.1/16",)),
        ("allow_addresses", ("localhost",)),
    ],
)
def test_a_setting_that_cannot_be_worked_with_is_named(key: str, value: Any) -> None:
    settings = FetchSettings(**{key: value})
    [(named, problem)] = settings.faults()
    assert named == key
    assert "hunter2" not in problem
    with pytest.raises(ConfigurationError, match=f"fetch.{key}: "):
        Client(settings)


def test_the_password_of_a_proxy_does_not_show() -> None:
    assert "hunter2" not in repr(FetchSettings(proxy="http://user:hunter2@proxy.example:3128"))
