"""What came of the entries of each source: counted by grade and time, as it is and not as it was."""

from datetime import timedelta

from keeping import NOW, article, entry, keep
from sqlmodel import select

from monitor.models import Entry, EntryState
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.checks import NewText, change_texts
from monitor.store.entries import EntryChange, change_entries, keep_entries
from monitor.store.yields import Yield, reasons, sources_with, yields

DAY = timedelta(days=1)


def listed(database: Database, *entries: Entry, days_ago: int) -> None:
    with database.writing() as session:
        keep_entries(session, entries, now=NOW - DAY * days_ago, max_age=DAY * 365)


def read(database: Database, **grades: str) -> list[int]:
    """Keeps the articles that these entries led to; their ids."""
    with database.writing() as session:
        ids = {each.url.rpartition("/")[2]: each.id for each in session.exec(select(Entry))}
        made = [article(name, entry_id=ids[name], grade=grade) for name, grade in grades.items()]
        return [each.id or 0 for each in keep_articles(session, made)]


def counted(database: Database, *sources: str) -> dict[str, Yield]:
    with database.reading() as session:
        return yields(session, sources, NOW - DAY * 60, NOW - DAY * 14)


def test_what_came_of_entries_is_counted_by_source_and_time(database: Database) -> None:
    listed(database, entry("ancient"), days_ago=90)
    listed(database, entry("old"), days_ago=30)
    listed(database, *map(entry, ("new", "other", "lost", "waits")), entry("else", source="desk"), days_ago=1)
    read(database, ancient="full", old="full", new="paywalled", other="paywalled") + read(database, **{"else": "full"})
    with database.writing() as session:
        [lost] = session.exec(select(Entry.id).where(Entry.url == "https://news.example/lost"))
        change_entries(session, [EntryChange(lost or 0, EntryState.FAILED, 5)])
    wire, desk = Yield({"paywalled": 2, "": 1}, {"full": 1}), Yield({"full": 1})
    assert counted(database, "wire", "desk", "none") == {"wire": wire, "desk": desk}
    assert counted(database, "desk") == {"desk": desk}
    assert counted(database) == {}


def test_why_a_page_gave_no_article_is_told_of_the_latest_and_of_nothing_old(database: Database) -> None:
    listed(database, entry("ancient"), entry("gone", source="desk"), days_ago=90)
    listed(database, entry("first"), entry("second"), days_ago=1)
    with database.writing() as session:
        ids = {each.url.rpartition("/")[2]: each.id or 0 for each in session.exec(select(Entry))}
        change_entries(
            session,
            [EntryChange(ids[name], EntryState.FAILED, 5, error=f"why of {name}") for name in ids],
        )
    with database.reading() as session:
        assert reasons(session, ["wire", "desk"], NOW - DAY * 60) == {"wire": "why of second"}
        assert reasons(session, ["desk"], NOW - DAY * 100) == {"desk": "why of gone"}


def test_an_entry_that_leads_to_an_article_kept_before_has_its_grade(database: Database) -> None:
    keep(database, article("final", grade="teaser"))
    listed(database, entry("final", source="second"), days_ago=1)
    assert counted(database, "second") == {"second": Yield({"teaser": 1})}


def test_an_article_that_is_whole_at_last_counts_as_that(database: Database) -> None:
    listed(database, entry("a"), entry("b"), days_ago=1)
    first, _ = read(database, a="teaser", b="teaser")
    with database.writing() as session:
        change_texts(session, [NewText(first, "Title", "The whole text.", "new", grade="full")], now=NOW)
    assert counted(database, "wire") == {"wire": Yield({"teaser": 1, "full": 1})}


def test_sources_are_known_by_how_many_of_their_entries_have_a_grade(database: Database) -> None:
    listed(database, entry("old", source="desk"), days_ago=30)
    listed(database, *(entry(name) for name in "abc"), *(entry(name, source="desk") for name in "def"), days_ago=1)
    read(database, old="teaser", a="teaser", b="paywalled", c="full", d="full", e="teaser")
    with database.reading() as session:

        def found(grades: list[str], least: int, *sources: str) -> list[str]:
            return sources_with(session, sources, grades, NOW - DAY * 14, least)

        assert found(["teaser", "paywalled"], 2, "wire", "desk", "none") == ["wire"]
        assert found(["teaser"], 1, "wire", "desk") == ["desk", "wire"]
        assert found(["teaser"], 1, "desk") == ["desk"]
        assert found(["teaser"], 2, "wire", "desk") == found(["live"], 1, "wire", "desk") == []
