from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.digest.settings import DigestSettings
from monitor.models import Article, Assessment, Digest, alert_slot
from monitor.web.shown import Teller
from monitor.web.untold import why_untold

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SHOWS = Teller("UTC", NOW)
MORNING = DigestSettings("morning", "Every morning", topics=("ports",))


def article(news: bool = True) -> Article:
    values = {"id": 1, "canonical_url": "https://a.example/", "source": "a", "published": NOW, "stored_at": NOW}
    return Article.model_validate({**values, "news": news})


def thought(relevant: bool = True) -> dict[str, Assessment]:
    values = {"topic": "ports", "article_id": 1, "score": 0.6, "relevant": relevant, "assessed_at": NOW}
    return {"ports": Assessment.model_validate(values)}


def digest(name: str, hours: float, slot: str = "x") -> Digest:
    composed = NOW + timedelta(hours=hours)
    return Digest.model_validate({"name": name, "slot": slot, "composed_at": composed})


def why(*composed: Digest, declared: tuple[DigestSettings, ...] = (MORNING,), **changes: bool) -> str:
    found = article(changes.get("news", True))
    return why_untold(SHOWS, found, thought(changes.get("relevant", True)), declared, composed)


def test_what_was_not_taken_or_no_news_is_said_first() -> None:
    assert why(digest("morning", 1), relevant=False) == "No: it is relevant for no topic."
    assert why(digest("morning", 1), news=False) == "No: it was no news any more when it was read."
    assert why_untold(SHOWS, article(), {}, (MORNING,), ()) == "No: it is relevant for no topic."


def test_a_topic_that_no_digest_tells_of_is_named_as_the_reason() -> None:
    assert (
        why(declared=()) == why(declared=(replace(MORNING, topics=("tides",)),)) == "No: no digest tells of its topic."
    )
    assert why(declared=(replace(MORNING, topics=("*",)),)).startswith("Not yet")


def test_only_a_digest_that_could_have_told_left_it_out() -> None:
    waiting = "Not yet: it waits for the next digest."
    assert why() == why(digest("morning", -1)) == why(digest("other", 1)) == waiting
    assert why(digest("morning", 1, alert_slot(9, 1))) == waiting
    assert why(digest("other", 2), digest("morning", 1)) == (
        "No: “Every morning” was composed on Tue 24 Nov, 08:00 without it. "
        "It tells of at most 20 stories, the most relevant first."
    )
    own = replace(MORNING, threshold="precise", max_items=5)
    assert why(digest("morning", 1), declared=(own,)).endswith(
        "at most 5 stories, the most relevant first, from its own threshold (precise) on."
    )
