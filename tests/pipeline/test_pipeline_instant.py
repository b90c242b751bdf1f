"""What is told at once, and what waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pipeline_house import DESK, NOW, House

from monitor.digest.material import Figures
from monitor.digest.settings import DigestSettings
from monitor.models import Article, Delivery, Digest, DigestItem, FeedState, Told
from monitor.pipeline.delivering import deliver_waiting, resend
from monitor.pipeline.outcome import last_digest
from monitor.pipeline.telling.composing import compose_and_keep
from monitor.pipeline.telling.instant import is_quiet, keep_instant
from monitor.store.outbox import Kept
from monitor.store.polling import keep_feed_states


@pytest.fixture
def urgent(house: House) -> House:
    """A house whose digest tells at once what is very relevant: a story of 0.9, not one of 0.6."""
    house.monitor(DESK)
    house.digest(instant=True)
    house.collected()
    house.keep("cranes", score=0.9)
    house.keep("a lighthouse", score=0.6)
    house.clock.move(minutes=1)
    return house


def instant(house: House) -> int:
    with house.database() as database:
        return keep_instant(house.settings, database, house.clock)


def scheduled(house: House, slot: str) -> Kept:
    with house.database() as database:
        settings = house.settings
        return compose_and_keep(settings, database, settings.digest("morning"), slot, house.clock)


def test_what_is_very_relevant_is_told_at_once_and_once(urgent: House) -> None:
    assert instant(urgent) == 1
    ((delivery,), (digest,)) = urgent.rows(Delivery), urgent.rows(Digest)
    assert digest.slot == "instant 1 1"
    assert "cranes" in delivery.subject
    assert "lighthouse" not in delivery.text
    for _ in range(3):
        urgent.clock.move(minutes=30)
        assert instant(urgent) == 0
    assert len(urgent.rows(Told)) == 1


def test_a_channel_that_has_nobody_to_send_to_is_told_nothing_at_once(urgent: House) -> None:
    urgent.monitor(DESK, '[channels.folder]\nkind = "file"\n')
    urgent.digest(instant=True, channels=["folder"])
    assert instant(urgent) == 0
    assert urgent.rows(Digest) == []
    urgent.digest(instant=True, channels=["folder", "desk"])
    assert instant(urgent) == 1
    assert [each.channel for each in urgent.rows(Delivery)] == ["desk"]


def test_the_next_digest_knows_it_as_told(urgent: House) -> None:
    instant(urgent)
    urgent.clock.move(hours=1)
    urgent.collected()
    assert [item.headline for item in scheduled(urgent, "one").items] == ["What happened to a lighthouse"]


def test_what_the_first_collect_of_all_finds_waits_for_the_digest(house: House) -> None:
    house.monitor(DESK)
    house.digest(instant=True)
    house.keep("cranes", score=0.9)
    house.clock.move(minutes=1)
    assert instant(house) == 0
    house.collected(succeeded=False)
    assert instant(house) == 0
    house.collected()
    house.clock.move(minutes=30)
    house.keep("gulls", score=0.95)
    house.clock.move(minutes=1)
    assert instant(house) == 1
    assert [item.headline for item in house.rows(DigestItem)] == ["What happened to gulls"]
    assert "What happened to cranes" in [item.headline for item in scheduled(house, "one").items]


def test_an_alert_is_no_turn_of_its_digest(urgent: House) -> None:
    scheduled(urgent, "one")
    first = urgent.clock()
    urgent.clock.move(hours=1)
    urgent.keep("gulls", score=0.95)
    urgent.keep("a bakery", score=0.1)
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 1
    urgent.clock.move(hours=1)
    urgent.collected()
    kept = scheduled(urgent, "two")
    assert kept.digest.since == first
    assert kept.digest.first_line == "Nothing new to tell: 2 articles read, 1 relevant and told before"
    last = last_digest(urgent.settings, "morning")
    assert last is not None
    assert [story.headline for story in last.stories] == ["What happened to cranes", "What happened to a lighthouse"]


def test_alerts_do_not_make_a_digest_forget_which_source_it_told_as_broken(urgent: House) -> None:
    urgent.sources(wire="https://wire.example/")
    broken = {"source": "wire", "url": "https://wire.example/", "failures": 3, "error": "answered 404"}
    with urgent.database() as database, database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(broken)])
    assert Figures.of(scheduled(urgent, "one").digest).sources != ()
    urgent.keep("gulls", score=0.95)
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 1
    urgent.clock.move(hours=1)
    urgent.collected()
    assert Figures.of(scheduled(urgent, "two").digest).sources == ()


def test_within_a_collect_it_does_not_say_that_none_succeeded(urgent: House) -> None:
    urgent.keep("gulls", score=0.95)
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 2
    assert [digest.first_line for digest in urgent.rows(Digest)] == ["1 story from 1 article"] * 2
    assert all("no collect" not in delivery.text for delivery in urgent.rows(Delivery))


def test_its_threshold_can_be_set(urgent: House) -> None:
    urgent.digest(instant=True, instant_threshold="balanced")
    assert instant(urgent) == 2


def test_a_digest_that_does_not_ask_for_it_tells_nothing_at_once(urgent: House) -> None:
    urgent.digest(instant=False)
    assert instant(urgent) == 0
    assert urgent.rows(Digest) == []


def test_within_quiet_hours_it_waits(urgent: House) -> None:
    urgent.digest(instant=True, quiet_hours="06:00-07:30")
    assert instant(urgent) == 0
    urgent.clock.move(minutes=30)
    assert instant(urgent) == 1


def test_to_a_digest_that_was_made_just_now_only_what_is_of_late_is_told_at_once(urgent: House) -> None:
    for days in (6, 3, 1):
        urgent.keep(f"gulls {days}", score=0.95)
        urgent.clock.move(days=1)
    urgent.keep("terns of last week", score=0.95, published=urgent.clock() - timedelta(days=5))  # a new source's
    urgent.keep("terns", score=0.95, published=urgent.clock() - timedelta(hours=20))
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 1
    assert [item.headline for item in urgent.rows(DigestItem)] == ["What happened to terns"]
    headlines = {item.headline for item in scheduled(urgent, "one").items}
    assert {"What happened to gulls 6", "What happened to terns of last week"} < headlines


def breaking(house: House, count: int, **changes: Any) -> int:
    """A story that so many sources tell, none of them very relevant; its id."""
    first = house.store("a collision 0", site="Paper 0", **changes)
    house.place(first, None, 0.6)
    story = next(article.story_id for article in house.rows(Article) if article.id == first) or 0
    for number in range(1, count):
        house.join(story, house.store(f"a collision {number}", site=f"Paper {number}", **changes), score=0.6)
    house.clock.move(minutes=1)
    return story


@pytest.mark.parametrize(("sources", "needed", "told"), [(5, 5, 1), (4, 5, 0), (3, 3, 1), (9, 0, 0)])
def test_what_breaks_in_many_sources_at_once_is_told_at_once(
    urgent: House, sources: int, needed: int, told: int
) -> None:
    urgent.digest(instant=True, instant_sources=needed, instant_threshold="0.99")
    breaking(urgent, sources)
    assert instant(urgent) == told
    assert instant(urgent) == 0


def test_many_articles_of_one_source_or_of_long_ago_do_not_break(urgent: House) -> None:
    urgent.digest(instant=True, instant_threshold="0.99")
    breaking(urgent, 5, published=urgent.clock() - timedelta(hours=7))
    assert instant(urgent) == 0
    one = urgent.store("a flood", site="Paper 0")
    urgent.place(one, None, 0.6)
    story = next(article.story_id for article in urgent.rows(Article) if article.id == one) or 0
    for number in range(5):
        urgent.join(story, urgent.store(f"a flood {number}", site="Paper 0"), score=0.6)
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 0


def test_what_breaks_must_be_relevant_too(urgent: House) -> None:
    urgent.digest(instant=True, instant_threshold="0.99", threshold="0.7")
    breaking(urgent, 5)
    assert instant(urgent) == 0


def test_a_story_is_told_at_once_but_once_and_what_is_new_by_the_next_digest(urgent: House) -> None:
    assert instant(urgent) == 1
    cranes = next(article for article in urgent.rows(Article) if "cranes" in article.title)
    more = urgent.store("the walk-out", text="Dockers of Kolm walked out on Wednesday over pay, and ships wait at sea.")
    urgent.join(cranes.story_id or 0, more, score=0.95)
    urgent.clock.move(minutes=1)
    assert instant(urgent) == 0
    urgent.collected()
    kept = scheduled(urgent, "one")
    assert ("updates", more) in [(item.section, item.article_id) for item in kept.items]


def test_an_alert_that_failed_is_not_tried_again_within_quiet_hours(urgent: House) -> None:
    (urgent.root / "var" / "digests").write_text("in the way")
    urgent.digest(instant=True, quiet_hours="08:00-20:00")
    assert instant(urgent) == 1

    def state() -> str:
        deliver_waiting(urgent.settings, urgent.clock)
        (delivery,) = urgent.rows(Delivery)
        return f"{delivery.state} {delivery.attempts}"

    assert state() == "failed 1"
    (urgent.root / "var" / "digests").unlink()
    urgent.clock.move(hours=4)
    assert state() == "failed 1"
    resend(urgent.settings, urgent.rows(Delivery)[0].id or 0, urgent.clock)
    assert state() == "sent 2"


def test_an_alert_that_failed_is_tried_again_after_them(urgent: House) -> None:
    (urgent.root / "var" / "digests").write_text("in the way")
    urgent.digest(instant=True, quiet_hours="08:00-20:00")
    instant(urgent)
    deliver_waiting(urgent.settings, urgent.clock)
    (urgent.root / "var" / "digests").unlink()
    urgent.clock.move(hours=14)
    deliver_waiting(urgent.settings, urgent.clock)
    assert [str(each.state) for each in urgent.rows(Delivery)] == ["sent"]


def test_where_nobody_is_to_be_told_nothing_is_kept(urgent: House) -> None:
    urgent.monitor('[channels.none]\nkind = "email"\nhost = "127.0.0.1"\nfrom = "a@b.example"\n')
    urgent.digest(instant=True, channels=["none"])
    assert instant(urgent) == 0
    assert urgent.rows(Digest) == []


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        ("", "2026-11-24T03:00", False),
        ("22:00-07:00", "2026-11-24T21:59", False),
        ("22:00-07:00", "2026-11-24T22:00", True),
        ("22:00-07:00", "2026-11-24T03:00", True),
        ("22:00-07:00", "2026-11-24T06:59", True),
        ("22:00-07:00", "2026-11-24T07:00", False),
        ("12:00-13:00", "2026-11-24T12:30", True),
        ("12:00-13:00", "2026-11-24T13:00", False),
        ("22:00-07:00", "2026-07-24T06:30", False),  # 07:30 in London
        ("22:00-07:00", "2026-07-24T21:00", True),  # 22:00 in London
        # The night in which clocks go back: 01:30 comes twice, and is quiet both times; 02:00 comes once.
        ("01:00-02:00", "2026-10-25T00:30", True),
        ("01:00-02:00", "2026-10-25T01:30", True),
        ("01:00-02:00", "2026-10-25T02:00", False),
        ("22:00-07:00", "2026-10-25T06:30", True),
        # The night in which they go forward: 01:00 to 02:00 does not come.
        ("01:00-02:00", "2026-03-29T00:59", False),
        ("01:00-02:00", "2026-03-29T01:00", False),
        ("22:00-07:00", "2026-03-29T05:59", True),
        ("22:00-07:00", "2026-03-29T06:00", False),
    ],
)
def test_quiet_hours_go_by_the_wall_clock_and_may_span_midnight(hours: str, moment: str, quiet: bool) -> None:
    digest = DigestSettings("morning", timezone="Europe/London", quiet_hours=hours)
    assert is_quiet(digest, datetime.fromisoformat(moment).replace(tzinfo=UTC)) is quiet


def test_it_is_told_by_the_clock_that_is_given(urgent: House) -> None:
    instant(urgent)
    assert urgent.rows(Digest)[0].composed_at == urgent.clock() > NOW
