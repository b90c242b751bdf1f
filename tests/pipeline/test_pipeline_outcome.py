"""The last collect and digest, read back for a person."""

from pipeline_house import DESK, House

from monitor.pipeline.digest import Slot, send
from monitor.pipeline.outcome import last_collect, last_digest
from monitor.pipeline.tally import Tally
from monitor.store.runs import finish_run, start_run


def test_before_anything_ran_there_is_nothing(house: House) -> None:
    assert last_collect(house.settings) == ""
    assert last_digest(house.settings, "morning") is None


def test_the_last_collect_is_one_line(house: House) -> None:
    many = Tally(polled=5, sources_failed=1, fetched=1900, stored=8, near_duplicates=2, relevant={"a": 3, "b": 1})
    assert told_of(house, many) == (
        "5 sources asked (1 failed), 1,900 pages read, 8 articles stored (2 near-duplicates), 4 relevant"
    )
    house.clock.move(minutes=1)
    one = Tally(polled=1, fetched=1, stored=1, near_duplicates=1)
    assert told_of(house, one) == (
        "1 source asked (0 failed), 1 page read, 1 article stored (1 near-duplicate), 0 relevant"
    )


def told_of(house: House, tally: Tally) -> str:
    with house.database() as database, database.writing() as session:
        finish_run(
            session,
            start_run(session, "collect", house.clock()),
            house.clock(),
            succeeded=True,
            figures=tally.to_json(),
        )
    return last_collect(house.settings)


def test_a_turn_without_news_is_not_the_last_digest(house: House) -> None:
    house.monitor(DESK)
    house.digest()
    house.keep("cranes")
    house.clock.move(minutes=1)
    house.collected()
    send(house.settings, [Slot("morning", "one")], house.clock)
    house.clock.move(minutes=1)
    send(house.settings, [Slot("morning", "two")], house.clock)
    last = last_digest(house.settings, "morning")
    assert last is not None
    assert last.first_line == "1 story from 1 article"
    assert last.path.endswith(".html")
    assert last.path.startswith(str(house.root))
    (found,) = last.stories
    assert (found.score, found.headline, found.facet, found.sources) == (0.9, "What happened to cranes", "Cranes", 1)
    assert found.to_json() == {"score": 0.9, "headline": found.headline, "sources": 1, "facet": "Cranes"}
