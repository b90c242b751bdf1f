from datetime import UTC, datetime, timedelta

from monitor.stories import Candidate, StorySettings, place, signature
from monitor.text import content_hash

QUAKE = (
    "A magnitude 6.1 earthquake struck off the coast of Chile near Valparaiso on Tuesday, damaging homes and cutting "
    "power to thousands. The survey said it was 20 km deep. Officials in Santiago said no deaths were reported."
)


def candidate(number: int, title: str, text: str, hours: float = 0, story: int | None = None) -> Candidate:
    published = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=hours)
    return Candidate(
        number, title, text, published, "en", f"s{number}", "", "", content_hash(text), signature(text), story
    )


def test_a_wire_copy_repeats_its_original_and_joins_its_story() -> None:
    copy = candidate(2, "Strong earthquake rattles Chile", "Our own intro. " + QUAKE[:170], 1)
    (placed,) = place([copy], [candidate(1, "Quake hits Chile", QUAKE, story=7)], StorySettings())
    assert (placed.story, placed.duplicate_of) == (7, 1)
