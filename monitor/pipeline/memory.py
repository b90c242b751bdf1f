"""Memory that a stage let go, given back to the system before the next one asks for its own."""


def give_back() -> None:
    """Have the allocator return what is free: it keeps most of it, in pieces, and a run would grow with every stage.

    Some milliseconds. Nothing happens where the system's library has no such call, as glibc has (malloc_trim(3)).
    """
    import ctypes  # 10 ms that a run with nothing new does without

    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return
    trim(0)
