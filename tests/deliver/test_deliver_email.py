import email
import re
import smtplib
import socket
import ssl
from email import policy
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.smtp import AuthResult

from monitor.deliver import ChannelSettings, deliver, message_id, recipients
from monitor.models import DeliveryState


def channel(port, **changes):
    values = {
        "name": "analyst",
        "kind": "email",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "from_address": "News monitor <monitor@monitor.example.org>",
        "to": ("analyst@example.org",),
    }
    return ChannelSettings(**(values | changes))


def test_a_mail_arrives_as_text_first_then_html(mail_server, mailbox, delivery, tmp_path):
    outcome = deliver(channel(mail_server()), delivery, tmp_path)

    assert outcome.state is DeliveryState.SENT
    assert "queued as 42" in outcome.detail
    (envelope,) = mailbox.kept
    assert envelope.mail_from == "monitor@monitor.example.org"
    assert envelope.rcpt_tos == ["analyst@example.org"]
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().splitlines() == delivery.text.splitlines()
    assert message.get_body(("html",)).get_content().strip() == delivery.html


def test_its_headers_are_those_of_a_list(mail_server, mailbox, delivery, tmp_path):
    deliver(channel(mail_server()), delivery, tmp_path)

    message = email.message_from_bytes(mailbox.kept[0].content, policy=policy.default)
    assert message["Message-ID"] == delivery.message_id
    assert message["Date"].datetime == delivery.created_at
    assert message["List-ID"] == "<morning.monitor.example.org>"
    assert message["List-Unsubscribe"] == "<mailto:monitor@monitor.example.org?subject=unsubscribe%20morning>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "News monitor <monitor@monitor.example.org>"
    assert message["To"] == "analyst@example.org"
    assert message["Subject"] == delivery.subject


def test_a_retry_sends_the_very_same_bytes(mail_server, mailbox, delivery, tmp_path):
    settings = channel(mail_server())
    deliver(settings, delivery, tmp_path)
    deliver(settings, delivery, tmp_path)

    first, second = (re.sub(rb"X-Peer:[^\r\n]*\r\n", b"", envelope.content) for envelope in mailbox.kept)
    assert first == second


@pytest.mark.parametrize(
    "subject",
    [
        "Bcc: x\r\nBcc: victim@example.org",
        "one\ntwo",
        "nul\0\x1b[31mred",
        "\u202egnp.exe",
        "long " * 3000,
        "中文标题" * 60,
        "\ud800 half a pair",
    ],
)
def test_no_subject_makes_a_header(mail_server, mailbox, make_delivery, tmp_path, subject):
    outcome = deliver(channel(mail_server()), make_delivery(subject=subject), tmp_path)

    assert outcome.state is DeliveryState.SENT
    content = mailbox.kept[0].content
    message = email.message_from_bytes(content, policy=policy.default)
    assert message["Bcc"] is None
    assert mailbox.kept[0].rcpt_tos == ["analyst@example.org"]
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert not re.search(r"[\x00-\x1f\u202e]", message["Subject"])


def test_identifiers_stand_on_one_line_however_long(mail_server, mailbox, make_delivery, tmp_path):
    long = f"<{'a' * 40}.2026-11-24T0700Z.0123456789abcdef@{'sub.' * 20}example.org>"
    settings = channel(mail_server(), from_address=f"monitor@{'sub.' * 20}example.org")
    deliver(settings, make_delivery(message_id=long), tmp_path)

    content = mailbox.kept[0].content
    assert f"Message-ID: {long}\r\n".encode() in content
    assert re.search(rb"List-ID: <a{40}\.(sub\.){20}example\.org>\r\n", content)
    assert re.search(rb"List-Unsubscribe: <mailto:[^\r\n ]+>\r\n", content)


@pytest.mark.parametrize(
    ("step", "reply", "permanent"),
    [
        ("MAIL", "550 5.7.1 not you", True),
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "450 4.2.0 greylisted", False),
        ("DATA", "554 5.6.0 looks like spam", True),
        ("DATA", "452 4.3.1 out of space", False),
    ],
)
def test_what_the_server_refuses_has_failed(mail_server, mailbox, delivery, step, reply, permanent):
    mailbox.replies[step] = reply

    outcome = deliver(channel(mail_server()), delivery, Path())

    assert outcome.state is DeliveryState.FAILED
    assert outcome.permanent is permanent
    assert reply.split(" ", 1)[1] in outcome.detail


def test_a_connection_lost_after_the_text_leaves_it_unknown(mail_server, mailbox, delivery, tmp_path):
    mailbox.drops_after_text = True

    outcome = deliver(channel(mail_server()), delivery, tmp_path)

    assert len(mailbox.kept) == 1
    assert outcome.state is DeliveryState.UNKNOWN
    assert not outcome.permanent


@pytest.mark.parametrize(("patience", "state"), [(20.0, DeliveryState.SENT), (0.2, DeliveryState.UNKNOWN)])
def test_the_answer_to_the_text_is_waited_for_longest(mail_server, mailbox, delivery, monkeypatch, patience, state):
    mailbox.seconds_after_text = 2.5
    monkeypatch.setattr("monitor.deliver.email._TIMEOUT", 2.0)
    monkeypatch.setattr("monitor.deliver.email._ANSWER_TIMEOUT", patience)

    assert deliver(channel(mail_server()), delivery, Path()).state is state


def test_a_server_that_says_no_goodbye_is_not_waited_for_as_for_a_text(mail_server, delivery, monkeypatch):
    waited, leave = [], smtplib.SMTP.quit

    def leaves(client):
        waited.append(client.sock.gettimeout())
        return leave(client)

    monkeypatch.setattr("monitor.deliver.email._ANSWER_TIMEOUT", 20.0)
    monkeypatch.setattr("monitor.deliver.email._TIMEOUT", 2.0)
    monkeypatch.setattr(smtplib.SMTP, "quit", leaves)

    assert deliver(channel(mail_server()), delivery, Path()).state is DeliveryState.SENT
    assert waited == [2.0]


def test_a_connection_lost_before_the_text_has_failed(mail_server, mailbox, delivery, tmp_path):
    mailbox.drops_at_data = True

    outcome = deliver(channel(mail_server()), delivery, tmp_path)

    assert mailbox.kept == []
    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent


def test_a_server_that_is_not_there_has_failed(delivery, tmp_path, unused_port):
    outcome = deliver(channel(unused_port), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent
    assert f"127.0.0.1:{unused_port}" in outcome.detail


def test_what_listens_there_and_speaks_something_else_is_told_as_such(delivery, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            with server.accept()[0] as connection:
                connection.sendall(b"hello there\r\n")
                connection.recv(100)

        greeting = Thread(target=greet)
        greeting.start()
        outcome = deliver(channel(port), delivery, tmp_path)
        greeting.join()
    assert outcome.state == "failed"
    assert outcome.detail.startswith(f"127.0.0.1:{port} does not answer as a mail server does")
    assert "see host, port and tls" in outcome.detail


def test_a_server_that_never_answers_has_failed(delivery, tmp_path, silent_port, monkeypatch):
    monkeypatch.setattr("monitor.deliver.email._TIMEOUT", 0.2)

    outcome = deliver(channel(silent_port), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent


def test_starttls_verifies_the_certificate(mail_server, mailbox, delivery, tmp_path, certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = mail_server(tls_context=context, require_starttls=True)
    settings = channel(port, host="localhost", tls="starttls")

    unverified = deliver(settings, delivery, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    verified = deliver(settings, delivery, tmp_path)

    assert unverified.state is DeliveryState.FAILED
    assert "certificate" in unverified.detail
    assert verified.state is DeliveryState.SENT
    assert mailbox.encrypted == [True]


def test_implicit_tls_verifies_the_certificate(mail_server, mailbox, delivery, tmp_path, certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    settings = channel(mail_server(ssl_context=context), host="localhost", tls="implicit")

    unverified = deliver(settings, delivery, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    verified = deliver(settings, delivery, tmp_path)

    assert unverified.state is DeliveryState.FAILED
    assert verified.state is DeliveryState.SENT
    assert len(mailbox.kept) == 1


def test_a_server_without_tls_is_not_given_a_mail_meant_for_tls(mail_server, mailbox, delivery, tmp_path):
    outcome = deliver(channel(mail_server(), tls="starttls"), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert outcome.permanent
    assert mailbox.kept == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "state"), [("hunter2-and-more", "sent"), ("wrong-secret-word", "failed")])
def test_the_password_is_given_and_never_shown(mail_server, delivery, tmp_path, password, state):
    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"hunter2-and-more", handled=False)

    port = mail_server(authenticator=authenticate, auth_require_tls=False, auth_required=True)
    settings = channel(port, user="monitor", password=password)

    outcome = deliver(settings, delivery, tmp_path)

    assert outcome.state == state
    assert outcome.permanent is (state == "failed")
    assert password not in repr(settings) + repr(outcome)


@pytest.mark.parametrize("wrong", ["nobody", "a@b@c d", "x@example.org\r\nBcc: y@example.org", "", "ü@example.org"])
def test_what_is_no_address_is_refused_before_anything_is_sent(mail_server, mailbox, make_delivery, tmp_path, wrong):
    settings = channel(mail_server())

    for outcome in (
        deliver(settings, make_delivery(recipient=wrong), tmp_path),
        deliver(channel(settings.port, from_address=wrong), make_delivery(), tmp_path),
    ):
        assert outcome.state is DeliveryState.FAILED
        assert outcome.permanent
    assert mailbox.kept == []


@pytest.mark.parametrize(
    ("domain", "written"),
    [("bücher.example", "xn--bcher-kva.example"), ("straße.example", "xn--strae-oqa.example")],
    ids=["umlaut", "not strasse.example, which is somebody else's"],
)
def test_a_domain_beyond_ascii_is_written_in_ascii(mail_server, mailbox, make_delivery, domain, written):
    settings = channel(mail_server(), from_address=f"monitor@{domain}")
    outcome = deliver(settings, make_delivery(recipient=f"Jörg <joerg@{domain}>"), Path())

    assert outcome.state is DeliveryState.SENT
    assert mailbox.kept[0].mail_from == f"monitor@{written}"
    assert mailbox.kept[0].rcpt_tos == [f"joerg@{written}"]
    message = email.message_from_bytes(mailbox.kept[0].content, policy=policy.default)
    assert message["To"] == f"Jörg <joerg@{written}>"
    assert message_id("morning", "one", "analyst", "j@x.example", settings.from_address).endswith(f"@{written}>")


def test_each_address_is_a_recipient_once():
    assert recipients(channel(25, to=("a@example.org", "b@example.org", "a@example.org"))) == (
        "a@example.org",
        "b@example.org",
    )


LEAVE = "https://monitor.example/unsubscribe?token=abc.def-_"


def test_with_a_page_it_can_be_left_by_one_click(mail_server, mailbox, make_delivery, tmp_path):
    """RFC 8058, 3.1: the page's https address, and the header that says what is posted there."""
    deliver(channel(mail_server()), make_delivery(unsubscribe_url=LEAVE), tmp_path)

    message = email.message_from_bytes(mailbox.kept[0].content, policy=policy.default)
    by_mail = "<mailto:monitor@monitor.example.org?subject=unsubscribe%20morning>"
    assert message["List-Unsubscribe"] == f"<{LEAVE}>, {by_mail}"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{LEAVE}>, {by_mail}\r\n".encode() in mailbox.kept[0].content


@pytest.mark.parametrize("page", ["", "http://monitor.example/u?token=x", "https://a.example/>,\r\nBcc: x@y.example"])
def test_without_a_page_that_may_be_asked_it_can_be_left_by_mail_alone(
    mail_server, mailbox, make_delivery, tmp_path, page
):
    deliver(channel(mail_server()), make_delivery(unsubscribe_url=page), tmp_path)

    message = email.message_from_bytes(mailbox.kept[0].content, policy=policy.default)
    assert message["List-Unsubscribe"] == "<mailto:monitor@monitor.example.org?subject=unsubscribe%20morning>"
    assert message["List-Unsubscribe-Post"] is None
    assert message["Bcc"] is None


def test_its_language_is_that_of_the_whole(mail_server, mailbox, delivery, tmp_path):
    deliver(channel(mail_server()), delivery, tmp_path)

    message = email.message_from_bytes(mailbox.kept[0].content, policy=policy.default)
    assert message["Content-Language"] == "en"
    assert [part["Content-Language"] for part in message.iter_parts()] == [None, None]
