"""Profiles, models, assessments and verdicts: the latest counts, versions are kept once."""

from datetime import datetime, timedelta
from typing import Any

from keeping import NOW, article, assess, assessment, entry, keep, verdict

from monitor.models import Model, Profile
from monitor.store import Database, topics
from monitor.store.entries import keep_entries


def profile(version: str, made_at: datetime = NOW, **changes: Any) -> Profile:
    return Profile.model_validate({"topic": "ai", "version": version, "made_at": made_at} | changes)


def model(version: str, made_at: datetime = NOW, **changes: Any) -> Model:
    fields = {"topic": "ai", "version": version, "profile_version": "p", "sha256": "x", "made_at": made_at}
    return Model.model_validate(fields | {"content": b"\0\x01skops", "figures": {"recall": 0.9}} | changes)


def test_a_profile_is_kept_once_a_version_and_the_latest_is_found(database: Database) -> None:
    with database.writing() as session:
        topics.keep_profile(session, profile("one", body={"facets": [1.5, "é"]}))
        topics.keep_profile(session, profile("one", body={"facets": []}))
        topics.keep_profile(session, profile("two", NOW + timedelta(hours=1)))
        topics.keep_profile(session, profile("three", NOW + timedelta(days=1), topic="other"))
    with database.reading() as session:
        assert topics.profile(session, "ai", "one").body == {"facets": [1.5, "é"]}
        assert topics.latest_profile(session, "ai").version == "two"
        assert topics.profile(session, "ai", "three") is None
        assert topics.latest_profile(session, "none") is None


def test_the_model_to_judge_with_is_the_last_accepted(database: Database) -> None:
    with database.writing() as session:
        topics.keep_model(session, model("good", accepted=True))
        topics.keep_model(session, model("good", accepted=False))
        topics.keep_model(session, model("worse", NOW + timedelta(days=1)))
    with database.reading() as session:
        chosen = topics.accepted_model(session, "ai")
        assert (chosen.version, chosen.content, chosen.figures) == ("good", b"\0\x01skops", {"recall": 0.9})
        assert [each.version for each in topics.models(session, "ai")] == ["worse", "good"]
        assert topics.accepted_model(session, "other") is None


def test_assessments_are_replaced(database: Database) -> None:
    a, b = keep(database, article("a"), article("b"))
    assess(database, assessment(a, score=0.2, relevant=False), assessment(b), assessment(a, topic="chips"))
    assess(database, assessment(a, score=0.8, reasons={"facet": "chips\0"}))
    with database.reading() as session:
        found = topics.assessments(session, "ai", [a, b, 99])
        assert {key: each.score for key, each in found.items()} == {a: 0.8, b: 0.9}
        assert found[a].reasons == {"facet": "chips"}
        assert [each.topic for each in topics.assessments_of(session, a)] == ["ai", "chips"]


def test_unassessed_are_those_not_judged_by_these_versions(database: Database) -> None:
    with database.writing() as session:
        listed = [entry("a", source="second"), entry("b")]
        keep_entries(session, listed, now=NOW, max_age=timedelta(days=7))
    a, b, c = keep(
        database,
        article("a", entry_id=1),
        article("b", entry_id=2),
        article("c", stored_at=NOW - timedelta(days=3), source="third"),
    )
    assess(database, assessment(a), assessment(b, model_version="m1"), assessment(c, topic="other"))

    def open_for(profile: str, model: str = "", days: int = 9, **choice: Any) -> list[int]:
        with database.reading() as session:
            since = NOW - timedelta(days=days)
            return [each.id for each in topics.unassessed(session, "ai", (profile, model), since=since, **choice)]

    assert open_for("p1") == [c, b]
    assert open_for("p1", "m1") == [c, a]
    assert open_for("p2") == [c, a, b]
    assert open_for("p2", days=1) == [a, b]
    assert open_for("p2", limit=1) == [c]
    assert open_for("p2", sources=["second"]) == [a]
    assert open_for("p2", sources=["third"]) == [c]
    assert open_for("p2", sources=[]) == []


def test_the_latest_verdict_counts_and_can_be_taken_back(database: Database) -> None:
    a, b = keep(database, article("a"), article("b"))
    with database.writing() as session:
        topics.keep_feedback(session, verdict(a))
        later = topics.keep_feedback(session, verdict(a, relevant=False, made_at=NOW + timedelta(seconds=1)))
        topics.keep_feedback(session, verdict(b, topic="other"))
    with database.reading() as session:
        assert {key: each.relevant for key, each in topics.verdicts(session, "ai").items()} == {a: False}
    with database.writing() as session:
        assert topics.withdraw_feedback(session, later.id)
        assert not topics.withdraw_feedback(session, later.id)
    with database.reading() as session:
        assert {key: each.relevant for key, each in topics.verdicts(session, "ai").items()} == {a: True}
