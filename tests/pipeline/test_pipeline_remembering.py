"""What audiences remember: the text that stood when a revision was told, and the words that were quoted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.models import Article, DigestItem, Version
from monitor.pipeline.telling.remembering import Memory

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
URL = "https://paper.example/cranes"


def article(number: int, revision: int) -> Article:
    fields = {"id": number, "canonical_url": f"{URL}/{number}", "source": "paper", "published": NOW, "stored_at": NOW}
    return Article.model_validate(fields | {"story_revision": revision})


def version(text: str, revision: int, **units: float) -> Version:
    fields = {"article_id": 1, "content_hash": text, "text": text, "first_seen": NOW + timedelta(**units)}
    return Version.model_validate(fields | {"story_revision": revision})


def item(revision: int, **changes: Any) -> DigestItem:
    fields = {"digest_id": 1, "position": 0, "section": "top", "topic": "ai", "story_id": 1, "article_id": 1}
    return DigestItem.model_validate(
        fields | {"revision": revision, "headline": "Cranes", "url": URL, "published": NOW} | changes
    )


def quote(sentence: str, url: str = URL) -> dict[str, str]:
    return {"sentence": sentence, "source": "paper", "url": url}


def test_the_earlier_text_is_the_last_one_up_to_the_revision_told() -> None:
    memory = Memory({1: [version("a", 1), version("b", 2, hours=6), version("c", 4, hours=48)]}, {})
    known = {revision: memory.earlier([article(1, 4)], revision) for revision in range(5)}
    assert {revision: found[1].text for revision, found in known.items() if found} == {1: "a", 2: "b", 3: "b"}
    assert memory.earlier([article(2, 4)], 1) == {}  # it has never changed


def test_told_are_the_words_quoted_up_to_the_revision_and_the_addresses_named() -> None:
    change = {"kind": "corrected", "before": "Old.", "after": "New.", "source": "paper", "url": URL}
    items = [
        item(1, summary=[quote("First.", f"{URL}/other")], also_in=[{"source": "b", "title": "B", "url": f"{URL}/b"}]),
        item(2, section="updates", changes=[change]),
        item(2, section="also", summary=[quote("Never shown.")]),
        item(3, summary=[quote("Later.")]),
    ]
    memory = Memory({}, {1: items})
    assert memory.told(1, 1) == {"First.", URL, f"{URL}/other", f"{URL}/b"}
    assert memory.told(1, 2) == memory.told(1, 1) | {"New."}
    assert memory.told(2, 9) == frozenset()
