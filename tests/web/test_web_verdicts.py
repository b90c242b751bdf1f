from reading_material import TOPIC
from reading_site import Site, send

from monitor.store.topics import verdicts
from monitor.web.verdicts import ORIGIN

HTMX = {"hx-request": "true"}


def test_htmx_gets_the_form_alone_as_it_stands_now(site: Site) -> None:
    article = str(site.filled.articles[0])
    with site.browser() as plain, site.browser(**HTMX) as browser:
        page = browser.get(f"/today/{TOPIC}")
        answer = send(browser, page, "/feedback", article=article, verdict="yes")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "<html" not in answer.text
        assert answer.text.count("<form") == 1
        assert answer.text.count('aria-pressed="true"') == 1
        assert "Recorded: relevant" in answer.text
        assert 'id="said"' in answer.text
        with site.database.reading() as session:
            given = verdicts(session, TOPIC)[int(article)]
        assert (given.relevant, given.origin) == (True, ORIGIN)
        # The form that came back is as good as the page's own: pressed again, it takes back.
        again = send(browser, answer, "/feedback", withdraw=str(given.id))
        assert "Taken back" in again.text
        assert 'aria-pressed="true"' not in again.text
        # Another browser's token is refused here too.
        token = plain.get(f"/today/{TOPIC}").text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "topic": TOPIC, "article": article, "verdict": "no", "back": "/"}
        assert browser.post("/feedback", data=fields).status_code == 403
    with site.database.reading() as session:
        assert int(article) not in verdicts(session, TOPIC)


def test_taking_back_leaves_the_verdict_before_it(site: Site) -> None:
    article = str(site.filled.articles[4])  # judged relevant already
    with site.browser(**HTMX) as browser:
        answer = send(browser, browser.get(f"/today/{TOPIC}"), "/feedback", article=article, verdict="no")
        with site.database.reading() as session:
            later = verdicts(session, TOPIC)[int(article)]
        again = send(browser, answer, "/feedback", withdraw=str(later.id))
    assert "Recorded: relevant" in again.text


def test_what_came_in_since_a_page_was_made_is_counted(site: Site) -> None:
    after = int(site.clock().timestamp()) - 1
    with site.browser() as browser:
        assert "6 stories new or judged anew: show them" not in browser.get(f"/today/{TOPIC}/news?after={after}").text
        with site.database.writing() as session:
            session.connection().exec_driver_sql(
                f"UPDATE article SET stored_at = '2026-11-24 06:59:00' WHERE id IN ({site.filled.articles[4]}, "
                f"{site.filled.articles[9]})"
            )
        news = browser.get(f"/today/{TOPIC}/news?after={after}&days=30").text
        assert "1 story new or judged anew: show it" in news
        assert f'href="/today/{TOPIC}?days=30"' in news
        assert browser.get(f"/today/{TOPIC}/news?after={after + 1}").text.strip() == ""
        for wrong in ("", "after=-1", "after=99999999999999999999", "after=now"):
            assert browser.get(f"/today/{TOPIC}/news?{wrong}").status_code == 404
