"""Deliveries to send, and the real servers they are sent to."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mailing import mail_server_fixture, mailbox_fixture

from monitor.deliver import message_id
from monitor.models import Delivery

__all__ = ["mail_server_fixture", "mailbox_fixture"]

MADE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def _made(**changes: Any) -> Delivery:
    channel, recipient = changes.get("channel", "analyst"), changes.get("recipient", "analyst@example.org")
    values = {
        "id": 1,
        "digest_id": 1,
        "channel": channel,
        "recipient": recipient,
        "message_id": message_id(
            "morning", "2026-11-24T07:00:00+00:00", channel, recipient, "monitor@monitor.example.org"
        ),
        "subject": "AI competition: a harbour learns to count ships, and 6 more",
        "html": "<!doctype html><html lang=en><title>t</title><p>Seven stories</p></html>",
        "text": "Seven stories\n.\n.. a line of dots\nÜber alles – 中文\n",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "AI competition"}},
            {"type": "divider"},
            {"type": "section", "text": {"type": "mrkdwn", "text": "One story"}},
        ],
        "created_at": MADE,
        "changed_at": MADE,
    }
    return Delivery.model_validate(values | changes)


@pytest.fixture(name="make_delivery")
def _make_delivery() -> Callable[..., Delivery]:
    return _made


@pytest.fixture(name="delivery")
def _delivery() -> Delivery:
    return _made()


@pytest.fixture(name="certificate", scope="session")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(name="unused_port")
def _unused_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(name="silent_port")
def _silent_port() -> Iterator[int]:
    """A loopback port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
