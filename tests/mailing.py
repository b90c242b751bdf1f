"""A real mail server on loopback, what it keeps, and how it misbehaves.

    def test_a_mail_arrives(mail_server, mailbox):
        ... a channel with host 127.0.0.1 and port mail_server() ...
        (envelope,) = mailbox.kept

A conftest that wants the two fixtures imports them from here.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What a mail server keeps; `replies` are what it says instead, by step: MAIL, RCPT or DATA."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.encrypted: list[bool] = []
        self.replies: dict[str, str] = {}
        self.drops_after_text = False
        self.seconds_after_text = 0.0
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
        await asyncio.sleep(self.seconds_after_text)
        if self.drops_after_text:
            server.transport.abort()
        return self.replies.get("DATA", "250 2.0.0 queued as 42")


@pytest.fixture(name="mailbox")
def mailbox_fixture() -> Mailbox:
    return Mailbox()


@pytest.fixture(name="mail_server")
def mail_server_fixture(mailbox: Mailbox) -> Iterator[Callable[..., int]]:
    """Starts a mail server for the mailbox on a free loopback port, and gives the port."""
    with ExitStack() as stack:

        def start(**options: Any) -> int:
            return stack.enter_context(running(mailbox, options))

        yield start


@contextmanager
def running(mailbox: Mailbox, options: dict[str, Any]) -> Iterator[int]:
    """A mail server for the mailbox while it lasts; its port."""
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
