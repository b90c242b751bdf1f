"""Deliveries to send, and the real servers they are sent to."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.deliver import message_id
from monitor.models import Delivery

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


class Mailbox:
    """What a mail server keeps; `replies` are what it says instead, by step: MAIL, RCPT or DATA."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.replies: dict[str, str] = {}
        self.drops_after_text = False
        self.drops_at_data = False

    async def handle_MAIL(self, *step: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        _, _, envelope, address, _ = step
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, *step: Any) -> str:  # noqa: N802
        server, _, envelope, address, _ = step
        envelope.rcpt_tos.append(address)
        if self.drops_at_data:
            server.transport.abort()
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append(envelope)
        self.encrypted.append(session.ssl is not None)
        if self.drops_after_text:
            server.transport.abort()
        return self.replies.get("DATA", "250 2.0.0 queued as 42")


@pytest.fixture(name="mailbox")
def _mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(name="mail_server")
def _mail_server(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Starts a mail server for the mailbox on a free loopback port, and gives the port."""
    with ExitStack() as stack:

        def start(**options: Any) -> int:
            return stack.enter_context(_running(mailbox, options))

        yield start


@contextmanager
def _running(mailbox: Mailbox, options: dict[str, Any]) -> Iterator[int]:
    controller = _Server(mailbox, hostname="127.0.0.1", port=0, ready_timeout=20, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class _Server(Controller):
    """A controller on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


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
