"""A mail server on loopback that speaks as much IMAP (RFC 3501) as a visit needs, and remembers what it was told.

    async with MailServer({"INBOX": [b"Subject: ..."]}) as server:
        ... f"imap://reader@127.0.0.1:{server.port}/INBOX" ...

`validity` is that of its UIDs, which count from 1 in each folder. What marks, moves or deletes is refused.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

PASSWORD = "open-sesame-7"


class MailServer:
    """One mail server with its folders; `said` are the commands it got, without their tags."""

    def __init__(self, folders: Mapping[str, list[bytes]], tls: ssl.SSLContext | None = None) -> None:
        self.host, self.port, self.folders, self._tls = "127.0.0.1", 0, folders, tls
        self.validity = 7
        self.said: list[str] = []
        self.silent = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, folder: str = "INBOX") -> str:
        """The address of a folder on this server."""
        return f"imap{'s' if self._tls else ''}://reader@{self.host}:{self.port}/{folder}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        selected: list[bytes] = []
        try:
            if self.silent:
                await asyncio.sleep(3600)
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.said.append(command)
                if command.upper().startswith(("EXAMINE", "SELECT")):
                    selected = self.folders.get(command.partition(" ")[2].strip('"'), [])
                writer.write(self._answer(tag, command, selected))
                await writer.drain()
                if command.upper() == "LOGOUT":
                    return
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    def _answer(self, tag: str, command: str, selected: list[bytes]) -> bytes:
        words = command.split(" ")
        name = " ".join(words[: 2 if words[0].upper() == "UID" else 1]).upper()
        if name == "LOGIN" and PASSWORD not in command:
            return f"{tag} NO no such user or password: {command}\r\n".encode()
        if name == "EXAMINE" and command.partition(" ")[2].strip('"') not in self.folders:
            return f"{tag} NO no such folder\r\n".encode()
        answers: dict[str, Callable[[], bytes]] = {
            "CAPABILITY": lambda: b"* CAPABILITY IMAP4rev1\r\n",
            "LOGIN": lambda: b"",
            "EXAMINE": lambda: b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] known\r\n" % (len(selected), self.validity),
            "UID SEARCH": lambda: b"* SEARCH %s\r\n" % b" ".join(b"%d" % uid for uid in self._found(command, selected)),
            "UID FETCH": lambda: self._fetched(command, selected),
            "LOGOUT": lambda: b"* BYE\r\n",
        }
        if name not in answers:
            return f"{tag} BAD not understood\r\n".encode()
        return answers[name]() + f"{tag} OK done\r\n".encode()

    def _found(self, command: str, selected: list[bytes]) -> list[int]:
        every = list(range(1, len(selected) + 1))
        started = re.search(r"UID (\d+):\*", command)
        # As the standard has it, "9:*" gives the last message though its UID is less.
        return [uid for uid in every if uid >= int(started[1])] or every[-1:] if started else every

    def _fetched(self, command: str, selected: list[bytes]) -> bytes:
        asked = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command, re.IGNORECASE)
        assert asked, command
        content = selected[int(asked[1]) - 1][: int(asked[2])]
        head = f"* {asked[1]} FETCH (UID {asked[1]} BODY[]<0> {{{len(content)}}}\r\n".encode()
        return head + content + b")\r\n"
