import re
import socket
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute
from lxml import html
from reading_material import HOSTILE_TITLE, TOPIC
from reading_site import AUDIENCE, Site, Sites, send

from monitor.config.settings import WebSettings
from monitor.links import unsubscribe_token, withdrawal_token
from monitor.web.app import PARTS
from monitor.web.forms import COOKIE, local_path
from monitor.web.house import hostname
from monitor.web.protection import HEADERS, LONGEST_BODY

OUR_SCRIPTS = {"/static/htmx.min.js", "/static/page.js", "/static/topic.js"}


def requests_of_every_route(site: Site) -> list[tuple[str, str]]:
    """Method and address of every route there is, well-formed and not, so that a new route cannot be forgotten."""
    filled = site.filled
    values = {
        "name": [TOPIC, "page.css", "nothing"],
        "story_id": [str(filled.stories[1]), "0"],
        "article_id": [str(filled.articles[0]), "x"],
        "digest_id": [str(filled.digest)],
        "feedback_id": ["1", "x"],
        "delivery_id": [str(filled.deliveries[0]), "999999"],
    }
    found = []
    for path, methods in routes(site):
        name = re.search(r"{(\w+)}", path)
        for value in values[name[1]] if name else [""]:
            found += [(method, re.sub(r"{\w+}", value, path)) for method in methods]
    return found


def routes(site: Site) -> list[tuple[str, list[str]]]:
    """Path and methods of every route of the application and of its parts."""
    found = [*site.app.routes, *(route for part in PARTS for route in part.routes)]
    return [(route.path, sorted(route.methods)) for route in found if isinstance(route, APIRoute)]


def test_security_headers_come_with_every_answer(site: Site) -> None:
    asked = requests_of_every_route(site)
    assert len({path for _, path in asked}) > 20
    with site.browser() as browser:
        answers = [browser.request(method, path) for method, path in asked]
        answers += [
            browser.get("/nothing"),
            browser.post("/today/harbours"),
            browser.get("/healthz", headers={"host": "elsewhere.example"}),
            browser.post("/verdict", content=b"x" * (LONGEST_BODY + 1)),
        ]
    assert {answer.status_code for answer in answers} >= {200, 303, 400, 403, 404, 405, 413}
    for answer in answers:
        assert [name for name in HEADERS if name not in answer.headers] == [], answer.request.url
        policy = answer.headers["content-security-policy"]
        message = urlsplit(str(answer.request.url)).path.endswith("/message") and answer.status_code == 200
        assert "default-src 'none'" in policy
        assert ("script-src 'self'; connect-src 'self'" in policy) is not message
        assert ("unsafe-inline" in policy) is message
        assert ("sandbox" in policy) is message
        assert f"frame-ancestors '{'self' if message else 'none'}'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_is_protected_too_and_tells_nothing(site: Site) -> None:
    def broken() -> None:
        message = "a secret within"
        raise RuntimeError(message)

    site.app.add_api_route("/broken", broken)
    with site.browser() as browser:
        answer = browser.get("/broken")
    assert answer.status_code == 500
    assert "a secret within" not in answer.text
    assert [name for name in HEADERS if name not in answer.headers] == []


def test_no_page_holds_script_or_inline_style(shared: Site) -> None:
    with shared.browser() as browser:
        for method, path in requests_of_every_route(shared):
            if method != "GET" or path.endswith("/message"):
                continue
            answer = browser.get(path, follow_redirects=True)
            if "text/html" not in answer.headers["content-type"]:
                continue
            page = html.fromstring(answer.text)
            assert {each.get("src", "").partition("?")[0] for each in page.xpath("//script")} <= OUR_SCRIPTS
            assert not page.xpath("//script[text()] | //style | //*[@style] | //base | //object | //embed")
            assert not [name for each in page.iter() for name in each.attrib if name.lower().startswith("on")]


def test_no_get_of_any_route_changes_a_row(site: Site) -> None:
    before = site.rows()
    with site.browser() as browser:
        for _, path in requests_of_every_route(site):
            for method in ("GET", "HEAD", "OPTIONS"):
                assert browser.request(method, path, follow_redirects=True).status_code < 500
    assert site.rows() == before


def test_hostile_words_stay_words_wherever_they_are_shown(shared: Site) -> None:
    article, story = shared.filled.articles[11], shared.filled.stories[9]
    asked = [
        f"/today/{TOPIC}?days=30",
        f"/stories/{story}",
        f"/articles/{article}",
        "/search?q=bold",
        "/search?q=%22%3E%3Cscript%3Ealert(9)%3C/script%3E",
        f"/verdict?token={shared.token(11)}",
        f"/verdict?token={shared.token(11)}&verdict=%22%3E%3Cscript%3Ealert(9)%3C/script%3E",
        "/unsubscribe?token="
        + unsubscribe_token(shared.app.state.house.secret, "<script>alert(9)</script> x <script>alert(9)</script>"),
        "/sources",
        "/login?next=%22%3E%3Cscript%3Ealert(9)%3C/script%3E",
    ]
    with shared.browser() as browser:
        for path in asked:
            page = html.fromstring(browser.get(path, follow_redirects=True).text)
            assert not page.xpath("//script[not(@src)] | //img | //b[.='bold'] | //i")
            assert "{{ 49 }}" not in page.text_content()
            for link in page.xpath("//a/@href | //form/@action"):
                assert re.match(r"https?://[^/]|/(?!/)|#", link), link
        page = html.fromstring(browser.get(f"/articles/{article}").text)
    title = page.xpath("//h1")[0].text_content()
    assert title.startswith("<script>alert(1)</script>")
    assert title.replace("\u202e", "") == HOSTILE_TITLE.replace("\u202e", "")
    assert not page.xpath("//@lang[contains(., '<')]")


def test_only_web_addresses_are_linked(site: Site) -> None:
    with site.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE article SET canonical_url = 'javascript:alert(' || id || ')'")
    with site.browser() as browser:
        for path in (f"/today/{TOPIC}", f"/articles/{site.filled.articles[0]}", f"/stories/{site.filled.stories[1]}"):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert "javascript:" not in answer.text


def test_only_the_pages_own_names_are_answered(public: Site) -> None:
    answered = ("127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080", "news.example.org", "news.example.org:443")
    refused = (
        "elsewhere.example",
        "127.0.0.1.elsewhere.example",
        "elsewhere.example:127.0.0.1",
        "localhost@elsewhere.example",
        "localhost/..",
        "localhost:port",
        "0.0.0.0",
        "",
    )
    with public.browser() as browser:
        for path in ("/healthz", f"/verdict?token={public.token()}"):
            assert {host: browser.get(path, headers={"host": host}).status_code for host in answered + refused} == {
                **dict.fromkeys(answered, 200),
                **dict.fromkeys(refused, 400),
            }


@pytest.fixture(name="public")
def _public(sites: Sites) -> Site:
    return sites(WebSettings(public_url="https://News.example.org/"))


def test_a_request_without_one_name_is_refused(shared: Site) -> None:
    address = urlsplit(shared.url)
    assert address.hostname is not None
    for names in ("", "host: localhost\r\nhost: localhost\r\n"):
        with socket.create_connection((address.hostname, address.port or 0), 10) as connection:
            connection.sendall(f"GET /healthz HTTP/1.0\r\n{names}\r\n".encode())
            assert b" 400 " in connection.recv(100)


def test_long_and_endless_forms_are_refused(shared: Site) -> None:
    with shared.browser() as browser:
        assert browser.post("/verdict", content=b"x" * (LONGEST_BODY + 1)).status_code == 413
        assert browser.post("/verdict", content=iter([b"x"] * 3)).status_code == 411
        flood = {f"field{number}": "x" for number in range(100)}
        assert browser.post("/verdict", data=flood).status_code == 400
        assert browser.post("/verdict", files={"token": b"x"}).status_code == 400


def test_a_form_needs_the_token_of_this_browser(site: Site) -> None:
    before = site.rows()
    fields = {"article": str(site.filled.articles[0]), "topic": TOPIC, "verdict": "yes", "back": "/"}
    with site.browser() as browser, site.browser() as other:
        token = _token(browser.get(f"/today/{TOPIC}"))
        foreign = _token(other.get(f"/today/{TOPIC}"))
        for given in ("", "x", foreign, token[:-1], token + "0", "ü"):
            assert browser.post("/feedback", data={**fields, "form_token": given}).status_code == 403
            withdrawn = {"article": "1", "topic": TOPIC, "withdraw": "1", "back": "/", "form_token": given}
            assert browser.post("/feedback", data=withdrawn).status_code == 403
        for origin in ("cross-site", "same-site"):
            answer = browser.post("/feedback", data={**fields, "form_token": token}, headers={"sec-fetch-site": origin})
            assert answer.status_code == 403
        assert browser.post("/feedback", json={**fields, "form_token": token}).status_code == 403
        browser.cookies.clear()
        assert browser.post("/feedback", data={**fields, "form_token": token}).status_code == 403
    assert site.rows() == before


def test_a_form_sent_by_our_own_page_is_taken(site: Site) -> None:
    with site.browser(**{"sec-fetch-site": "same-origin"}) as browser:
        page = browser.get(f"/today/{TOPIC}")
        article = str(site.filled.articles[0])
        assert send(browser, page, "/feedback", article=article, verdict="yes").status_code == 303


def test_cookies_are_kept_from_scripts_and_other_sites(shared: Site, public: Site) -> None:
    with shared.browser() as browser:
        cookie = browser.get("/search").headers["set-cookie"]
    assert cookie.startswith(COOKIE)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    with public.browser(host="news.example.org") as browser:
        assert "Secure" in browser.get(f"/verdict?token={public.token()}").headers["set-cookie"]


def test_messages_that_were_sent_are_not_taken_for_our_pages(shared: Site) -> None:
    with shared.browser() as browser:
        answer: httpx.Response = browser.get(f"/deliveries/{shared.filled.deliveries[0]}/message")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "allow-scripts" not in answer.headers["content-security-policy"]
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


def test_tokens_in_addresses_are_kept_by_nobody(shared: Site) -> None:
    secret = shared.app.state.house.secret
    undo = withdrawal_token(secret, 1, shared.clock() + timedelta(hours=1))
    leave = unsubscribe_token(secret, AUDIENCE)
    with shared.browser() as browser:
        for path in (
            f"/verdict?token={shared.token()}",
            f"/verdict/recorded?undo={undo}",
            f"/unsubscribe?token={leave}",
        ):
            assert browser.get(path).headers["cache-control"] == "no-store"
        assert browser.get("/verdict?token=forged").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("text", ["/", "/today/a?days=3&open=1#story-2", "/a%20b"])
def test_paths_of_this_site_are_led_back_to(text: str) -> None:
    assert local_path(text) == text


@pytest.mark.parametrize("text", ["/\t/elsewhere.example", "/%0a\r\n", "/a\\b", "http:/x", "/" + "a" * 2000])
def test_other_paths_are_not(text: str) -> None:
    assert local_path(text) == "/"


@pytest.mark.parametrize(
    ("host", "name"), [("A.b:1", "a.b"), ("[::1]", "::1"), ("a b", "a b"), ("a:99999", ""), ("[::1", ""), ("a?b", "")]
)
def test_a_host_header_names_a_host(host: str, name: str) -> None:
    assert hostname(host) == name


def _token(page: httpx.Response) -> str:
    return page.text.split('name="form_token" value="')[1].split('"')[0]
