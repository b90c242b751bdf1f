"""A search is saved as a topic in two clicks, and its files say so; what cannot be saved leaves nothing behind."""

import re

import pytest
from reading_files import Edited
from reading_material import ARTICLES, HOSTILE_TITLE
from reading_site import Site, send

from monitor.models import Terms
from monitor.pipeline.topics.saving import proposed_name, topic_of_search

SEARCH = '/search?q=driverless+"port+of+Eastmere"&source=quay-herald'


def test_a_search_is_a_topic_after_two_clicks(edited: Edited) -> None:
    before = edited.site.rows()
    with edited.site.browser() as browser:
        found = browser.get(SEARCH)
        first = re.search(r'href="(/search/save\?[^"]+)">Save as a topic', found.text)
        assert first is not None
        offered = browser.get(first[1].replace("&amp;", "&"))
        assert 'value="driverless-port-of-eastmere"' in offered.text
        assert (
            "Articles must hold “<bdi>port of Eastmere</bdi>”. Words that weigh: <bdi>driverless</bdi>." in offered.text
        )
        assert "Looks in quay-herald alone." in offered.text
        assert offered.text.count(" checked>") == 2  # the one answer, and the switch of the keys
        saved = send(browser, offered, "/search/save", answer=str(edited.site.filled.articles[0]))
        assert (saved.status_code, saved.headers["location"]) == (
            303,
            "/topics/driverless-port-of-eastmere?done=search",
        )
        shown = browser.get(saved.headers["location"])
        assert "The search was saved as a topic" in shown.text
        assert "driverless-port-of-eastmere" in browser.get("/topics").text
    topic = edited.settings.topic("driverless-port-of-eastmere")
    assert topic.title == "Driverless port of Eastmere"
    assert topic.seeds == (f"seeds/driverless-port-of-eastmere-article-{edited.site.filled.articles[0]}.txt",)
    assert (topic.must, topic.sources, topic.threshold) == (("port of Eastmere",), ("quay-herald",), "balanced")
    assert topic.terms == {"": Terms(add=("driverless",))}
    assert edited.text(topic.seeds[0]).startswith(ARTICLES[0].title)
    assert edited.site.rows() == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "harbours"}, "there is a topic of that name already"),
        ({"name": "../x"}, "cannot be a topic&#39;s name"),
        ({"name": ""}, "cannot be a topic&#39;s name"),
        ({"answer": "999999"}, "no answer was chosen that has a text"),
        ({"answer": "x"}, "no answer was chosen that has a text"),
    ],
)
def test_what_is_no_topic_is_refused_and_leaves_nothing(edited: Edited, fields: dict[str, str], said: str) -> None:
    with edited.site.browser() as browser:
        offered = browser.get("/search/save?q=cranes")
        token = offered.text.split('name="form_token" value="')[1].split('"')[0]
        given = {"q": "cranes", "name": "cranes", "title": "Cranes", "answer": "1", "form_token": token, **fields}
        refused = browser.post("/search/save", data=given)
    assert refused.status_code == 400
    assert said in refused.text
    assert {each.name for each in edited.settings.topics} == {"harbours", "tides"}
    assert {path.name for path in (edited.root / "seeds").iterdir()} == {"harbours.md", "tides.md"}


def test_a_search_without_words_or_answers_cannot_be_saved(shared: Site) -> None:
    with shared.browser() as browser:
        assert browser.get("/search/save?q=%22").headers["location"] == "/search"
        assert "Save as a topic" not in browser.get("/search?q=zebra").text
        nothing = browser.get("/search/save?q=zebra").text
        assert "nothing a topic could learn from yet" in nothing
        assert re.search(r'<button class="first-choice" disabled>', nothing)
        token = nothing.split('name="form_token" value="')[1].split('"')[0]
        empty = {"q": "", "name": "x", "form_token": token}
        assert browser.post("/search/save", data=empty).status_code == 400
        hostile = browser.get("/search/save", params={"q": f"bold {HOSTILE_TITLE}"}).text
    assert "<script>" not in hostile


def test_a_name_is_proposed_that_is_free_and_fits_a_file() -> None:
    assert proposed_name("Über-KI: Modelle!", []) == "uber-ki-modelle"
    assert proposed_name("人工智能", []) == "search"
    assert proposed_name("chips", ["chips", "chips-2"]) == "chips-3"
    assert len(proposed_name("long " * 40, [])) <= 40


def test_what_stands_in_quotes_must_occur_and_the_rest_weighs() -> None:
    topic = topic_of_search("x", "  A  title ", 'chips, "export  controls" chips "" (Nvidia)')
    assert (topic.title, topic.must) == ("A title", ("export controls",))
    assert topic.terms == {"": Terms(add=("chips", "Nvidia"))}
    assert topic_of_search("x", "", '"a b"').terms == {}


def test_what_is_left_out_may_not_occur_and_alternatives_weigh() -> None:
    topic = topic_of_search("x", "", 'chips "export controls" OR "entity list" -phones -"video games"')
    assert (topic.must, topic.must_not) == ((), ("phones", "video games"))
    assert topic.terms == {"": Terms(add=("chips", "export controls", "entity list"))}


def test_a_search_that_leaves_something_out_is_offered_as_what_it_wants(edited: Edited) -> None:
    with edited.site.browser() as browser:
        offered = browser.get("/search/save?q=driverless+OR+cranes+-strike").text
    assert 'value="Driverless or cranes"' in offered
    assert 'value="driverless-or-cranes"' in offered
    assert "None may hold “<bdi>strike</bdi>”. Words that weigh: <bdi>driverless</bdi>, <bdi>cranes</bdi>." in offered
