import re
from datetime import timedelta

import httpx
import pytest
from lxml import html
from reading_material import TOPIC
from reading_site import Site, Sites, send

from monitor.config.settings import WebSettings
from monitor.web.admission import COOKIE, FOR_PROGRAMS, LIFETIME, OPEN
from monitor.web.app import PARTS
from monitor.web.throttle import FREE

PASSWORD = "open sesame, ünd mehr"
TOKEN = "a token for programs"


@pytest.fixture(name="closed")
def _closed(sites: Sites) -> Site:
    return sites(WebSettings(password=PASSWORD, token=TOKEN))


def sign_in(browser: httpx.Client, password: str = PASSWORD, after: str = "/search") -> httpx.Response:
    return send(browser, browser.get("/login", params={"next": after}), "/login", password=password)


def test_every_page_asks_for_the_password(closed: Site) -> None:
    """Every route that is not named as open, so that a new one cannot be forgotten."""
    asked = 0
    with closed.browser() as browser:
        for route in (route for part in PARTS for route in part.routes):
            path = re.sub(r"{\w+}", "1", getattr(route, "path", ""))
            if path in OPEN:
                continue
            for method in getattr(route, "methods", ()):
                answer = browser.request(method, path)
                led = method == "GET" and not path.startswith(FOR_PROGRAMS)
                assert answer.status_code == (303 if led else 401)
                assert not led or answer.headers["location"].startswith("/login?next=")
                asked += 1
        assert browser.get("/nothing/at/all").status_code == 303
        assert browser.get("/static/page.css").status_code == 200
        assert browser.get("/healthz").status_code == 200
    assert asked >= 42


def test_every_route_refuses_a_wrong_token(closed: Site) -> None:
    """Those that ask nobody are named in OPEN; they take a signed token of their own, and refuse a wrong one too."""
    asked = 0
    with closed.browser() as browser:
        for route in (route for part in PARTS for route in part.routes):
            path = re.sub(r"{\w+}", "1", getattr(route, "path", ""))
            for method in getattr(route, "methods", ()):
                closed.clock.wait(timedelta(hours=1))  # whoever guesses has to wait
                if path in OPEN:
                    fields = {"token": "wrong", "undo": "wrong", "verdict": "yes"}
                    answer = browser.request(method, path, params=fields, data=fields if method == "POST" else None)
                    assert answer.status_code == (403 if path != "/login" else 200 if method == "GET" else 403)
                else:
                    wrong = {"authorization": f"Bearer {TOKEN}x", "content-type": "application/json"}
                    assert browser.request(method, path, headers=wrong).status_code == 401, path
                asked += 1
    assert asked >= 50


def test_open_addresses_are_those_that_carry_their_own_token(closed: Site) -> None:
    assert {
        "/verdict",
        "/verdict/recorded",
        "/verdict/undo",
        "/unsubscribe",
        "/login",
        "/healthz",
        "/slack/actions",
    } == OPEN
    with closed.browser() as browser:
        for path in ("/login/", "//search", "/healthz/x", "/verdictx", "/static", "/Login"):
            assert browser.get(f"{closed.url}{path}").status_code in (303, 307)


def test_the_password_lets_in_and_leads_back(closed: Site) -> None:
    with closed.browser() as browser:
        wanted = browser.get("/search?q=cranes&source=quay-herald")
        page = browser.get(wanted.headers["location"])
        assert 'href="/search"' not in page.text
        answer = send(browser, page, "/login", password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=cranes&source=quay-herald")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert browser.get(answer.headers["location"]).status_code == 200
        today = browser.get(f"/today/{TOPIC}")
        article = str(closed.filled.articles[0])
        assert send(browser, today, "/feedback", article=article, verdict="no").status_code == 303
        assert send(browser, today, "/logout").headers["location"] == "/login"
        assert browser.get("/search").status_code == 303


def test_a_token_lets_a_program_in(closed: Site) -> None:
    with closed.browser() as browser:
        assert browser.get("/sources", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert browser.get("/sources", headers={"authorization": f"bearer  {TOKEN}"}).status_code == 200
        for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer"):
            answer = browser.get("/sources", headers={"authorization": wrong})
            assert answer.status_code in (401, 429)
            closed.clock.wait(timedelta(minutes=1))


def test_a_wrong_password_does_not(closed: Site) -> None:
    with closed.browser() as browser:
        page = browser.get("/login")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        for password in ("", "open sesame", PASSWORD + " ", PASSWORD.upper(), "\ud800", "\0"):
            given = password.encode("utf-8", "surrogatepass")
            answer = browser.post("/login", data={"form_token": token, "password": given, "next": "/"})
            assert answer.status_code == 401
            assert "That is not the password" in answer.text
            assert COOKIE not in browser.cookies
            closed.clock.wait(timedelta(days=1))


def test_signing_in_needs_the_form_of_this_browser(closed: Site) -> None:
    with closed.browser() as browser:
        browser.get("/login")
        assert browser.post("/login", data={"password": PASSWORD}).status_code == 403
        assert COOKIE not in browser.cookies


def test_signing_in_leads_to_no_other_site(closed: Site) -> None:
    with closed.browser() as browser:
        for after in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
            assert sign_in(browser, after=after).headers["location"] == "/"


def test_whoever_guesses_has_to_wait(closed: Site) -> None:
    with closed.browser() as browser:
        assert [sign_in(browser, "wrong").status_code for _ in range(FREE)] == [401] * FREE
        refused = sign_in(browser)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert "Too many wrong passwords: try again in 1 second." in html.fromstring(refused.text).text_content()
        assert browser.get("/search", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 429
        closed.clock.wait(timedelta(seconds=1))
        assert sign_in(browser, "wrong").status_code == 401
        assert sign_in(browser).headers["retry-after"] == "2"
        closed.clock.wait(timedelta(seconds=2))
        assert sign_in(browser).status_code == 303
        assert sign_in(browser, "wrong").status_code == 401


def test_a_session_ends_and_cannot_be_made_up(closed: Site) -> None:
    with closed.browser() as browser:
        sign_in(browser)
        session = browser.cookies[COOKIE]
        closed.clock.wait(LIFETIME - timedelta(seconds=1))
        assert browser.get("/search").status_code == 200
        closed.clock.wait(timedelta(seconds=2))
        assert browser.get("/search").status_code == 303
        for made_up in ("", "x", session[:-2], session.swapcase(), closed.token()):
            browser.cookies.clear()
            assert browser.get("/search", headers={"cookie": f"{COOKIE}={made_up}"}).status_code == 303


def test_another_password_ends_every_session(closed: Site, sites: Sites) -> None:
    with closed.browser() as browser:
        sign_in(browser)
        session = browser.cookies[COOKIE]
    changed = sites(WebSettings(password="another", token=TOKEN))
    with changed.browser() as browser:
        assert browser.get("/search", headers={"cookie": f"{COOKIE}={session}"}).status_code == 303


def test_without_a_password_nobody_is_asked_on_this_machine(sites: Sites) -> None:
    site = sites(WebSettings(public_url="https://news.example.org"))
    with site.browser() as browser:
        assert browser.get("/search").status_code == 200
        assert browser.get("/login?next=/sources").headers["location"] == "/sources"
        public = {"host": "news.example.org"}
        assert browser.get("/search", headers=public).status_code == 403
        assert browser.get(f"/verdict?token={site.token()}", headers=public).status_code == 200
