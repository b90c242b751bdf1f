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
        failing=st.tuples(st.builds(SourceNews, source=st.text(), state=st.just("failing"), since=moments)),
    ),
    sources=st.tuples(
        st.builds(SourceNews, source=st.text(), state=st.sampled_from(["broken", "recovered"]), since=moments)
    ),
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


def test_names_of_failing_sources_alone_are_read_as_releases_before_kept_them():
    assert Figures.of(digest({"seen": {"failing": ["a"]}})).seen.failing == (SourceNews("a", "failing"),)
