"""A mail server and a Slack that drop connections at random, and write down what they took.

In: a folder and a seed. Out: the lines of `taken` there, one for each message that was accepted whole, whatever its
sender was told of it: {"way": "mail" | "webhook" | "bot" | "thread", "key": ...}. Runs in a process of its own.
"""

import asyncio
import json
import multiprocessing
import random
import re
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self

FAULTS = 0.35
"""The share of conversations in which something goes wrong."""
_MAIL_FAULTS = ("no greeting", "drop at MAIL", "drop at RCPT", "drop at DATA", "drop in text", "drop after text", "451")
_SLACK_FAULTS = ("drop unread", "drop half read", "drop after reading", "429", "500", "502 taken", "502 not taken")

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class PostOffice:
    """Both servers, on free ports of loopback, until the block ends."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(folder), seed))

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "taken").touch()
        self._process.start()
        while not (self._folder / "ports").exists():
            time.sleep(0.05)
        self.mail, self.slack = json.loads((self._folder / "ports").read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def taken(self) -> list[tuple[str, str]]:
        """What was accepted until now: way and key."""
        lines = (self._folder / "taken").read_text(encoding="utf-8").splitlines()
        return [(row["way"], row["key"]) for row in map(json.loads, lines)]


def _serve(folder: str, seed: int) -> None:
    asyncio.run(_Servers(Path(folder), random.Random(seed)).run())


class _Servers:
    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._record = (folder / "taken").open("a", encoding="utf-8")

    async def run(self) -> None:
        servers = [
            await asyncio.start_server(self._guarded(each), "127.0.0.1", 0) for each in (self._mail, self._slack)
        ]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        (self._folder / "ports.new").write_text(json.dumps(ports))
        (self._folder / "ports.new").rename(self._folder / "ports")
        await asyncio.gather(*(server.serve_forever() for server in servers))

    def _guarded(self, talk: Streams) -> Streams:
        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                pass
            finally:
                writer.transport.abort()

        return guarded

    def _fault(self, faults: tuple[str, ...]) -> str:
        return self._chance.choice(faults) if self._chance.random() < FAULTS else ""

    def _taken(self, way: str, key: str) -> None:
        self._record.write(json.dumps({"way": way, "key": key}) + "\n")
        self._record.flush()

    async def _mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault(_MAIL_FAULTS)
        if fault == "no greeting":
            return
        writer.write(b"220 loopback\r\n")
        while line := await reader.readline():
            verb = line[:4].upper().decode("ascii", "replace").strip()
            if fault == f"drop at {verb}":
                return
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                answer = await self._text(reader, fault)
                if not answer:
                    return
                writer.write(answer)
            else:
                writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
            await writer.drain()
            if verb == "QUIT":
                await asyncio.sleep(0.05)
                return

    async def _text(self, reader: asyncio.StreamReader, fault: str) -> bytes:
        """What is said after the text; nothing where the connection is dropped."""
        if fault == "drop in text":
            await reader.read(200)
            return b""
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            if not (line := await reader.readline()):
                return b""  # half a text is none (RFC 5321, 4.1.1.4)
            text += line
        if fault == "451":
            return b"451 later\r\n"
        found = re.search(rb"(?im)^Message-ID:\s*(<[^>]+>)", text)
        self._taken("mail", found[1].decode() if found else "")
        return b"" if fault == "drop after text" else b"250 queued\r\n"

    async def _slack(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault(_SLACK_FAULTS)
        if fault.startswith("drop") and fault != "drop after reading":
            await reader.read(100 if fault == "drop half read" else 0)
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)content-length: (\d+)", head)
        body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
        path = head.split()[1]
        if fault in ("429", "500", "502 not taken"):
            status = {"429": "429 Slow Down\r\nRetry-After: 90", "500": "500 Broken"}.get(fault, "502 Bad Gateway")
            await self._answer(writer, status, b"no")
            return
        way = "webhook" if path.startswith("/hook/") else "thread" if "thread_ts" in body else "bot"
        self._taken(way, path)
        if fault == "502 taken":
            await self._answer(writer, "502 Bad Gateway", b"no")
        elif fault != "drop after reading":
            await self._answer(writer, "200 OK", b"ok" if way == "webhook" else b'{"ok": true, "ts": "1.2"}')

    async def _answer(self, writer: asyncio.StreamWriter, status: str, body: bytes) -> None:
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        await asyncio.sleep(0.02)
