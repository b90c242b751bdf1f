"""Export: everything, in order, with its company, and never all of it in memory."""

from datetime import timedelta

from keeping import NOW, article, assess, assessment, keep, keep_story

from monitor.store import Database
from monitor.store import export as exporting
from monitor.store.export import export


def test_every_article_comes_with_story_and_assessments(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    story, [a, b] = keep_story(database, "s", 2)
    c, d = keep(database, article("c"), article("d", stored_at=NOW + timedelta(days=1)))
    assess(database, assessment(a, topic="chips"), assessment(a), assessment(d))
    with database.reading() as session:
        rows = list(export(session))
        since = [each.article.id for each in export(session, since=NOW + timedelta(hours=1))]
        until = [each.article.id for each in export(session, until=NOW + timedelta(hours=1))]
    assert [each.article.id for each in rows] == [a, b, c, d]
    assert [each.story.id if each.story else None for each in rows] == [story, story, None, None]
    assert [[judged.topic for judged in each.assessments] for each in rows] == [["ai", "chips"], [], [], ["ai"]]
    assert (since, until) == ([d], [a, b, c])


def test_an_empty_store_gives_nothing(database: Database) -> None:
    with database.reading() as session:
        assert list(export(session)) == []
