"""How many sentence encoders are in memory, whoever holds them."""

import gc

from monitor.relevance.encoder import Encoder


def encoders_in_memory() -> int:
    """The encoders that were loaded and not let go."""
    gc.collect()
    return sum(type(each) is Encoder for each in gc.get_objects())
