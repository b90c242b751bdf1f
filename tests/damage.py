"""Documents as they arrive when something went wrong on the way: cut, doubled, and with bytes that do not belong."""

import random


def damaged(content: bytes, seed: int, damages: int) -> bytes:
    """The bytes with so many places damaged, the same for the same seed."""
    chance, made = random.Random(seed), bytearray(content)
    for _ in range(damages):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                del made[at : at + chance.randrange(1, 40)]
            case 1:
                made[at:at] = chance.randbytes(chance.randrange(1, 5))
            case 2:
                made[at:at] = made[at : at + 60]
            case _:
                made[at : at + 1] = chance.choice([b"<", b">", b"&", b'"', b"]", b"\0", b"\xff"])
    return bytes(made)
