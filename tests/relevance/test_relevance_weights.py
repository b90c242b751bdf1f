"""The weights shown are those that judge: rare words of the seed speak, common ones hardly."""

from monitor.models import Terms, Topic
from monitor.relevance.profile import SeedText, build
from monitor.relevance.weights import weigh_facets

BRIEF = """# Harbours

- Driverless cranes: Ports replace crane drivers with software that steers the container cranes of a terminal.
- Rivalry: Sandhaven and Eastmere compete for ships, and time is money for them.
"""


def shares(**terms: tuple[str, ...]) -> dict[str, dict[str, float]]:
    topic = Topic("harbours", "Harbours", ("seed.md",), terms={"": Terms(**terms)})
    facets = weigh_facets(build(topic, [SeedText("seed.md", BRIEF)]), count=50)
    return {facet.name: {each.term: each.share for each in facet.terms} for facet in facets}


def test_rare_words_speak_louder_than_common_ones() -> None:
    found = shares()
    assert list(found) == ["Driverless cranes", "Rivalry"]
    rivalry = found["Rivalry"]
    assert rivalry["eastmere"] == rivalry["ships"] == 1.0
    assert 1.0 > rivalry["money"] > rivalry["time"]
    assert all(0 < share <= 1 for facet in found.values() for share in facet.values())
    assert list(rivalry.values()) == sorted(rivalry.values(), reverse=True)


def test_a_muted_term_weighs_nothing() -> None:
    assert "eastmere" not in shares(mute=("Eastmere",))["Rivalry"]


def test_only_so_many_are_told() -> None:
    topic = Topic("harbours", "Harbours", ("seed.md",))
    facets = weigh_facets(build(topic, [SeedText("seed.md", BRIEF)]), count=2)
    assert [len(facet.terms) for facet in facets] == [2, 2]
