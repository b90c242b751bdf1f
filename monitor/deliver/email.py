"""A delivery by mail: one message to one recipient over SMTP.

The conversation is held step by step, since what a failure means depends on where it came: before the text was
handed over (DATA, RFC 5321 4.1.1.4) the message was surely not taken; once its bytes are on their way, an answer that
never came leaves that unknown.
"""

import re
import smtplib
import ssl
from pathlib import Path

from monitor.deliver.envelope import address, mail
from monitor.deliver.outcome import Outcome, failed, sent, unknown
from monitor.deliver.settings import ChannelSettings
from monitor.errors import DeliveryError
from monitor.models import Delivery

# Seconds for each step. RFC 5321 4.5.3.2 would wait minutes; a digest that is late by that much is retried instead.
_TIMEOUT = 30.0
# For the answer to the text, which cannot be asked for again: Exchange may hold it back for 30 seconds while it makes a
# copy (MaxAcknowledgementDelay), a scanner for viruses for two minutes (ClamAV's MaxScanTime).
_ANSWER_TIMEOUT = 180.0
# What smtplib says of an answer that has no code: whoever listens there speaks something else.
_NO_CODE = -1


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """Each address once, in order."""
    return tuple(dict.fromkeys(settings.to))


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:  # noqa: ARG001 - as every channel
    """Send one mail; SENT once the server took responsibility for it (250 after the text)."""
    try:
        message = mail(delivery, settings.from_address, delivery.recipient)
        sender, recipient = address(settings.from_address).addr_spec, address(delivery.recipient).addr_spec
    except DeliveryError as error:
        return failed(str(error), settings.secrets, permanent=True)
    conversation = _Conversation(settings)
    try:
        conversation.open()
        return conversation.send(sender, recipient, message.as_bytes())
    except smtplib.SMTPResponseException as error:
        return conversation.refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return failed(f"{conversation.server}: {error} (see tls and user)", settings.secrets, permanent=True)
    except UnicodeError:
        return failed("user and password of a mail server are ASCII", permanent=True)
    except (OSError, smtplib.SMTPException) as error:
        return failed(f"{conversation.server}: {error or type(error).__name__}", settings.secrets)
    finally:
        conversation.close()


class _Conversation:
    """One connection to one server."""

    def __init__(self, settings: ChannelSettings) -> None:
        self.settings = settings
        self.server = f"{settings.host}:{settings.port}"
        self.client = smtplib.SMTP(timeout=_TIMEOUT)

    def open(self) -> None:
        """Connect, with verified certificates unless tls is none, and log in where there is a user."""
        settings = self.settings
        context = ssl.create_default_context()
        if settings.tls == "implicit":
            self.client = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT, context=context)
        else:
            self.client = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT)
        if settings.tls == "starttls":
            self.client.starttls(context=context)
        self.client.ehlo_or_helo_if_needed()
        if settings.user:
            self.client.login(settings.user, settings.password)

    def send(self, sender: str, recipient: str, content: bytes) -> Outcome:
        """MAIL, RCPT, DATA, and the text; a refusal at any of them is an outcome."""
        for expected, command in ((2, f"MAIL FROM:<{sender}>"), (2, f"RCPT TO:<{recipient}>"), (3, "DATA")):
            code, reply = self.client.docmd(command)
            if code // 100 != expected:
                return self.refused(code, reply)
        return self._hand_over(content)

    def _hand_over(self, content: bytes) -> Outcome:
        """The text; from its first byte on, whatever is no clear answer leaves the outcome unknown."""
        try:
            # A line that is a lone dot would end the text (RFC 5321, 4.5.2); the text itself ends in CRLF.
            self.client.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
            if self.client.sock is not None:
                self.client.sock.settimeout(_ANSWER_TIMEOUT)
            code, reply = self.client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            lost = f"{self.server}: the connection was lost while the text was handed over ({error})"
            return unknown(lost, self.settings.secrets)
        if code // 100 == 2:
            return sent(f"{self.server}: {code} {_readable(reply)}", self.settings.secrets)
        if code // 100 in (4, 5):
            return self.refused(code, reply)
        return unknown(f"{self.server}: no answer that says what became of it ({code})", self.settings.secrets)

    def refused(self, code: int, reply: bytes | str) -> Outcome:
        """FAILED; for good where the server says so (5yz, RFC 5321 4.2.1)."""
        detail = f"{self.server}: {code} {_readable(reply)}"
        if code == _NO_CODE:
            detail = f"{self.server} does not answer as a mail server does ({_readable(reply)}); see host, port and tls"
        return failed(detail, self.settings.secrets, permanent=code // 100 == 5)

    def close(self) -> None:
        """Take leave; the outcome stands whatever the server makes of that, and it is not waited for as a text is."""
        try:
            if self.client.sock is not None:
                self.client.sock.settimeout(_TIMEOUT)
            self.client.quit()
        except (OSError, smtplib.SMTPException):
            self.client.close()


def _readable(reply: bytes | str) -> str:
    return reply if isinstance(reply, str) else reply.decode("utf-8", "replace")
