"""Newsletters as mailers send them, with what must be read from them; and messages of any bytes."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from damage import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_house import CRANES

from monitor.extract import from_message
from monitor.models import Entry

ROWS = "".join(f"<tr><td style='padding:8px'><p>{line}</p></td></tr>" for line in CRANES)
PAGE = f"""<html><head><title>The Quay Letter</title><style>td {{ color: red }}</style></head><body>
<div style="display:none">Forty cranes, and what comes after them</div><table width=600><tr><td>
<a href="https://click.mailer.example/t/8f3a">View this email in your browser</a></td></tr><tr><td><h1>Forty cranes</h1>
</td></tr>{ROWS}<tr><td><a href="https://click.mailer.example/u/8f3a">Unsubscribe from this list</a></td></tr></table>
<img src="https://click.mailer.example/open.gif" width=1 height=1></body></html>"""


def letter(page: str = PAGE, plain: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    named = {
        "Message-ID": "<2026-47@quay.example>",
        "From": "Ada Quay <letter@quay.example>",
        "Subject": "Forty cranes",
        "Date": "Tue, 24 Nov 2026 07:15:00 +0100",
        "List-ID": "The Quay Letter <quay.mailer.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in named.items():
        if value:
            message[name] = value
    message.set_content(plain or "Your program shows no HTML.")
    if page:
        message.add_alternative(page, subtype="html")
    return message


def read(message: EmailMessage) -> Entry:
    return from_message(message.as_bytes(), "letters")


def test_a_letter_is_an_article() -> None:
    entry = read(letter())
    assert entry.canonical_url == entry.url == "mid:2026-47@quay.example"
    assert (entry.title, entry.authors, entry.site) == ("Forty cranes", ["Ada Quay"], "The Quay Letter")
    assert entry.published == datetime(2026, 11, 24, 6, 15, tzinfo=UTC)
    assert entry.content.split("\n") == list(CRANES)


@pytest.mark.parametrize(
    ("headers", "site"),
    [
        ({"List_ID": "<quay.mailer.example>"}, "quay.mailer.example"),
        ({"List_ID": ""}, "Ada Quay"),
        ({"List_ID": "", "From": "letter@quay.example"}, "quay.example"),
    ],
)
def test_the_site_is_the_list_or_the_sender(headers: dict[str, str], site: str) -> None:
    assert read(letter(**headers)).site == site


def test_headers_in_other_scripts_are_read() -> None:
    entry = read(letter(Subject="Сорок кранов", From="Ада Причал <a@b.example>"))
    assert (entry.title, entry.authors) == ("Сорок кранов", ["Ада Причал"])


def test_a_plain_letter_is_its_lines() -> None:
    entry = read(letter("", f"{CRANES[0]}\n\n{CRANES[1]}\n\nUnsubscribe: https://quay.example/u\n"))
    assert entry.content.split("\n") == [CRANES[0], CRANES[1]]


def test_a_letter_of_pictures_is_read_in_its_plain_form() -> None:
    entry = read(letter("<html><body><img src=a.png alt=Cranes></body></html>", "\n".join(CRANES)))
    assert entry.content.split("\n") == list(CRANES)


def test_an_attachment_is_no_text() -> None:
    message = letter("", CRANES[0])
    message.add_attachment(PAGE, subtype="html", filename="page.html")
    assert read(message).content == CRANES[0]


def test_a_letter_without_an_id_is_known_by_its_bytes() -> None:
    one, other = letter(Message_ID=""), letter(Message_ID="", Subject="Fifty cranes")
    assert read(one).canonical_url == read(one).canonical_url != read(other).canonical_url


PIECES = st.sampled_from(
    (
        *(
            b"Subject: =?utf-8?b?",
            b"=?x-none?q?=FF?=\r\n",
            b"From: <",
            b"From: =?utf-8?q?a=00b?= <a@b>\r\n",
            b"\r\n\r\n",
        ),
        *(b"Message-ID: <a b>\r\n", b"Message-ID: <\xff@\xd8>\r\n", b"Date: 99 Foo 99999\r\n", b'List-ID: "a <b\r\n'),
        *(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
            b"--b--",
            b"--b\r\n",
            b"Content-Type: text/html;",
        ),
        *(
            b" charset=utf-7\r\n",
            b" charset*=x''y\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"=\r\n",
            b"<p>Text.</p>",
        ),
    )
)
WHOLE = [letter().as_bytes(), letter("", "\n".join(CRANES)).as_bytes(), letter(Subject="Сорок").as_bytes()]


def check(content: bytes) -> None:
    entry = from_message(content, "letters")
    assert entry.canonical_url.startswith("mid:")
    assert entry.canonical_url.isascii()
    assert entry.canonical_url == from_message(content, "letters").canonical_url
    for text in (entry.title, entry.content, entry.site, *entry.authors):
        text.encode()
        assert "\0" not in text
    assert entry.published is None or entry.published.tzinfo is UTC


@settings(deadline=None)
@given(st.binary(max_size=400) | st.lists(PIECES | st.binary(max_size=6), max_size=25).map(b"".join))
def test_any_bytes_are_a_message(content: bytes) -> None:
    check(content)


@settings(deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 2**32), st.integers(1, 30))
def test_any_damage_to_a_message(content: bytes, seed: int, damages: int) -> None:
    check(damaged(content, seed, damages))
