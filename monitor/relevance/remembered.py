"""What was made of texts of late, so that an archive that is judged against again and again is read once.

Only a mark of each text is kept: texts themselves are the most of what an article takes in memory.
"""

from collections import OrderedDict
from hashlib import blake2b
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """What was made of the latest `most` different texts. Safe for several threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._made: OrderedDict[bytes, Made] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def of(self, text: str) -> Made | None:
        """What was made of a text, None where it is not remembered."""
        return self._made.get(_mark(text))

    def keep(self, text: str, made: Made) -> None:
        """Remember what was made of a text, in place of the oldest where there are too many."""
        self._made[_mark(text)] = made
        while len(self._made) > self.most:
            self._made.popitem(last=False)


def _mark(text: str) -> bytes:
    """What tells a text from any other: 128 bits of its hash."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
