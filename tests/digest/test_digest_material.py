from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.material import Alerted, Asked, Figures, Seen, SourceNews
from monitor.models import Digest

moments = st.none() | st.datetimes(timezones=st.just(UTC))
figures = st.builds(
    Figures,
    items=st.integers(0, 1000),
    seen=st.builds(
        Seen,
        since=moments,
        quiet_since=moments,
        articles=st.integers(0),
        nearest_miss=st.text(),
        topics=st.dictionaries(st.text(), st.text()),
    ),
    sources=st.tuples(
        st.builds(SourceNews, source=st.text(), state=st.sampled_from(["broken", "recovered"]), since=moments)
    ),
    unnamed=st.dictionaries(st.sampled_from(["broken", "silent"]), st.integers(1)),
    alarms=st.sampled_from([(), ("source", "collect")]),
    asked=st.tuples(st.builds(Asked)),
    alerted=st.tuples(st.builds(Alerted, at=st.datetimes(timezones=st.just(UTC)))),
    drift=st.dictionaries(st.text(), st.text()),
)


def digest(values):
    return Digest.model_validate(
        {"name": "morning", "slot": "x", "figures": values, "composed_at": datetime(2026, 11, 24, tzinfo=UTC)}
    )


@given(figures)
def test_figures_are_read_back_as_they_were_kept(kept):
    assert Figures.of(digest(kept.to_json())) == kept


def test_figures_of_another_release_are_read_too():
    assert Figures.of(digest({})) == Figures()
    assert Figures.of(
        digest({"seen": {"articles": 3, "later": 1}, "sources": [{"source": "a", "state": "broken", "x": 1}]})
    ) == (Figures(seen=Seen(articles=3), sources=(SourceNews("a", "broken"),)))


def test_a_dozen_sources_are_named_what_broke_first_and_the_others_counted():
    states = ["silent", "failing", "recovered", "broken"]
    news = [SourceNews(f"paper {number:02}", states[number % 4]) for number in range(40)]
    kept = Figures(alarms=("heartbeat",)).naming(news)
    assert [each.state for each in kept.sources] == ["broken"] * 10 + ["recovered"] * 2
    assert [each.source for each in kept.sources[:2]] == ["paper 03", "paper 07"]
    assert kept.unnamed == {"recovered": 8, "failing": 10, "silent": 10}
    assert (kept.broke, kept.alarms) == (10, ("source", "heartbeat"))
    assert kept.naming(news[:3]).alarms == ("heartbeat",)


def test_what_broke_is_counted_beyond_those_named():
    assert Figures().naming([SourceNews(f"paper {number}", "broken") for number in range(1000)]).broke == 1000
