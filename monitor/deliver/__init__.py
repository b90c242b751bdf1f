"""Sends what was rendered through a channel, and says what came of it.

    Delivery + ChannelSettings ──deliver──> Outcome (sent, failed, unknown)

Nothing here keeps a state or decides about a retry: that is the outbox's. A new kind of channel is a module with
`recipients` and `deliver`, and a line in the table.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.deliver.identity import message_id
from monitor.deliver.outcome import Outcome, failed
from monitor.deliver.settings import ChannelSettings
from monitor.models import Delivery

__all__ = ["CHANNELS", "ChannelSettings", "Outcome", "deliver", "longest", "message_id", "recipients"]

# By name, so that reading a configuration loads neither smtplib nor apprise.
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "file": "monitor.deliver.file",
        "email": "monitor.deliver.email",
        "slack": "monitor.deliver.slack",
        "apprise": "monitor.deliver.apprise",
        "feed": "monitor.deliver.feed",
    }
)


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """Whom the channel tells, each to be sent a delivery of its own; never a secret; empty for an unknown kind."""
    if settings.kind not in CHANNELS:
        return ()
    return tuple(_channel(settings.kind).recipients(settings))


def longest(settings: ChannelSettings) -> int:
    """How many characters, title included, a message through the channel may have; 0 where that is no matter."""
    return int(_channel("apprise").longest(settings)) if settings.kind == "apprise" else 0


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:
    """Send one delivery once; what a channel can do to it is an outcome, never an error.

    `root` is what the paths of the settings are relative to. Nothing in the outcome holds a secret.
    """
    if settings.kind not in CHANNELS:
        return failed(f'channels.{settings.name}: there is no kind "{settings.kind}"', permanent=True)
    outcome: Outcome = _channel(settings.kind).deliver(settings, delivery, root)
    return outcome


def _channel(kind: str) -> Any:
    return import_module(CHANNELS[kind])
