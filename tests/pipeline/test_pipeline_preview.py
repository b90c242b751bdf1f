"""What a digest would tell, sent to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html as lxml_html
from pipeline_house import CRANES, DESK, LOAVES, NOW, House

from monitor.cli import output
from monitor.errors import ConfigurationError
from monitor.models import Article, Delivery, Digest, FeedState, Told
from monitor.pipeline.digest import Slot, send
from monitor.pipeline.telling import preview as previewing
from monitor.pipeline.telling.preview import preview
from monitor.store.checks import NewText, change_texts, withdraw
from monitor.store.polling import keep_feed_states


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


@pytest.mark.parametrize("reached", [True, False], ids=["told before", "nobody is named yet"])
def test_it_names_the_sources_that_fail_whoever_knows_of_them(kept: House, reached: bool) -> None:
    kept.sources(wire="https://wire.example/", far="https://far.example/")
    since = kept.clock() - timedelta(days=2)
    keep_state(kept, "wire", failures=3, failing_since=since)
    if reached:
        told = send(kept.settings, [Slot("morning", "one")], kept.clock)
        assert "Broke: wire" in told[0].deliveries[0].text
    else:
        kept.monitor('[channels.mail]\nkind = "email"\nhost = "127.0.0.1"\nfrom = "m@m.example"\nto = []')
        kept.digest(channels=["mail"])
    kept.clock.move(hours=1)
    asked = kept.clock()
    kept.clock.move(hours=1)
    keep_state(kept, "far", failures=3, failing_since=kept.clock())  # after the moment that is asked about
    text = preview(kept.settings, "morning", as_of=asked).path.with_suffix(".txt").read_text(encoding="utf-8")
    assert "What happened to cranes" in text
    assert "Broke: wire, since" in text
    assert " far" not in text


def test_as_of_a_past_moment_its_sources_fare_as_they_did(kept: House) -> None:
    kept.sources(wire="https://wire.example/", far="https://far.example/")
    since = kept.clock()
    outage = {"since": since.isoformat(), "broke": since.isoformat(), "error": "answered 503", "status": 503}
    ended = {"until": (since + timedelta(hours=2)).isoformat()}
    keep_state(kept, "wire", failures=0, error="", status=0, outages=[outage | ended])
    keep_state(kept, "far", failures=9, failing_since=since + timedelta(hours=2))
    kept.clock.move(hours=3)
    made = preview(kept.settings, "morning", as_of=since + timedelta(hours=1))
    text = made.path.with_suffix(".txt").read_text(encoding="utf-8")
    assert made.first_line == "1 story from 1 article; 1 source failing"
    assert "Broke: wire, since" in text
    assert "answered 503" in text
    assert " far" not in text
    made = preview(kept.settings, "morning")
    text = made.path.with_suffix(".txt").read_text(encoding="utf-8")
    assert made.first_line == "1 story from 1 article; 1 source failing"
    assert "Broke: far, since" in text
    assert " wire" not in text


def keep_state(house: House, name: str, **fields: Any) -> None:
    state = {"source": name, "url": f"https://{name}.example/", "error": "answered 404", "status": 404}
    with house.database() as database, database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(state | fields)])


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
    made = preview(kept.settings, "morning", threshold="1", seeds=(str(seed),))
    assert made.items == 0
    below, nearest = made.first_line.split("; the nearest miss was ")
    assert below == "Nothing relevant: 3 articles read, all fell below the threshold"
    assert nearest.startswith("“What happened to loaves”, ")
    assert nearest.endswith(" of 1.00")
    with pytest.raises(ConfigurationError, match="the seed cannot be read"):
        preview(kept.settings, "morning", seeds=("nowhere.md",))


def test_a_digest_that_is_not_there_is_named(kept: House) -> None:
    with pytest.raises(ConfigurationError, match='there is no digest "evening"'):
        preview(kept.settings, "evening")


def test_it_stands_beside_what_was_sent_then(kept: House) -> None:
    send(kept.settings, [Slot("morning", "one")], kept.clock)
    then = kept.clock()
    kept.clock.move(days=1)
    kept.keep("gulls")
    kept.clock.move(hours=1)
    send(kept.settings, [Slot("morning", "two")], kept.clock)

    wider = preview(kept.settings, "morning", then - timedelta(minutes=5), threshold="inclusive")

    assert wider.beside is not None
    assert wider.beside.told.both == ("What happened to cranes (0.90)",)
    assert wider.beside.told.only_preview == ("What happened to a lighthouse (0.40)",)
    assert wider.beside.told.only_sent == ()
    assert wider.opened == wider.beside.path == kept.root / "var" / "previews" / "morning-beside.html"
    page = lxml_html.fromstring(wider.opened.read_text(encoding="utf-8"))
    assert page.xpath("//iframe/@src") == ["morning.html", "morning-sent.html"]
    assert all(frame.get("sandbox") == "allow-popups" for frame in page.iter("iframe"))
    sent = wider.opened.with_name("morning-sent.html").read_text(encoding="utf-8")
    assert sent == kept.rows(Delivery)[0].html
    assert "1 story only here, 0 stories only there, 1 in both" in wider.summary
    assert wider.to_json()["beside"]["only_preview"] == ["What happened to a lighthouse (0.40)"]

    narrower = preview(kept.settings, "morning", threshold="0.95")
    assert narrower.beside is not None
    assert narrower.beside.told.only_sent == ("What happened to gulls (0.90)",)


def test_where_nothing_was_sent_it_stands_alone(kept: House) -> None:
    made = preview(kept.settings, "morning")
    assert made.beside is None
    assert made.opened == made.path


@pytest.mark.parametrize(
    ("terminal", "screen", "opened"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_page_is_opened_only_on_a_terminal_with_a_screen(
    kept: House, monkeypatch: pytest.MonkeyPatch, terminal: bool, screen: bool, opened: bool
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(output.typer, "launch", launched.append)
    monkeypatch.setattr(output.sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(output.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if screen:
        monkeypatch.setenv("DISPLAY", ":0")
    output.open_page(kept.root / "page.html")
    assert launched == ([str(kept.root / "page.html")] if opened else [])
