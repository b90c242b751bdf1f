from datetime import timedelta

import pytest
from reading_material import ARTICLES, SECRET, TOPIC
from reading_site import AUDIENCE, Site, Sites, send

from monitor.config.settings import WebSettings
from monitor.links import Ballot, ballot_token, unsubscribe_token, unsubscribe_url, verdict_url, withdrawal_token
from monitor.store.outbox import unsubscribed
from monitor.store.topics import keep_feedback, verdicts


def given(site: Site) -> dict[int, bool]:
    with site.database.reading() as session:
        return {article: each.relevant for article, each in verdicts(session, TOPIC).items()}


def left(site: Site) -> bool:
    with site.database.reading() as session:
        return bool(unsubscribed(session, [AUDIENCE]))


@pytest.mark.parametrize("relevant", [True, False])
def test_a_link_opens_a_page_whose_one_button_records_the_verdict(site: Site, relevant: bool) -> None:
    article = site.filled.articles[0]
    before = given(site)
    with site.browser() as browser:
        ballot = Ballot(article, TOPIC, AUDIENCE, probability=0.25)
        link = verdict_url(site.url, SECRET, ballot, relevant=relevant, expires=site.clock() + timedelta(days=1))
        page = browser.get(link)
        assert ARTICLES[0].title in page.text
        assert page.text.index("It is relevant" if relevant else "It is not relevant") < page.text.index("No, it is")
        assert given(site) == before
        answer = send(browser, page, "/verdict", verdict="yes" if relevant else "no")
        assert answer.status_code == 303
        shown = browser.get(answer.headers["location"])
        assert f"Recorded: {'relevant' if relevant else 'not relevant'}" in shown.text
        assert given(site) == before | {article: relevant}
        with site.database.reading() as session:
            kept = verdicts(session, TOPIC)[article]
        assert (kept.origin, kept.probability, kept.made_at) == ("digest", 0.25, site.clock())
        undone = send(browser, shown, "/verdict/undo")
        assert "Taken back" in browser.get(undone.headers["location"]).text
        assert send(browser, shown, "/verdict/undo").status_code == 303
    assert given(site) == before


def test_the_other_button_records_the_other_verdict(site: Site) -> None:
    with site.browser() as browser:
        send(browser, browser.get(f"/verdict?token={site.token()}&verdict=yes"), "/verdict", verdict="no")
    assert given(site)[site.filled.articles[0]] is False


def test_a_double_click_is_one_verdict_and_a_later_one_another(site: Site) -> None:
    with site.browser() as browser:
        page = browser.get(f"/verdict?token={site.token()}")
        first = send(browser, page, "/verdict", verdict="yes")
        assert send(browser, page, "/verdict", verdict="yes").headers == first.headers
        assert site.rows()["feedback"][0] == 2
        send(browser, page, "/verdict", verdict="no")
        site.clock.wait(timedelta(hours=1))
        send(browser, page, "/verdict", verdict="no")
    assert site.rows()["feedback"][0] == 4


def test_a_verdict_needs_a_token_of_ours_that_is_still_good(site: Site) -> None:
    good, before = site.token(), site.rows()
    short = site.token(lifetime=timedelta(minutes=5))
    other_secret = ballot_token(SECRET + "x", Ballot(site.filled.articles[0], TOPIC, AUDIENCE), site.clock.now)
    refused = {
        "": 403,
        "x": 403,
        good[:-2]: 403,
        good.swapcase(): 403,
        other_secret: 403,
        unsubscribe_token(SECRET, AUDIENCE): 403,
        site.token(topic="gone"): 404,
        ballot_token(SECRET, Ballot(999_999, TOPIC, AUDIENCE), site.clock() + timedelta(days=1)): 404,
    }
    with site.browser() as browser:
        for token, status in refused.items():
            assert browser.get("/verdict", params={"token": token}).status_code == status
            assert browser.post("/verdict", data={"token": token, "verdict": "yes"}).status_code == status
        assert browser.post("/verdict", data={"token": good}).status_code == 400
        assert browser.post("/verdict", data={"token": good, "verdict": "perhaps"}).status_code == 400
        assert browser.post("/verdict", params={"token": good, "verdict": "yes"}).status_code == 403
        site.clock.wait(timedelta(minutes=5))
        for answer in (
            browser.get(f"/verdict?token={short}"),
            browser.post("/verdict", data={"token": short, "verdict": "yes"}),
        ):
            assert answer.status_code == 410
            assert "too old" in answer.text
    assert site.rows() == before


def test_a_verdict_is_taken_back_only_with_its_own_token_and_in_time(site: Site) -> None:
    with site.database.writing() as session:
        feedback = keep_feedback(session, verdicts(session, TOPIC)[site.filled.articles[4]])
    before = site.rows()
    token = withdrawal_token(SECRET, feedback.id or 0, site.clock() + timedelta(hours=1))
    with site.browser() as browser:
        for wrong in ("", token[:-3], site.token()):
            assert browser.post("/verdict/undo", data={"undo": wrong}).status_code == 403
        site.clock.wait(timedelta(hours=1))
        assert browser.post("/verdict/undo", data={"undo": token}).status_code == 410
    assert site.rows() == before


@pytest.mark.parametrize("scanner", ["GET", "HEAD", "OPTIONS"])
def test_a_mail_scanner_that_opens_every_link_changes_nothing(site: Site, scanner: str) -> None:
    before = site.rows()
    with site.browser() as browser:
        for link in (
            f"/verdict?token={site.token()}&verdict=yes",
            f"/verdict?token={site.token()}&verdict=no",
            unsubscribe_url(site.url, SECRET, AUDIENCE),
        ):
            browser.request(scanner, link)
    assert site.rows() == before


def test_unsubscribing_takes_a_button(site: Site) -> None:
    with site.browser() as browser:
        page = browser.get(unsubscribe_url(site.url, SECRET, AUDIENCE))
        assert "Harbours, every morning" in page.text
        assert "reader@example.org" in page.text
        assert not left(site)
        assert "You are unsubscribed" in send(browser, page, "/unsubscribe").text
        assert left(site)
        assert "You are unsubscribed" in browser.get(unsubscribe_url(site.url, SECRET, AUDIENCE)).text


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "none"])
def test_one_click_of_a_mail_program_unsubscribes(site: Site, form: str) -> None:
    """RFC 8058: a POST to the link, with either kind of form, without cookies, that is not redirected."""
    link = unsubscribe_url(site.url, SECRET, AUDIENCE)
    with site.browser() as browser:
        if form == "urlencoded":
            answer = browser.post(link, data={"List-Unsubscribe": "One-Click"})
        elif form == "multipart":
            answer = browser.post(link, files={"List-Unsubscribe": (None, "One-Click")})
        else:
            answer = browser.post(link)
    assert answer.status_code == 200
    assert left(site)


def test_unsubscribing_needs_a_token_of_ours(site: Site) -> None:
    token, before = unsubscribe_token(SECRET, AUDIENCE), site.rows()
    with site.browser() as browser:
        for wrong in ("", "x", token[:-2], token + "0", unsubscribe_token(SECRET + "x", AUDIENCE), site.token()):
            assert browser.get("/unsubscribe", params={"token": wrong}).status_code == 403
            assert browser.post("/unsubscribe", params={"token": wrong}).status_code == 403
    assert site.rows() == before


def test_who_comes_by_a_link_is_shown_no_way_to_pages_that_would_refuse_him(sites: Sites) -> None:
    public = sites(WebSettings(public_url="https://news.example.org"))
    leave = f"/unsubscribe?token={unsubscribe_token(SECRET, AUDIENCE)}"
    for host, led in (("news.example.org", False), ("127.0.0.1", True)):
        with public.browser(host=host) as browser:
            assert (browser.get("/search").status_code == 200) is led
            for path in (f"/verdict?token={public.token()}", leave):
                assert ('href="/search"' in browser.get(path).text) is led


def test_links_out_of_digests_need_no_password(sites: Sites) -> None:
    site = sites(WebSettings(password="open sesame"))
    with site.browser() as browser:
        page = browser.get(f"/verdict?token={site.token()}")
        assert page.status_code == 200
        assert 'href="/search"' not in page.text
        answer = send(browser, page, "/verdict", verdict="yes")
        assert "Recorded" in browser.get(answer.headers["location"]).text
        assert browser.post(unsubscribe_url(site.url, SECRET, AUDIENCE)).status_code == 200
    assert left(site)
