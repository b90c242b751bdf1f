"""When to ask again: decided on values and `now` alone, after a success and after a failure."""

import random
from datetime import datetime, timedelta

# A source or page that failed waits this long, then twice as long each time, up to a day: never for ever.
FIRST_DELAY = timedelta(minutes=15)
LONGEST_DELAY = timedelta(days=1)
# After so many failed attempts a page is given up, and kept as such (DESIGN, step 2).
ATTEMPTS = 5


def after_failure(failures: int, now: datetime, until: datetime | None = None) -> datetime:
    """When to ask again after the `failures`-th failure running (1 or more), or the later `until` the server named.

    Exponential delay with equal jitter (half fixed, half drawn), so that what failed together is not asked together.
    """
    delay: timedelta = min(FIRST_DELAY * 2 ** min(failures - 1, 10), LONGEST_DELAY)
    drawn = now + delay * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, keeps no secret
    return max(drawn, until) if until else drawn


def after_success(refresh: timedelta | None, now: datetime) -> datetime:
    """When to ask a source again that answered: at once where it names no time to live, capped at a day."""
    return now + min(refresh or timedelta(), LONGEST_DELAY)
