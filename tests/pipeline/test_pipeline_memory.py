"""What a stage let go goes back to the system."""

import ctypes
import resource
from pathlib import Path

import pytest

from monitor.pipeline.memory import give_back


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_what_is_free_between_what_is_held_is_given_back() -> None:
    blocks = [b"x" * 100_000 for _ in range(1_000)]  # each too small for a mapping of its own
    held = blocks[::10]
    del blocks
    before = _resident()
    give_back()
    assert before - _resident() > 50_000_000
    assert len(held) == 100


def test_where_the_system_has_no_such_call_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    give_back()
