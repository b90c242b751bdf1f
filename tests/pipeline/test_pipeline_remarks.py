"""What digests ask, what they say was told at once, and what they say once only; with links where a page is public."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pipeline_house import DESK, TOPIC, House, mail_channel

from monitor.digest.material import Figures
from monitor.links import Ballot, read_ballot, read_unsubscribe
from monitor.models import Delivery, audience
from monitor.pipeline.secret import secret
from monitor.pipeline.telling import remarks
from monitor.pipeline.telling.composing import compose_and_keep
from monitor.pipeline.telling.instant import keep_instant
from monitor.pipeline.telling.readers import is_public, reader_of
from monitor.store.articles import articles_of
from monitor.store.outbox import Kept

PUBLIC = '\n[web]\npublic_url = "https://monitor.example"\n'


@pytest.fixture
def asking(house: House) -> House:
    """A house whose digest tells one story, and left out three articles, one of them at the border."""
    house.monitor(DESK)
    house.digest()
    house.collected()
    house.keep("cranes")
    for number, score in enumerate((0.45, 0.02, 0.03)):
        house.keep(f"loaf {number}", score=score)
    house.clock.move(hours=1)
    house.collected()
    return house


def compose(house: House, slot: str = "one", name: str = "morning") -> Kept:
    with house.database() as database:
        settings = house.settings
        return compose_and_keep(settings, database, settings.digest(name), slot, house.clock)


def figures(kept: Kept) -> Figures:
    return Figures.of(kept.digest)


def test_one_is_asked_at_the_border_and_one_drawn_of_what_was_left_out(asking: House) -> None:
    asked = figures(compose(asking)).asked
    assert [each.probability > 0 for each in asked] == [False, True]
    assert len({each.article_id for each in asked}) == 2
    assert all("loaf" in each.title and each.topic == TOPIC for each in asked)
    assert "at the border" in asked[0].why


def test_nothing_is_asked_twice_nor_what_is_told(asking: House) -> None:
    first = {each.article_id for each in figures(compose(asking)).asked}
    asking.clock.move(hours=1)
    asking.keep("gulls")
    asking.clock.move(hours=1)
    second = {each.article_id for each in figures(compose(asking, "two")).asked}
    assert len(first) == 2
    assert len(second) == 1
    assert not first & second


def test_what_the_digest_tells_leaves_its_place_among_the_questions_to_another(asking: House) -> None:
    """A report of the story that is told stands nearest to the border: it is no question, and the next one is."""
    with asking.database() as database, database.reading() as session:
        story = articles_of(session, [1])[0].story_id
    assert story is not None
    asking.join(story, asking.store("cranes again"), score=0.46)
    asking.clock.move(hours=1)
    asked = figures(compose(asking)).asked
    assert [each.probability > 0 for each in asked] == [False, True]
    assert all("loaf" in each.title for each in asked)


def test_what_a_digest_takes_by_a_threshold_of_its_own_is_no_question(asking: House) -> None:
    asking.digest(threshold="0.4")
    kept = compose(asking)
    assert len(kept.items) == 2
    assert not {item.article_id for item in kept.items} & {each.article_id for each in figures(kept).asked}


def test_of_several_topics_two_questions_are_asked_in_all(asking: House) -> None:
    asking.topic("bread")
    with asking.database() as database, database.writing() as session:
        for identity in (2, 3, 4):
            asking.judge(session, identity, 0.3, topic="bread")
    assert len(figures(compose(asking)).asked) == 2


def test_without_a_public_page_the_command_is_shown_and_with_one_the_links(asking: House) -> None:
    (here,) = compose(asking).deliveries
    assert f"yes --topic {TOPIC}" in here.text
    asking.monitor(mail_channel(9), PUBLIC)
    asking.digest(channels=["analyst"])
    (mailed,) = compose(asking, "two").deliveries
    assert "monitor feedback" not in mailed.text
    links = [line.split()[-1] for line in mailed.text.splitlines() if "https://monitor.example/verdict?" in line]
    signing = secret(asking.settings)
    tokens = [link.partition("token=")[2].partition("&")[0] for link in links]
    ballots = [read_ballot(signing, token, asking.clock()) for token in tokens]
    who = audience("morning", "analyst", "a@reader.example")
    assert ballots[0] == Ballot(1, TOPIC, who, 0.0)
    assert all(isinstance(each, Ballot) and each.audience == who for each in ballots)
    assert any(isinstance(each, Ballot) and each.probability > 0 for each in ballots)
    leave = mailed.unsubscribe_url.partition("token=")[2]
    assert read_unsubscribe(signing, leave) == who
    assert read_ballot(signing, tokens[0], asking.clock() + timedelta(days=91)) == "expired"


@pytest.mark.parametrize(
    ("channel", "verdicts", "leaves"),
    [('kind = "feed"\npath = "f"', False, False), ('kind = "file"\npath = "f"', True, False)],
)
def test_a_feed_that_anybody_may_read_asks_nobody(asking: House, channel: str, verdicts: bool, leaves: bool) -> None:
    asking.monitor(f"[channels.desk]\n{channel}\n", PUBLIC)
    reader = reader_of(asking.settings, "desk", "key", asking.clock())
    assert (reader.verdict is not None, bool(reader.unsubscribe)) == (verdicts, leaves)


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://monitor.example", True),
        ("http://192.168.1.4:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://localhost:8080", False),
        ("http://monitor.localhost", False),
    ],
)
def test_a_page_on_this_machine_alone_is_not_public(url: str, public: bool) -> None:
    assert is_public(url) is public


def test_what_was_told_at_once_stands_in_the_next_digest_of_those_who_were_told(asking: House) -> None:
    compose(asking)
    asking.digest(instant=True)
    asking.clock.move(hours=1)
    asking.keep("gulls", score=0.95)
    asking.clock.move(minutes=1)
    with asking.database() as database:
        assert keep_instant(asking.settings, database, asking.clock) == 1
    asking.monitor(DESK, '[channels.shelf]\nkind = "file"\npath = "var/shelf"\n')
    asking.digest(channels=["desk", "shelf"])
    asking.keep("a bakery", score=0.8)
    asking.clock.move(hours=1)
    asking.collected()
    kept = compose(asking, "two")
    desk, shelf = kept.deliveries
    assert "ALREADY TOLD AT ONCE" in desk.text
    assert desk.text.index("bakery") < desk.text.index("gulls")
    assert "ALREADY TOLD" not in shelf.text
    assert "What happened to gulls" in shelf.text  # as the news it is to them
    asking.keep("cakes", score=0.8)
    asking.clock.move(hours=1)
    asking.collected()
    assert all("ALREADY TOLD" not in each.text for each in compose(asking, "three").deliveries)


def test_a_changed_stream_is_said_once_a_week(asking: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remarks, "drift_of", lambda *_: "12% were relevant, 3% of those before")
    said = []
    for day in range(9):
        asking.keep(f"news {day}")
        asking.clock.move(days=1)
        asking.collected()
        said.append(bool(figures(compose(asking, str(day))).drift))
    assert said == [True, *[False] * 6, True, False]


def rendered_for(house: House, section: str, **environment: Any) -> Delivery:
    house.environment |= environment
    house.monitor(f"[channels.one]\n{section}\n")
    house.digest(channels=["one"])
    (delivery,) = compose(house, section).deliveries
    return delivery


# apprise still asks for it where there is one.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_each_kind_of_channel_is_given_its_own_form(asking: House) -> None:
    feed = rendered_for(asking, 'kind = "feed"\npath = "var/feeds"')
    assert [entry["title"] for entry in feed.blocks] == ["What happened to cranes"]
    variable = "MONITOR_CHANNELS__ONE__"
    chat = rendered_for(asking, 'kind = "apprise"', **{f"{variable}URL": "workflows://host:443/workflow/signature"})
    assert chat.text.startswith("1 story from 1 article\n\n1) What happened to cranes\n")
    assert len(chat.subject) + len(chat.text) < 1000
    del asking.environment[f"{variable}URL"]
    bot = rendered_for(asking, 'kind = "slack"\nchannel = "#ai"', **{f"{variable}BOT_TOKEN": "xoxb-not-a-real-token"})
    opening = bot.blocks[: [block["type"] for block in bot.blocks].index("divider")]
    assert "What happened to cranes" in json.dumps(opening)
