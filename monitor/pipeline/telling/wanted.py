"""What a digest wants to be told: of which time, and from which score on."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.digest.settings import DigestSettings
from monitor.models import Assessment
from monitor.relevance.threshold import parse
from monitor.store.digests import Window

# How far back a digest of each form looks. Told rows keep anything from being told twice, so this only bounds what a
# new audience, or one after a long outage, is told at once.
_REACH = {"daily": timedelta(days=7), "weekly": timedelta(days=14)}


def window_of(digest: DigestSettings, now: datetime) -> Window:
    """The time of which a digest tells: what was stored in it, or changed its text."""
    return Window(now - _REACH.get(digest.form, _REACH["weekly"]), now)


def minimum_of(digest: DigestSettings) -> float | None:
    """The least score of a digest with a threshold of its own; None where each topic's decision stands."""
    return parse(digest.threshold).cut if digest.threshold else None


def decided_at(assessments: Mapping[int, Assessment], minimum: float | None) -> Mapping[int, Assessment]:
    """The assessments as a digest with its own threshold decides them."""
    if minimum is None:
        return assessments
    return {
        key: Assessment.model_validate({**each.model_dump(), "relevant": each.score >= minimum, "threshold": minimum})
        for key, each in assessments.items()
    }
