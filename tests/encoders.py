"""Which sentence encoders are in memory, whoever holds them."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.relevance import encoders
from monitor.relevance.encoder import Encoder


@contextmanager
def encoders_followed() -> Iterator["weakref.WeakSet[Encoder]"]:
    """Those loaded within the block and not let go; one from before is let go first, so that it does not count.

    References, for asking the collector for all objects breaks other threads that are making tuples.
    """
    followed = weakref.WeakSet[Encoder]()
    installed = Encoder.installed

    def loaded(_: type[Encoder]) -> Encoder:
        encoder = installed()
        followed.add(encoder)
        return encoder

    encoders.unload()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Encoder, "installed", classmethod(loaded))
        yield followed
