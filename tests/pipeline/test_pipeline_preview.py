"""What a digest would tell, sent to nobody."""

from datetime import timedelta

import pytest
from pipeline_house import CRANES, DESK, LOAVES, NOW, House

from monitor.errors import ConfigurationError
from monitor.models import Article, Delivery, Digest, Told
from monitor.pipeline import preview as previewing
from monitor.pipeline.digest import Slot, send
from monitor.pipeline.preview import preview
from monitor.store.checks import NewText, change_texts, withdraw


@pytest.fixture
def kept(house: House, monkeypatch) -> House:
    """A house with a digest and three stories of one morning, judged to be good, doubtful and bad."""
    monkeypatch.setattr(previewing, "clock", house.clock)
    house.monitor(DESK)
    house.digest()
    house.keep("cranes", score=0.9, text="\n".join(CRANES))
    house.keep("a lighthouse", score=0.4)
    house.keep("loaves", score=0.05, text="\n".join(LOAVES))
    house.clock.move(hours=1)
    house.collected()
    return house


def test_it_is_rendered_and_nothing_is_kept_or_sent(kept: House) -> None:
    made = preview(kept.settings, "morning")
    assert made.path == kept.root / "var" / "previews" / "morning.html"
    assert "What happened to cranes" in made.path.read_text(encoding="utf-8")
    assert "What happened to cranes" in made.path.with_suffix(".txt").read_text(encoding="utf-8")
    assert (made.items, made.first_line) == (1, "1 story from 1 article")
    assert made.summary == f"morning: 1 story from 1 article ({made.path})"
    assert made.to_json() == {
        "digest": "morning",
        "topics": ["harbours"],
        "items": 1,
        "path": str(made.path),
        "deliveries": [],
        "beside": None,
    }
    for kind in (Digest, Delivery, Told):
        assert kept.rows(kind) == []


def test_it_shows_what_was_told_too(kept: House) -> None:
    send(kept.settings, [Slot("morning", "one")], kept.clock)
    kept.clock.move(minutes=1)
    assert preview(kept.settings, "morning").items == 1


def test_as_of_a_past_moment(kept: House) -> None:
    moment = kept.clock()
    kept.clock.move(days=3)
    kept.keep("gulls")
    kept.clock.move(hours=1)
    assert preview(kept.settings, "morning").items == 2
    assert preview(kept.settings, "morning", moment).items == 1
    assert preview(kept.settings, "morning", NOW - timedelta(days=1)).items == 0
    assert preview(kept.settings, "morning", NOW + timedelta(days=30)).items == 0


def test_as_of_a_past_moment_nothing_is_known_of_what_came_later(kept: House) -> None:
    moment = kept.clock()
    kept.clock.move(hours=2)
    cranes = next(article for article in kept.rows(Article) if "cranes" in article.title)
    strike = kept.store("the strike at Kolm", text="Dockers of Kolm walked out on Wednesday over their pay.")
    kept.join(cranes.story_id or 0, strike)
    kept.clock.move(hours=1)
    now, then = preview(kept.settings, "morning"), preview(kept.settings, "morning", moment)
    assert (now.items, then.items) == (1, 1)
    assert now.first_line == "1 story from 2 articles"
    assert then.first_line == "1 story from 1 article"
    assert "Kolm walked out" not in then.path.read_text(encoding="utf-8")


def test_as_of_a_past_moment_a_text_stands_as_it_did(kept: House) -> None:
    moment = kept.clock()
    cranes = next(article.id for article in kept.rows(Article) if "cranes" in article.title)
    kept.clock.move(hours=5)
    text = "\n".join(CRANES).replace("forty", "fourteen")
    with kept.database() as database, database.writing() as session:
        change_texts(session, [NewText(cranes, "Fourteen cranes", text, "another hash")], now=kept.clock())
    kept.clock.move(hours=1)
    now, then = (preview(kept.settings, "morning", each).path.read_text(encoding="utf-8") for each in (None, moment))
    assert "Fourteen cranes" in now
    assert "fourteen driverless" in now
    assert "What happened to cranes" in then
    assert "forty driverless" in then
    with kept.database() as database, database.writing() as session:
        withdraw(session, [cranes], now=kept.clock())
    kept.clock.move(hours=1)
    assert preview(kept.settings, "morning").items == 0
    assert preview(kept.settings, "morning", moment).items == 1


def test_with_another_threshold(kept: House) -> None:
    assert preview(kept.settings, "morning", threshold="inclusive").items == 2
    assert preview(kept.settings, "morning", threshold="0").items == 3
    assert preview(kept.settings, "morning", threshold="0.95").items == 0
    with pytest.raises(ConfigurationError, match='threshold "often"'):
        preview(kept.settings, "morning", threshold="often")


def test_with_another_seed_every_story_is_judged_anew(kept: House, monkeypatch) -> None:
    seed = kept.write("seeds/bread.md", "# Bakeries\n\nSourdough loaves, rye rolls, old ovens, flour and plum cake.\n")
    made = preview(kept.settings, "morning", seeds=(str(seed),))
    assert made.items == 1
    assert "What happened to loaves" in made.path.read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the seed cannot be read"):
        preview(kept.settings, "morning", seeds=("nowhere.md",))


def test_a_digest_that_is_not_there_is_named(kept: House) -> None:
    with pytest.raises(ConfigurationError, match='there is no digest "evening"'):
        preview(kept.settings, "evening")
