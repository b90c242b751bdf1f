"""When to ask again: decided on values and `now` alone, after a success and after a failure."""

import random
from datetime import datetime, timedelta

# A source or page that failed waits this long, then twice as long each time, up to a day: never for ever.
FIRST_DELAY = timedelta(minutes=15)
LONGEST_DELAY = timedelta(days=1)
# After so many failed attempts a page is given up, and kept as such (DESIGN, step 2).
ATTEMPTS = 5
# A page that tells a relevant story is asked again so long after it was stored: most corrections come within hours, a
# few after a day; twice is what its publisher is burdened with.
CHECKS = (timedelta(hours=6), timedelta(hours=48))
# A check that was put off for so long since is let go: the story is told by then.
LAST_CHECK = timedelta(days=7)


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


def after_check(stored: datetime, now: datetime, until: datetime | None = None) -> datetime | None:
    """When to ask a page again that was asked again now, if ever; not before the `until` that its server named."""
    planned = next((stored + wait for wait in CHECKS if stored + wait > now), None)
    return max(planned, until) if planned and until else planned


def put_off(stored: datetime, until: datetime) -> datetime | None:
    """When to ask a page again whose check has to wait, if it is worth the wait."""
    return until if until - stored <= LAST_CHECK else None
