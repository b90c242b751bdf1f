"""A topic's page: what it shows, and that its edits are what commands and flows read."""

from datetime import date

import pytest
from lxml import html
from reading_files import Edited
from reading_material import TOPIC
from reading_site import Site, send

from monitor.models import Entry, EntryState, Terms
from monitor.pipeline.topics.portrait import BINS, Day, Spread
from monitor.web.charts import burst_spans, histogram, timeline


def test_the_list_of_topics_leads_to_each(shared: Site) -> None:
    with shared.browser() as browser:
        page = browser.get("/topics").text
    assert f'href="/topics/{TOPIC}"' in page
    assert 'href="/topics/tides"' in page


def test_a_topic_shows_facets_weights_measures_scores_and_volume(edited: Edited) -> None:
    with edited.site.browser() as browser:
        page = browser.get(f"/topics/{TOPIC}")
    assert page.status_code == 200
    shown = html.fromstring(page.text)
    text = " ".join(shown.text_content().split())
    for said in (
        "Driverless cranes and who runs them",
        "Ports replace crane drivers with software",
        "about 2.8 stories a day pass",
        "Precision 100% 21 to 100% of 1 judged",
        "11 articles of the last 14 days",
        "Relevant articles a day, at most",
        "config/topics/harbours.toml",
    ):
        assert said in text, said
    assert len(shown.xpath("//figure[@id='spread']//a")) == BINS
    assert all(each.get("role") and each.get("aria-label") for each in shown.xpath("//figure//svg"))


def test_a_topic_names_the_digests_that_tell_of_it_or_says_that_none_does(edited: Edited) -> None:
    def said() -> str:
        with edited.site.browser() as browser:
            shown = html.fromstring(browser.get(f"/topics/{TOPIC}").text)
        return " ".join(shown.text_content().split())

    assert "Told by Harbours, every morning." in said()
    path = edited.root / "config/digests/morning.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["*"]', '["tides"]'), encoding="utf-8")
    assert f'No digest tells of it: write "{TOPIC}" under topics in a file of config/digests.' in said()


def test_what_was_left_unread_is_named_where_a_topic_asks_for_promising_pages(edited: Edited) -> None:
    def entry(name: str, promise: float, **changes: object) -> Entry:
        fields = {
            "canonical_url": f"https://quay.example/{name}",
            "url": f"https://quay.example/{name}",
            "source": "quay-herald",
            "title": f"{name} <b>loaves</b>",
            "first_seen": edited.site.clock(),
            "state": EntryState.UNPROMISING,
            "promise": promise,
            "error": "it promises harbours most",
        }
        return Entry.model_validate(fields | changes)

    before = edited.text("config/topics/harbours.toml")
    with edited.site.database.writing() as session:
        session.add_all([entry("rye", 0.001), entry("wheat", 0.004), entry("oats", 0.3, state=EntryState.PENDING)])
    with edited.site.browser() as browser:
        assert "left unread" not in browser.get(f"/topics/{TOPIC}").text
        (edited.root / "config/topics/harbours.toml").write_text(before + 'fetch = "promising"\n', encoding="utf-8")
        page = browser.get(f"/topics/{TOPIC}").text
        status = html.fromstring(browser.get("/status").text)
        metrics = browser.get("/metrics").text
    assert "2 pages of the last 60 days were left unread" in page
    assert page.index("wheat &lt;b&gt;loaves") < page.index("rye &lt;b&gt;loaves")
    assert "oats" not in page
    assert status.xpath("//dd[contains(., '2 pages')]/a/@href") == [f"/topics/{TOPIC}#unread"]
    assert "monitor_unread 2" in metrics.splitlines()


def test_a_threshold_is_tried_before_it_is_moved(edited: Edited) -> None:
    with edited.site.browser() as browser:
        tried = browser.get(f"/topics/{TOPIC}?at=0.7")
        assert 'At <b id="tried">0.70</b> about' in tried.text
        assert edited.settings.topic(TOPIC).threshold == "balanced"
        moved = send(browser, tried, f"/topics/{TOPIC}/threshold", threshold="0.70")
        assert (moved.status_code, moved.headers["location"]) == (303, f"/topics/{TOPIC}?done=threshold")
        assert edited.settings.topic(TOPIC).threshold == "0.7"
        assert "The threshold was moved" in browser.get(moved.headers["location"]).text
        today = browser.get(f"/today/{TOPIC}").text
    assert "2 stories from 5 articles" in today
    assert "0.70 needed" in today


@pytest.mark.parametrize("threshold", ["precise", "at most 2", "0.3"])
def test_a_threshold_may_be_a_word(edited: Edited, threshold: str) -> None:
    with edited.site.browser() as browser:
        page = browser.get(f"/topics/{TOPIC}")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "threshold": threshold}
        assert browser.post(f"/topics/{TOPIC}/threshold", data=fields).status_code == 303
        assert edited.settings.topic(TOPIC).threshold == threshold
        assert browser.get(f"/topics/{TOPIC}").status_code == 200
        before = edited.text("config/topics/harbours.toml")
        wrong = browser.post(f"/topics/{TOPIC}/threshold", data={**fields, "threshold": "<b>high</b>"})
    assert (wrong.status_code, "use precise, balanced" in wrong.text) == (400, True)
    assert "<b>high" not in wrong.text
    assert edited.text("config/topics/harbours.toml") == before


def test_terms_are_added_muted_and_taken_back(edited: Edited) -> None:
    address = f"/topics/{TOPIC}/terms"
    with edited.site.browser() as browser:
        send(browser, browser.get(f"/topics/{TOPIC}"), address, term="berth <b>", change="add")
        send(browser, browser.get(f"/topics/{TOPIC}"), address, term="fish", change="mute")
        assert edited.settings.topic(TOPIC).terms[""] == Terms(("berth <b>",), ("fish",))
        page = browser.get(f"/topics/{TOPIC}")
        assert "berth &lt;b&gt;" in page.text
        later = "What came in the last seven days is judged by it at the next collect."  # nothing judges for this site
        assert later in browser.get(f"/topics/{TOPIC}?done=term").text
        assert later in browser.get(f"/topics/{TOPIC}/anew").text
        assert later not in page.text
        send(browser, page, address, term="fish", change="drop")
        assert edited.settings.topic(TOPIC).terms[""] == Terms(("berth <b>",))
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        for odd in ({"term": "x", "change": "shout"}, {"term": "", "change": "add"}):
            assert browser.post(address, data={"form_token": token, **odd}).status_code == 400


def test_an_article_is_made_a_seed_by_its_address(edited: Edited) -> None:
    address, article = f"/topics/{TOPIC}/seeds", edited.site.filled.articles[0]
    seed = f"seeds/{TOPIC}-article-{article}.txt"
    with edited.site.browser() as browser:
        page = browser.get(f"/topics/{TOPIC}")
        answer = send(browser, page, address, url="https://quay.example/news/0")
        assert answer.status_code == 303
        assert edited.settings.topic(TOPIC).seeds == ("seeds/harbours.md", seed)
        again = send(browser, page, address, url=f"http://127.0.0.1:8080/articles/{article}")
        assert (again.status_code, "a seed already" in again.text) == (400, True)
        assert send(browser, page, address, url="https://elsewhere.example/").status_code == 404
        article_page = browser.get(f"/articles/{edited.site.filled.articles[1]}")
        assert send(browser, article_page, address, article=str(edited.site.filled.articles[1])).status_code == 303
        assert len(edited.settings.topic(TOPIC).seeds) == 3
        other = f"seeds/{TOPIC}-article-{edited.site.filled.articles[1]}.txt"
        assert send(browser, browser.get(f"/topics/{TOPIC}"), f"{address}/drop", seed=other).status_code == 303
        page = browser.get(f"/topics/{TOPIC}")
        assert send(browser, page, f"{address}/drop", seed="seeds/harbours.md").status_code == 303
        assert edited.settings.topic(TOPIC).seeds == (seed,)
        last = send(browser, page, f"{address}/drop", seed=seed)
        assert (last.status_code, "is the only one" in last.text) == (400, True)


@pytest.mark.parametrize("odd", ["at=nan", "at=2", "at=-1", "at=x", "at=inf"])
def test_a_threshold_that_is_none_is_not_tried(shared: Site, odd: str) -> None:
    with shared.browser() as browser:
        assert browser.get(f"/topics/{TOPIC}?{odd}").status_code == 404
        assert browser.get("/topics/nothing").status_code == 404


def test_bars_stand_on_the_ground_and_little_is_seen() -> None:
    spread = Spread((0, 1, 1000, *[0] * (BINS - 3)), (0.0,) * 101, 1.0)
    bars = histogram(spread, 0.05)
    assert [bar.kind for bar in bars[:4]] == ["out", "out", "in", "in"]
    assert all(round(bar.y + bar.height, 2) == 100 for bar in bars)
    assert bars[0].height == 0
    assert bars[2].height == 100
    assert 1.5 <= bars[1].height < 20
    assert bars[1].told == "1 article from 0.025 to 0.05"
    assert round(bars[-1].x + bars[-1].width) <= 1000


def test_a_burst_is_told_by_its_first_and_last_day() -> None:
    days = [Day(date(2026, 11, number), 9, number, number in (2, 3, 5)) for number in range(1, 7)]
    assert burst_spans(days) == [(date(2026, 11, 2), date(2026, 11, 3), 5), (date(2026, 11, 5), date(2026, 11, 5), 5)]
    assert [bar.kind for bar in timeline(days)] == ["in", "burst", "burst", "in", "burst", "in"]
    assert timeline(()) == ()
