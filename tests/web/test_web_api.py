"""The JSON API: what it answers, to whom, and that its description says so."""

from datetime import datetime

import pytest
from reading_material import ARTICLES, OTHER_TOPIC, TOPIC
from reading_site import Site, Sites

from monitor.config.settings import WebSettings
from monitor.store.topics import verdicts

AS_PROGRAM = {"content-type": "application/json"}


def test_stories_come_with_their_articles_and_reasons(shared: Site) -> None:
    with shared.browser() as browser:
        assert [each["name"] for each in browser.get("/api/topics").json()] == [TOPIC, OTHER_TOPIC]
        assert browser.get(f"/api/topics/{TOPIC}").json()["threshold"] == "balanced"
        stories = browser.get(f"/api/topics/{TOPIC}/stories").json()
        story = browser.get(f"/api/stories/{stories[0]['id']}", params={"topic": TOPIC}).json()
        bare = browser.get(f"/api/stories/{stories[0]['id']}").json()
    assert len(stories) == 6
    assert story == stories[0]
    article = story["articles"][0]
    assert (article["title"], article["url"]) == (ARTICLES[0].title, "https://quay.example/news/0")
    (thought,) = article["assessments"]
    assert (thought["topic"], thought["score"], thought["relevant"]) == (TOPIC, 0.91, True)
    assert thought["terms"][0] == ["driverless", 0.31]
    assert datetime.fromisoformat(article["published"]).utcoffset() is not None
    assert bare["articles"][0]["assessments"] == []
    reprint = next(each for each in story["articles"] if each["reprint_of"])
    assert reprint["reprint_of"] == article["id"]


def test_an_article_comes_whole_and_is_found(shared: Site) -> None:
    article = shared.filled.articles[8]
    with shared.browser() as browser:
        whole = browser.get(f"/api/articles/{article}").json()
        hits = browser.get("/api/search", params={"q": "cranes", "source": "quay-herald", "limit": 5}).json()
        later = browser.get("/api/search", params={"q": "cranes", "since": "2026-11-24T05:00:00+01:00"}).json()
        edge = browser.get("/api/search", params={"q": "cranes", "since": "0001-01-01T00:00:00+23:00"})
    assert {each["topic"] for each in whole["article"]["assessments"]} == {TOPIC, OTHER_TOPIC}
    assert whole["text"].startswith("Nobody had expected")
    assert [hit["article"]["title"] for hit in hits] == [ARTICLES[0].title]
    assert 0 < len(later) < 6
    assert edge.status_code == 200


def test_sources_digests_deliveries_and_the_standing(shared: Site) -> None:
    with shared.browser() as browser:
        sources = {each["name"]: each for each in browser.get("/api/sources").json()}
        (digest,) = browser.get("/api/digests").json()
        whole = browser.get(f"/api/digests/{digest['id']}").json()
        (unknown,) = browser.get("/api/deliveries", params={"state": "unknown"}).json()
        standing = browser.get("/api/status").json()
    assert sources["silent-wire"]["condition"] == "broken"
    assert digest["items"] is None
    assert whole["items"][0]["headline"] == ARTICLES[0].title
    assert (unknown["channel"], unknown["digest"]) == ("desk", digest["id"])
    assert standing["alive"] is False
    assert standing["deliveries"]["unknown"] == 1


def test_a_verdict_is_recorded_and_taken_back(site: Site) -> None:
    article = site.filled.articles[0]
    with site.browser() as browser:
        given = browser.post("/api/feedback", json={"article": article, "topic": TOPIC, "relevant": False})
        assert given.status_code == 201
        with site.database.reading() as session:
            kept = verdicts(session, TOPIC)[article]
        assert (kept.id, kept.relevant, kept.origin) == (given.json()["id"], False, "api")
        assert browser.delete(f"/api/feedback/{kept.id}").status_code == 204
        assert browser.delete(f"/api/feedback/{kept.id}").status_code == 404
        with site.database.reading() as session:
            assert article not in verdicts(session, TOPIC)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/topics/nothing", 404),
        ("/api/stories/999999", 404),
        ("/api/stories/one", 422),
        ("/api/articles/99999999999999999999", 422),
        ("/api/search", 422),
        ("/api/search?q=x&limit=0", 422),
        ("/api/search?q=x&topic=nothing", 404),
        ("/api/deliveries?state=lost", 422),
        ("/api/nothing", 404),
    ],
)
def test_what_is_wrong_is_said_as_json(shared: Site, path: str, status: int) -> None:
    with shared.browser() as browser:
        answer = browser.get(path)
    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]
    assert isinstance(answer.json()["detail"], str)


def test_a_page_of_another_site_gives_no_verdict(site: Site) -> None:
    before = site.rows()
    verdict = {"article": site.filled.articles[0], "topic": TOPIC, "relevant": True}
    with site.browser() as browser:
        as_form = browser.post("/api/feedback", content=str(verdict), headers={"content-type": "text/plain"})
        assert as_form.status_code == 403
        assert browser.post("/api/feedback", data={"article": "1"}).status_code == 403
        for origin in ("cross-site", "same-site"):
            answer = browser.post("/api/feedback", json=verdict, headers={"sec-fetch-site": origin})
            assert answer.status_code == 403
            assert browser.delete("/api/feedback/1", headers={"sec-fetch-site": origin}).status_code == 403
        preflight = browser.request("OPTIONS", "/api/feedback", headers={"origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in preflight.headers
        assert browser.post("/api/feedback", json={**verdict, "article": 2**40}).status_code == 404
        assert browser.post("/api/feedback", content=b"{", headers=AS_PROGRAM).status_code == 422
    assert site.rows() == before


def test_programs_are_asked_for_the_token_and_not_led_to_a_form(sites: Sites) -> None:
    closed = sites(WebSettings(token="a token for programs"))
    with closed.browser() as browser:
        for path in ("/api/topics", "/metrics", "/openapi.json", f"/feeds/{TOPIC}.atom"):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        for path in ("/api/topics", "/metrics", "/openapi.json", f"/feeds/{TOPIC}.atom"):
            assert browser.get(path, headers={"authorization": "Bearer a token for programs"}).status_code == 200


def test_the_description_names_every_address_and_no_page(shared: Site) -> None:
    with shared.browser() as browser:
        document = browser.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 13
    assert all(path.startswith("/api/") for path in document["paths"])
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert all(each.get("description") for each in operations)
