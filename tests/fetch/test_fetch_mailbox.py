"""A mailbox on a mail server on loopback, and a folder of messages: what came since the last visit, and no more."""

import os
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mail_server import PASSWORD, MailServer

from monitor.errors import Cause, FetchError
from monitor.fetch import mailbox
from monitor.fetch.mailbox import Mailbox

WEEK_AGO = datetime(2026, 11, 17, 7, tzinfo=UTC)
CERTIFICATE = Path(__file__).parents[1] / "data" / "fetch" / "good.example.pem"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MESSAGES = [f"Subject: Letter {number}\r\n\r\nText\r\n".encode() for number in range(3)]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer({"INBOX": list(MESSAGES), "News letters": MESSAGES[:1]}) as running:
        yield running


def box(url: str, root: Path = Path(), password: str = PASSWORD, largest: int = 1000) -> Mailbox:
    return Mailbox(url, root, password, largest, timedelta(seconds=5))


async def test_every_message_comes_once(server: MailServer) -> None:
    first = await box(server.url()).since("", WEEK_AGO)
    assert (first.messages, first.place) == (tuple(MESSAGES), "7:3")
    again = await box(server.url()).since(first.place, WEEK_AGO)
    assert (again.messages, again.place) == ((), "7:3")
    server.folders["INBOX"].append(b"Subject: Letter 4\r\n\r\n")
    assert (await box(server.url()).since(again.place, WEEK_AGO)).messages == (b"Subject: Letter 4\r\n\r\n",)


async def test_a_mailbox_is_read_and_nothing_else(server: MailServer) -> None:
    await box(server.url("News%20letters")).since("", WEEK_AGO)
    commands = [said.split("(")[0].split(" ")[0] for said in server.said]
    assert set(commands) == {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert "UID SEARCH SINCE 17-Nov-2026" in server.said
    assert all("PEEK" in said for said in server.said if said.startswith("UID FETCH"))


async def test_uids_that_mean_others_now_are_forgotten(server: MailServer) -> None:
    server.validity = 8
    assert (await box(server.url()).since("7:2", WEEK_AGO)).messages == tuple(MESSAGES)


async def test_a_flood_comes_in_parts(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST", 2)
    first = await box(server.url()).since("", WEEK_AGO)
    second = await box(server.url()).since(first.place, WEEK_AGO)
    assert first.messages + second.messages == tuple(MESSAGES)


async def test_no_visit_holds_more_than_so_many_bytes(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mailbox, "MOST_BYTES", len(MESSAGES[0]) + 1)
    first = await box(server.url()).since("", WEEK_AGO)
    assert first.messages == tuple(MESSAGES[:2])
    assert (await box(server.url()).since(first.place, WEEK_AGO)).messages == tuple(MESSAGES[2:])
    last = 0.0
    for number, message in enumerate(MESSAGES):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(message)
        while path.stat().st_ctime <= last:
            path.touch()  # until the file system's clock has ticked
        last = path.stat().st_ctime
    first = await box("file:.", tmp_path).since("", LONG_AGO)
    assert first.messages == tuple(MESSAGES[:2])
    assert (await box("file:.", tmp_path).since(first.place, LONG_AGO)).messages == tuple(MESSAGES[2:])


async def test_what_is_too_large_is_passed_over_and_counted(server: MailServer) -> None:
    server.folders["INBOX"][1] = b"x" * 1001
    found = await box(server.url()).since("", WEEK_AGO)
    assert (found.messages, found.passed_over, found.place) == ((MESSAGES[0], MESSAGES[2]), 1, "7:3")


@pytest.mark.parametrize(("folder", "password"), [("INBOX", "wrong-but-secret"), ("None", PASSWORD)])
async def test_a_refusal_names_no_password(server: MailServer, folder: str, password: str) -> None:
    with pytest.raises(FetchError) as caught:
        await box(server.url(folder), password=password).since("", WEEK_AGO)
    assert "the mail server refused: " in str(caught.value)
    assert password not in str(caught.value)


async def test_what_the_protocol_cannot_say_is_told(server: MailServer) -> None:
    with pytest.raises(FetchError, match="must be written in ASCII") as caught:
        await box(server.url(), password="geheim-ß").since("", WEEK_AGO)
    assert "geheim" not in str(caught.value)


async def test_a_server_that_is_not_there_or_never_answers_is_unreachable(server: MailServer) -> None:
    server.silent = True
    for url in ("imap://reader@127.0.0.1:1/INBOX", server.url()):
        with pytest.raises(FetchError) as caught:
            await Mailbox(url, Path(), PASSWORD, 1000, timedelta(seconds=0.3)).since("", WEEK_AGO)
        assert caught.value.cause == Cause.UNREACHABLE


async def test_no_password_is_sent_where_nothing_hides_it() -> None:
    async with MailServer({"INBOX": []}) as server:
        with pytest.raises(FetchError):
            await box(f"imap://reader@localhost:{server.port}/INBOX").since("", WEEK_AGO)
        assert not any(PASSWORD in said for said in server.said)


async def test_no_password_is_sent_to_a_server_for_which_nobody_vouches() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    async with MailServer({"INBOX": list(MESSAGES)}, tls) as server:
        with pytest.raises(FetchError) as caught:
            await box(server.url()).since("", WEEK_AGO)
        assert (caught.value.cause, server.said) == (Cause.UNREACHABLE, [])


async def test_a_mailbox_is_read_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    vouching = ssl.create_default_context(cafile=str(CERTIFICATE))
    vouching.check_hostname = False
    monkeypatch.setattr(mailbox.ssl, "create_default_context", lambda: vouching)
    async with MailServer({"INBOX": list(MESSAGES)}, tls) as server:
        assert (await box(server.url()).since("", WEEK_AGO)).messages == tuple(MESSAGES)


async def test_the_messages_of_a_folder_come_once(tmp_path: Path) -> None:
    (tmp_path / "letters" / "2026").mkdir(parents=True)
    (tmp_path / "letters" / "a.eml").write_bytes(MESSAGES[0])
    (tmp_path / "letters" / "2026" / "b.eml").write_bytes(MESSAGES[1])
    (tmp_path / "letters" / "notes.txt").write_bytes(b"no message")
    first = await box("file:letters", tmp_path).since("", LONG_AGO)
    assert set(first.messages) == set(MESSAGES[:2])
    assert (await box("file:letters", tmp_path).since(first.place, LONG_AGO)).messages == ()
    (tmp_path / "letters" / "c.eml").write_bytes(MESSAGES[2])
    os.utime(tmp_path / "letters" / "c.eml", (0, 0))  # copied with the date it had
    assert (await box("file:letters", tmp_path).since(first.place, LONG_AGO)).messages == (MESSAGES[2],)


async def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="there is no folder"):
        await box("file:none", tmp_path).since("", LONG_AGO)
