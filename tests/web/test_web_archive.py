"""A delivery whose outcome is not known is sent again by hand, once, as the very same message."""

import pytest
from reading_files import Edited
from reading_site import Site, send

from monitor.store.outbox import delivery as delivery_of


def state(site: Site, delivery: int) -> str:
    with site.database.reading() as session:
        found = delivery_of(session, delivery)
        assert found is not None
        return str(found.state)


def test_an_unknown_delivery_is_sent_again(edited: Edited) -> None:
    _, unknown = edited.site.filled.deliveries
    with edited.site.database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE delivery SET recipient = 'var/digests' WHERE id = {unknown}")
    with edited.site.browser() as browser:
        page = browser.get("/deliveries?state=unknown")
        answer = send(browser, page, f"/deliveries/{unknown}/resend")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/deliveries#delivery-{unknown}")
        assert state(edited.site, unknown) == "sent"
        written = list((edited.root / "var/digests").rglob("*.html"))
        again = send(browser, page, f"/deliveries/{unknown}/resend")
        assert again.status_code == 409
        assert list((edited.root / "var/digests").rglob("*.html")) == written
    assert len(written) == 1
    assert "Eastmere orders forty driverless cranes" in written[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("changed", ["state = 'sent'", "state = 'failed', next_attempt = '2030-01-01 00:00:00'"])
def test_what_arrived_or_is_tried_by_itself_has_no_button(site: Site, changed: str) -> None:
    _, unknown = site.filled.deliveries
    with site.database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE delivery SET {changed} WHERE id = {unknown}")
    before = site.rows()
    with site.browser() as browser:
        page = browser.get("/deliveries")
        assert "/resend" not in page.text
        token = browser.get("/sources").text.split('name="form_token" value="')[1].split('"')[0]
        for delivery in (unknown, 999_999):
            fields = {"form_token": token}
            assert browser.post(f"/deliveries/{delivery}/resend", data=fields).status_code == 409
    assert site.rows() == before
