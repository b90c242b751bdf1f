import subprocess
import sys

import pytest

from monitor.deliver import CHANNELS, ChannelSettings, deliver, recipients
from monitor.models import DeliveryState


def test_an_unknown_kind_has_failed_for_good(delivery, tmp_path):
    outcome = deliver(ChannelSettings(name="owl", kind="owl"), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert outcome.permanent
    assert "owl" in outcome.detail
    assert recipients(ChannelSettings(name="owl", kind="owl")) == ()


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", sorted(CHANNELS))
def test_a_channel_without_any_setting_fails_and_does_not_raise(kind, make_delivery, tmp_path):
    settings = ChannelSettings(name="bare", kind=kind, port=1)
    made = make_delivery(recipient="\0" if kind == "file" else "a@example.org")

    assert deliver(settings, made, tmp_path).state is DeliveryState.FAILED


def test_no_secret_shows_in_a_repr():
    names = ("password", "webhook_url", "bot_token", "signing_secret", "url")
    settings = ChannelSettings(name="x", kind="slack", **{name: f"secret-{name}" for name in names})

    assert "secret-" not in repr(settings)
    assert set(settings.secrets) == {f"secret-{name}" for name in names}


def test_reading_settings_loads_no_channel():
    code = "import sys, monitor.deliver; assert not {'smtplib', 'apprise', 'httpx'} & set(sys.modules), sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True)
