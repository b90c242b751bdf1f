"""Modules are loaded to stay: the collector of garbage need not look through them again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Within this, modules are imported that a program keeps to its end. The first time in a process alone.

    Whatever was made until then is not looked through for garbage meanwhile, nor later, nor when the program ends
    (https://docs.python.org/3/library/gc.html#gc.freeze): of 1.0 s that a collect with nothing new took, 0.25.
    """
    if gc.get_freeze_count() or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
