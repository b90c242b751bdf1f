"""A topic from a pasted article."""

from pathlib import Path

import pytest
from pipeline_house import CRANES, DESK, LOAVES, House, apart, page
from servers import Site, says

from monitor.errors import ConfigurationError
from monitor.pipeline.topics.new_topic import new_topic


@pytest.fixture
def article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pasted article, somewhere outside of the root."""
    path = tmp_path_factory.mktemp("elsewhere") / "cranes.txt"
    path.write_text("\n\n".join(CRANES), encoding="utf-8")
    return path


def files(house: House) -> set[str]:
    return {path.relative_to(house.root).as_posix() for path in house.root.rglob("*") if path.is_file()}


def test_the_seed_is_copied_and_the_topic_written(house: House, article: Path) -> None:
    before = files(house)
    proposal = new_topic(house.settings, "cranes", (str(article),))
    assert files(house) - before == {
        "seeds/cranes-cranes.txt",
        "seeds/cranes-brief.md",
        "config/topics/cranes.toml",
    }
    assert (house.root / "seeds/cranes-cranes.txt").read_bytes() == article.read_bytes()
    topic = house.settings.topic("cranes")
    assert (topic.title, topic.seeds, topic.sources) == ("Cranes", ("seeds/cranes-cranes.txt",), ("*",))
    assert proposal.path == Path("config/topics/cranes.toml")
    assert proposal.facets
    assert all(terms for _, terms in proposal.facets)
    assert proposal.to_json()["would_have_given"] == {"precise": 0, "balanced": 0, "inclusive": 0}


def test_a_brief_is_proposed_and_may_be_the_seed_at_once(house: House, article: Path) -> None:
    proposal = new_topic(house.settings, "cranes", (str(article),), as_brief=True)
    assert proposal.brief == Path("seeds/cranes-brief.md")
    assert house.settings.topic("cranes").seeds == ("seeds/cranes-brief.md",)
    text = (house.root / proposal.brief).read_text(encoding="utf-8")
    assert text.startswith("# Cranes\n\n- ")
    assert [line for line in text.splitlines() if line.startswith("- ")] == list(proposal.lines)


def test_where_the_seed_is_a_brief_none_is_proposed(house: House) -> None:
    seed = house.write("seeds/ports.md", "# Ports\n\n- Cranes: who builds them\n- Strikes: who stops them\n")
    assert new_topic(house.settings, "ports", (str(seed),)).brief is None


def test_a_brief_that_is_there_is_not_overwritten(house: House, article: Path) -> None:
    house.write("seeds/cranes-brief.md", "edited by hand")
    before = files(house)
    with pytest.raises(ConfigurationError, match="there is a brief of that name"):
        new_topic(house.settings, "cranes", (str(article),))
    assert files(house) == before
    assert (house.root / "seeds/cranes-brief.md").read_text(encoding="utf-8") == "edited by hand"


def test_it_shows_what_the_kept_days_would_have_given(house: House, article: Path, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.topics.new_topic.clock", house.clock)
    house.keep("a bakery", text="\n".join(LOAVES))
    house.keep("forty cranes", text="\n".join((*CRANES[2:], *CRANES[:2])))
    house.clock.move(hours=1)
    proposal = new_topic(house.settings, "cranes", (str(article),), "Driverless cranes")
    assert dict(proposal.levels) == {"precise": 1, "balanced": 1, "inclusive": 1}
    assert proposal.articles == 2
    assert proposal.level_rows()[-1] == ("(kept in all)", 2)
    assert [name for name, _ in proposal.facet_rows()] == [name for name, _ in proposal.facets]
    assert house.settings.topic("cranes").title == "Driverless cranes"


def test_a_seed_within_the_root_stays_where_it_is(house: House) -> None:
    seed = house.write("seeds/pasted.html", page("Cranes without drivers").decode())
    new_topic(house.settings, "cranes", (str(seed),))
    assert house.settings.topic("cranes").seeds == ("seeds/pasted.html",)
    assert "seeds/cranes-pasted.html" not in files(house)


def test_an_address_is_read_and_stays_an_address(house: House, article: Path) -> None:
    with apart(Site("127.1.0.1")) as site:
        site.routes["/1"] = says(page("Cranes without drivers"))
        alone = new_topic(house.settings, "cranes", (site.url("/1"),))
        pasted = new_topic(house.settings, "pasted", (str(article),))
        both = new_topic(house.settings, "both", (str(article), site.url("/1")))
        brief = new_topic(house.settings, "brief", (site.url("/1"),), as_brief=True)
    assert {term for _, terms in alone.facets for term in terms} & {"cranes", "crane", "driverless"}
    assert alone.lines
    assert house.settings.topic("cranes").seeds == (site.url("/1"),)
    assert house.settings.topic("both").seeds == ("seeds/both-cranes.txt", site.url("/1"))
    assert both.facets != pasted.facets or both.lines != pasted.lines
    assert house.settings.topic("brief").seeds == ("seeds/brief-brief.md",)
    assert brief.chosen


def test_a_page_that_cannot_be_had_is_told_with_what_to_do(house: House) -> None:
    before = files(house)
    with apart(Site("127.1.0.1")) as site, pytest.raises(ConfigurationError, match=r"404.*paste the article into a"):
        new_topic(house.settings, "cranes", (site.url("/none"),))
    assert files(house) == before


def test_who_is_told_of_it_is_said(house: House, article: Path) -> None:
    house.monitor(DESK)
    house.digest(topics=["harbours"])
    untold = new_topic(house.settings, "cranes", (str(article),))
    assert untold.told_by == ()
    assert [each for each in untold.warnings if "no digest tells of it" in each] == [
        'config/topics/cranes.toml: no digest tells of it: write "cranes" under topics in a file of config/digests'
    ]
    house.digest("weekly", topics=["*"])
    told = new_topic(house.settings, "ports", (str(article),))
    assert told.told_by == ("weekly",)
    assert not any("no digest" in each for each in told.warnings)


def test_the_same_article_may_seed_two_topics(house: House, article: Path) -> None:
    new_topic(house.settings, "cranes", (str(article),))
    new_topic(house.settings, "ports", (str(article),))
    assert {topic.name for topic in house.settings.topics} == {"harbours", "cranes", "ports"}


@pytest.mark.parametrize("name", ["Cranes", "two words", "../x", "", "-x", "a/b"])
def test_a_name_that_is_none_is_refused_and_nothing_written(house: House, article: Path, name: str) -> None:
    before = files(house)
    with pytest.raises(ConfigurationError, match="cannot be a topic's name"):
        new_topic(house.settings, name, (str(article),))
    assert files(house) == before


def test_what_cannot_be_a_topic_leaves_nothing_behind(house: House, article: Path) -> None:
    rich = article.with_suffix(".rtf")
    rich.write_bytes(article.read_bytes())
    empty = article.with_name("empty.txt")
    empty.write_text("", encoding="utf-8")
    before = files(house)
    for name, seeds, said in (
        ("harbours", (str(article),), "there is a topic of that name already"),
        ("cranes", (str(rich),), r"neither \.md, \.txt nor \.html"),
        ("cranes", (str(article), str(article.with_name("nowhere.txt"))), "cannot be read"),
        ("cranes", (str(empty),), r"empty\.txt"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            new_topic(house.settings, name, seeds)
        assert files(house) == before


def test_another_seed_of_that_name_is_not_overwritten(house: House, article: Path) -> None:
    house.write("seeds/cranes-cranes.txt", "another text")
    before = files(house)
    with pytest.raises(ConfigurationError, match="another seed of that name"):
        new_topic(house.settings, "cranes", (str(article),))
    assert files(house) == before
    assert (house.root / "seeds/cranes-cranes.txt").read_text(encoding="utf-8") == "another text"
