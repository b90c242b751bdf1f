"""A real Chromium without a window, driven by its own protocol over two pipes: no port is opened, nothing is installed.

    with Chromium(profile) as chromium:
        page = chromium.open("http://127.0.0.1:8080/", width=400, dark=True)
        page.measure("document.title")

Whatever is not on loopback is refused twice, by a proxy that is not there and by names that resolve to nothing; that a
page asked at all is in `page.requests`. The protocol: https://chromedevtools.github.io/devtools-protocol/.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

COMMAND = shutil.which("chromium")
# A machine that tests much else at once starts it slowly; whoever waits longer than this waits for nothing.
SECONDS = 90
_HEIGHT = 900
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    # A digest in its frame stays in the page's own process, so that what it asks for is noted with the page.
    "--disable-features=IsolateSandboxedIframes,OptimizationHints,MediaRouter,Translate",
    "--force-color-profile=srgb",
    "--proxy-server=http://127.0.0.1:9",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--remote-debugging-pipe",
)
# Keys that are no sign: their code, and the text that they write.
_KEYS = {"Tab": ("Tab", ""), "Enter": ("Enter", "\r"), "Escape": ("Escape", ""), "Space": ("Space", " ")}
_CODES = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32}
# Chromium talks on its file descriptors 3 and 4, which subprocess cannot set: this does, and becomes Chromium.
_LAUNCHER = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class ChromiumFailed(Exception):
    """It did not start, answered with an error, or not at all."""


@dataclass
class Page:
    """A page as it was loaded; `requests` are the addresses it asked for, `complaints` what its console says."""

    chromium: "Chromium"
    session: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: bool = False

    def measure(self, script: str) -> Any:
        """The value of an expression, evaluated in the page."""
        answer = self.chromium.ask(
            "Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True}, self.session
        )
        if "exceptionDetails" in answer:
            raise ChromiumFailed(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, as somebody does who has no mouse: a letter or sign, or Tab, Enter, Escape, Space."""
        code, text = _KEYS.get(key, (key, key))
        common = {
            "key": " " if key == "Space" else key,
            "code": code,
            "windowsVirtualKeyCode": _CODES.get(key, ord(key[0])),
        }
        self.chromium.ask("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **common}, self.session)
        self.chromium.ask("Input.dispatchKeyEvent", {"type": "keyUp", **common}, self.session)

    def write(self, text: str) -> None:
        """Write into the field that has the focus."""
        self.chromium.ask("Input.insertText", {"text": text}, self.session)

    def follow(self, script: str) -> None:
        """Do what leads to another page, and wait until that is loaded whole."""
        self.loaded = False
        self.measure(f"void ({script})")
        self.arrive()

    def arrive(self) -> None:
        """Wait until the page that is on its way is loaded whole."""
        self.chromium.wait(lambda: self.loaded)

    def until(self, script: str) -> None:
        """Wait until an expression is true in the page; it is asked in the page, at every frame."""
        self.measure(
            f"new Promise(done => {{ const look = () => ({script}) ? done(null) : setTimeout(look, 20); look(); }})"
        )

    def note(self, method: str, said: dict[str, Any]) -> None:
        """Keep what Chromium tells of the page."""
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(said["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(each.get("value", "")) for each in said["args"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}".strip())


class Chromium:
    """A running Chromium with an empty profile of its own; ends with the context."""

    def __init__(self, profile: Path) -> None:
        if COMMAND is None:
            raise ChromiumFailed("there is no command chromium here: install Debian's package of that name")
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        self._log = (profile / "chromium.log").open("wb")
        launch = [sys.executable, "-c", _LAUNCHER, str(theirs_in), str(theirs_out), COMMAND, *_FLAGS]
        self._process = subprocess.Popen(
            [*launch, f"--user-data-dir={profile / 'profile'}", "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, "HOME": str(profile)},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._asked = 0
        self._received = b""
        self._pages: dict[str, Page] = {}
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._to, self._from):
            os.close(end)  # with its pipe gone it ends by itself
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def open(self, address: str, *, width: int, dark: bool = False) -> Page:
        """A page at an address, loaded whole, in a view of so many CSS pixels; the one shown before is closed."""
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        if self._shown:
            self.ask("Target.closeTarget", {"targetId": self._shown})
        self._shown = target
        session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable", {}, session)
        metrics = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", metrics, session)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", {"features": [scheme]}, session)
        went = self.ask("Page.navigate", {"url": address}, session)
        if "errorText" in went:
            raise ChromiumFailed(f"{address}: {went['errorText']}")
        page.arrive()
        page.measure("document.fonts.ready.then(() => null)")
        if page.measure("innerWidth") != width:  # else a narrow page would be measured in a wide view
            raise ChromiumFailed(f"the view is {page.measure('innerWidth')} pixels wide, not {width}")
        return page

    def wait(self, done: Callable[[], bool]) -> None:
        """Wait until something is so by what Chromium tells."""
        self._until(done)

    def ask(self, method: str, parameters: dict[str, Any], session: str = "") -> dict[str, Any]:
        """What Chromium answers to a command of its protocol."""
        self._asked += 1
        number = self._asked
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self._to, json.dumps(message).encode() + b"\0")
        answers: list[dict[str, Any]] = []

        def answered() -> bool:
            return any(each.get("id") == number for each in answers)

        self._until(answered, answers)
        answer = next(each for each in answers if each.get("id") == number)
        if "error" in answer:
            raise ChromiumFailed(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _until(self, done: Callable[[], bool], answers: list[dict[str, Any]] | None = None) -> None:
        """Takes what Chromium says until something is so."""
        deadline = time.monotonic() + SECONDS
        while not done():
            message = self._next(deadline)
            if "id" in message and answers is not None:
                answers.append(message)
            elif page := self._pages.get(message.get("sessionId", "")):
                page.note(message.get("method", ""), message.get("params", {}))

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._received:
            if not select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise ChromiumFailed(f"it said nothing for {SECONDS} seconds; its log is {self._log.name}")
            if not (more := os.read(self._from, 1 << 20)):
                raise ChromiumFailed(f"it ended with {self._process.poll()}; its log is {self._log.name}")
            self._received += more
        message, _, self._received = self._received.partition(b"\0")
        said: dict[str, Any] = json.loads(message)
        return said
