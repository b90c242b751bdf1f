"""How many cores this process may use."""

import os


def usable_cores() -> int:
    """The cores that this process may run on: containers and `taskset` give fewer than the machine has."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
