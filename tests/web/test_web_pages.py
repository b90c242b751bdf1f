import re
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html
from reading_material import ARTICLES, OTHER_TOPIC, TOPIC, settings_for
from reading_site import AUDIENCE, Site, Sites, send, serve_over

from monitor.links import unsubscribe_token, withdrawal_token
from monitor.store import Database
from monitor.store.topics import verdicts


def paths(site: Site) -> list[str]:
    """An address of every page."""
    article, delivery = site.filled.articles[0], site.filled.deliveries[0]
    undo = withdrawal_token(site.app.state.house.secret, 1, site.clock() + timedelta(hours=1))
    leave = unsubscribe_token(site.app.state.house.secret, AUDIENCE)
    return [
        f"/today/{TOPIC}",
        f"/today/{TOPIC}?days=30&open={site.filled.stories[1]}",
        f"/today/{OTHER_TOPIC}",
        f"/stories/{site.filled.stories[1]}",
        f"/articles/{article}",
        "/search",
        "/search?q=cranes&topic=harbours&relevant=yes&source=quay-herald&language=en&since=2026-11-01&until=2026-11-24",
        "/search/save?q=cranes&source=quay-herald",
        "/digests",
        f"/digests/{site.filled.digest}",
        f"/digests/{site.filled.digest}?delivery={delivery}",
        "/deliveries",
        "/deliveries?state=unknown",
        f"/deliveries/{delivery}/message",
        "/sources",
        "/sources/opml",
        "/status",
        "/metrics",
        "/openapi.json",
        f"/feeds/{TOPIC}.atom",
        f"/feeds/{TOPIC}.json",
        "/api/topics",
        f"/api/topics/{TOPIC}/stories",
        f"/api/stories/{site.filled.stories[1]}",
        f"/api/articles/{article}",
        "/api/search?q=cranes",
        "/api/sources",
        f"/api/digests/{site.filled.digest}",
        "/api/deliveries",
        "/api/status",
        "/topics",
        f"/topics/{TOPIC}",
        f"/topics/{TOPIC}?at=0.7",
        f"/verdict?token={site.token()}&verdict=no",
        f"/verdict/recorded?undo={undo}",
        f"/unsubscribe?token={leave}",
        "/healthz",
        f"/today/{TOPIC}/news?after=0",
        "/static/page.css",
        "/static/page.js",
        "/static/htmx.min.js",
        "/static/icon.svg",
    ]


def test_every_page_answers_on_both_databases(database: Database, tmp_path: Path, now: datetime) -> None:
    with ExitStack() as stack:
        site = serve_over(stack, database, settings_for(tmp_path), now)
        browser = stack.enter_context(site.browser())
        assert {path: browser.get(path).status_code for path in paths(site)} == dict.fromkeys(paths(site), 200)
        ids = site.filled.articles
        story = send(browser, browser.get(f"/today/{TOPIC}"), "/feedback", article=str(ids[0]), verdict="yes")
        assert story.status_code == 303
        assert (
            send(browser, browser.get(f"/verdict?token={site.token(1)}"), "/verdict", verdict="no").status_code == 303
        )
        with database.reading() as session:
            given = {article: each.relevant for article, each in verdicts(session, TOPIC).items()}
        assert given == {ids[0]: True, ids[1]: False, ids[4]: True}


def test_no_get_changes_a_row(site: Site) -> None:
    before = site.rows()
    with site.browser() as browser:
        for path in [*paths(site), "/", "/login", "/logout", "/feedback", "/verdict/undo"]:
            for method in ("GET", "HEAD", "OPTIONS"):
                assert browser.request(method, path).status_code < 500
    assert site.rows() == before


def test_today_says_what_was_found_why_and_what_was_left_out(shared: Site) -> None:
    with shared.browser() as browser:
        assert browser.get("/").headers["location"] == f"/today/{TOPIC}"
        page = browser.get(f"/today/{TOPIC}").text
    assert "6 stories from 9 articles, of 12 read." in page
    assert page.index(ARTICLES[0].title) < page.index(ARTICLES[4].title) < page.index("Yesterday")
    weight = "driverless\N{NO-BREAK SPACE}31%"
    for shown in ("0.91", "0.50 needed", ARTICLES[4].facet, "Ports replace crane drivers", weight):
        assert shown in page
    assert "<span>2 other reports</span> <span>1 reprint</span>" in page
    assert page.index("Nearest to the threshold") < page.index(ARTICLES[8].title)


def test_fewer_days_show_less_and_a_quiet_topic_says_so(shared: Site) -> None:
    with shared.browser() as browser:
        day = browser.get(f"/today/{TOPIC}?days=1").text
        assert ARTICLES[4].title in day
        assert ARTICLES[6].title not in day
        assert browser.get(f"/today/{TOPIC}?days=2").status_code == 404
        shared_other = browser.get(f"/today/{OTHER_TOPIC}?days=1").text
    assert "1 story from 1 article" in shared_other


def test_without_a_topic_the_first_page_says_how_to_make_one(sites: Sites) -> None:
    with sites(topics=()).browser() as browser:
        page = browser.get("/")
    assert page.status_code == 200
    assert "monitor new-topic" in page.text


def test_a_verdict_is_one_click_and_is_taken_back_by_another(site: Site) -> None:
    article, story = str(site.filled.articles[0]), site.filled.stories[1]
    with site.browser() as browser:
        answer = send(browser, browser.get(f"/today/{TOPIC}"), "/feedback", article=article, verdict="no")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/today/{TOPIC}?days=3#story-{story}")
        with site.database.reading() as session:
            given = verdicts(session, TOPIC)[int(article)]
        assert (given.relevant, given.origin, given.made_at) == (False, "reading page", site.clock())
        page = browser.get(answer.headers["location"])
        assert page.text.count('aria-pressed="true"') == 2
        again = send(browser, page, "/feedback", withdraw=str(given.id))
        assert again.status_code == 303
        assert browser.get(again.headers["location"]).text.count('aria-pressed="true"') == 1
        with site.database.reading() as session:
            assert int(article) not in verdicts(session, TOPIC)


def test_a_verdict_inside_a_story_leaves_the_story_open(site: Site) -> None:
    with site.browser() as browser:
        page = browser.get(f"/today/{TOPIC}")
        answer = send(browser, page, "/feedback", article=str(site.filled.articles[1]), verdict="yes")
        assert f"open={site.filled.stories[1]}" in answer.headers["location"]
        assert "<details open>" in browser.get(answer.headers["location"]).text
        assert "<details open>" not in page.text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"verdict": "maybe"}, 400),
        ({"topic": "nothing"}, 404),
        ({"article": "999999"}, 404),
        ({"article": "99999999999999999999"}, 404),
        ({"article": "-1"}, 404),
    ],
)
def test_a_verdict_on_nothing_is_refused(shared: Site, change: dict[str, str], status: int) -> None:
    with shared.browser() as browser:
        page = browser.get(f"/today/{TOPIC}")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "article": "1", "topic": TOPIC, "verdict": "yes", "back": "/", **change}
        assert browser.post("/feedback", data=fields).status_code == status


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "/a\nb", "", "today", "/ä"]
)
def test_a_form_leads_back_to_this_site_only(shared: Site, back: str) -> None:
    with shared.browser() as browser:
        page = browser.get(f"/today/{TOPIC}")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "topic": TOPIC, "article": "1", "withdraw": "0", "back": back}
        assert browser.post("/feedback", data=fields).headers["location"] == "/"


def test_a_story_tells_its_reports_in_order_and_reprints_apart(shared: Site) -> None:
    with shared.browser() as browser:
        page = browser.get(f"/stories/{shared.filled.stories[1]}").text
    assert "4 articles, 3 independent sources" in page
    assert page.index(ARTICLES[0].title) < page.index(ARTICLES[1].title) < page.index(ARTICLES[2].title)
    assert page.index("Reprinted by") < page.index(ARTICLES[1].title)
    assert 'lang="de"' in page
    assert "reader@example.org" in page


def test_a_report_is_judged_where_its_story_is_read(site: Site) -> None:
    story, article = f"/stories/{site.filled.stories[1]}", site.filled.articles[0]
    with site.browser() as browser:
        page = browser.get(story)
        shown = html.fromstring(page.text)
        assert len(shown.xpath("//li[contains(@class, 'report')]//form[contains(@class, 'ballot')]")) == 3
        assert "0.91 0.50 needed" in " ".join(shown.text_content().split())
        assert f'href="/articles/{article}#why">Harbours and automation' in page.text
        back = send(browser, page, "/feedback", article=str(article), verdict="no").headers["location"]
        assert back == f"{story}#report-{article}"
        pressed = html.fromstring(browser.get(back).text).xpath("//button[@aria-pressed='true']/@data-verdict")
        none = browser.get(f"/stories/{site.filled.stories[7]}").text
    assert pressed == ["no"]
    assert "Relevant for no topic" in none
    with site.database.reading() as session:
        assert verdicts(session, TOPIC)[article].relevant is False


def test_a_search_marks_titles_too_and_may_ask_for_what_is_relevant_to_any_topic(shared: Site) -> None:
    with shared.browser() as browser:
        every = html.fromstring(browser.get("/search?q=cranes").text)
        relevant = html.fromstring(browser.get("/search?q=cranes&relevant=yes").text)
    titles = [each.text_content() for each in every.xpath("//h2")]
    assert "A museum for old cranes opens its doors" in titles
    assert "A museum for old cranes opens its doors" not in [each.text_content() for each in relevant.xpath("//h2")]
    assert relevant.xpath("//h2")
    marked = every.xpath("//h2[contains(., 'museum')]//mark")
    assert [each.text_content() for each in marked] == ["cranes"]
    assert relevant.xpath("//details[@open]//input[@name='relevant' and @checked]")


def test_an_article_shows_its_text_what_mattered_in_it_and_who_was_told(shared: Site) -> None:
    with shared.browser() as browser:
        page = browser.get(f"/articles/{shared.filled.articles[0]}").text
        late = browser.get(f"/articles/{shared.filled.articles[3]}").text
        left_out = browser.get(f"/articles/{shared.filled.articles[9]}").text
        waiting = browser.get(f"/articles/{shared.filled.articles[5]}").text
    assert "<mark>Each crane is steered by software" in page
    assert "Not judged for this topic" in page
    assert page.count("Harbours, every morning") == 2
    assert "A reprint of" in late
    assert "before this article came in" not in page
    assert "No: it is relevant for no topic." in left_out
    assert "Not yet: it waits for the next digest." in waiting


def test_search_finds_what_is_kept_and_marks_it(shared: Site) -> None:
    with shared.browser() as browser:
        assert "3 articles" in browser.get("/search", params={"q": '"driverless cranes" Sandhaven'}).text
        found = browser.get("/search", params={"q": "cranes", "source": "quay-herald", "since": "2026-11-24"})
        assert "1 article <" in found.text
        assert "<mark>cranes</mark>" in found.text
        assert "Nothing that is kept" in browser.get("/search", params={"q": "zebra"}).text
        none = browser.get("/search", params={"q": "cranes", "until": "2026-11-01"})
    assert "Nothing that is kept" in none.text


@pytest.mark.parametrize(
    "query",
    [
        'q=%00%22(*) AND NEAR/2 "',
        "q=" + "x" * 5000,
        "q=cranes&source=nobody&topic=nothing&language=%00en&since=9999-99-99&until=0001-01-01&relevant=yes",
        "q=cranes&since=2026-11-24T07:00&until=20261124",
        "q=cranes&language=zz&source=%00",
        "q=cranes&q=ships",
    ],
)
def test_no_search_is_too_odd(shared: Site, query: str) -> None:
    with shared.browser() as browser:
        assert browser.get(f"/search?{query}").status_code == 200


def test_the_archive_shows_a_digest_as_it_was_sent(shared: Site) -> None:
    unknown, sent = shared.filled.deliveries[1], shared.filled.deliveries[0]
    with shared.browser() as browser:
        listed = browser.get("/digests").text
        page = browser.get(f"/digests/{shared.filled.digest}?delivery={unknown}").text
        message = browser.get(f"/deliveries/{sent}/message").text
        outbox = browser.get("/deliveries?state=unknown").text
        nothing = browser.get("/deliveries?state=failed").text
    assert "1 delivery unknown" in listed
    assert f'src="/deliveries/{unknown}/message"' in page
    assert 'sandbox="allow-popups' in page
    assert "<h1>Harbours, every morning</h1>" in message
    assert "monitor deliveries --resend" in outbox
    assert "interrupted while sending" in outbox
    assert "None is failed" in nothing


def test_older_digests_are_one_page_further(shared: Site) -> None:
    with shared.browser() as browser:
        assert "None yet" in browser.get(f"/digests?before={shared.filled.digest}").text


def test_sources_say_what_broke_why_and_what_to_do(shared: Site) -> None:
    with shared.browser() as browser:
        page = browser.get("/sources").text
    assert "6 sources: 1 broken, 1 not asked yet, 3 well, 1 paused." in page
    assert page.index("silent-wire") < page.index("quay-herald")
    assert "9 failures since" in page
    assert "its address has moved" in page
    assert "1,204" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/today/nothing", 404),
        ("/stories/0", 404),
        ("/stories/999999", 404),
        ("/articles/99999999999999999999", 404),
        ("/articles/one", 404),
        ("/digests/999999", 404),
        ("/digests?before=0", 404),
        ("/deliveries/999999/message", 404),
        ("/deliveries?state=lost", 404),
        ("/static/..%2fapp.py", 404),
        ("/static/app.py", 404),
        ("/feedback", 405),
    ],
)
def test_what_is_not_there_is_answered_by_a_page(shared: Site, path: str, status: int) -> None:
    with shared.browser() as browser:
        answer = browser.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_healthz_says_whether_the_database_answers(site: Site) -> None:
    with site.browser() as browser:
        assert browser.get("/healthz").json() == {"status": "ok"}
        assert site.path is not None
        with site.database.writing() as session:
            session.connection().exec_driver_sql("DROP TABLE feedstate")
        assert browser.get("/healthz").status_code == 200
        broken = browser.get("/sources")
    assert broken.status_code == 500
    assert "no such table" not in broken.text


def test_pages_link_only_to_pages_that_are_there(shared: Site) -> None:
    with shared.browser() as browser:
        seen: dict[str, int] = {}
        wanted = paths(shared)
        while wanted:
            path = wanted.pop()
            if path in seen:
                continue
            answer: httpx.Response = browser.get(path, follow_redirects=True)
            seen[path] = answer.status_code
            if "text/html" in answer.headers["content-type"]:
                found = re.findall(r'(?:href|src)="(/[^"#]*)', answer.text)
                wanted += [link.replace("&amp;", "&") for link in found]
    assert set(seen.values()) == {200}, {path: status for path, status in seen.items() if status != 200}
    assert len(seen) > 40
