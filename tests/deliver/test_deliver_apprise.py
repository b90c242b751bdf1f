import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from werkzeug import Response

from monitor.deliver import ChannelSettings, deliver, longest, recipients
from monitor.deliver.apprise import fitted, harmless, service_of
from monitor.models import DeliveryState

# apprise still asks for it where there is one.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def phone(server, secret="notarealtokenatall"):
    return ChannelSettings(name="phone", kind="apprise", url=f"json://{server.host}:{server.port}/{secret}")


def test_title_and_text_go_through_apprise(httpserver, delivery, tmp_path):
    httpserver.expect_request("/notarealtokenatall").respond_with_data("ok")

    outcome = deliver(phone(httpserver), delivery, tmp_path)

    assert outcome.state is DeliveryState.SENT
    body = json.loads(httpserver.log[0][0].data)
    assert body["title"] == delivery.subject
    assert body["message"] == delivery.text.rstrip()


def test_the_text_is_cut_to_what_the_service_takes(httpserver, make_delivery, tmp_path):
    httpserver.expect_request("/notarealtokenatall").respond_with_data("ok")

    deliver(phone(httpserver), make_delivery(text="a line of words\n\n" * 10_000), tmp_path)

    message = json.loads(httpserver.log[0][0].data)["message"]
    assert 30_000 < len(message) <= 32_768
    assert message.endswith("a line of words\n…")


def test_a_no_has_failed_and_says_why_without_the_address(httpserver, delivery, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request("/notarealtokenatall").respond_with_data("gone wrong", status=500)
    settings = phone(httpserver)

    outcome = deliver(settings, delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert "500" in outcome.detail
    logged = "".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert "notarealtokenatall" not in logged + repr(settings) + repr(outcome)


def test_a_server_that_is_not_there_has_failed(delivery, tmp_path, unused_port):
    settings = ChannelSettings(name="phone", kind="apprise", url=f"json://127.0.0.1:{unused_port}/notarealtokenatall")

    outcome = deliver(settings, delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent


@pytest.mark.parametrize("route", ["/cut", "/silent", "/gateway"])
def test_what_may_have_been_taken_is_unknown(delivery, tmp_path, caplog, route):
    taken = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/gateway":
                self.send_error(504)
            elif self.path == "/silent":
                left.wait(20)
            self.close_connection = True

        def log_message(self, *_):
            pass

    left = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"json://127.0.0.1:{server.server_port}{route}?rto=0.5"
        outcome = deliver(ChannelSettings(name="phone", kind="apprise", url=url), delivery, tmp_path)
        left.set()
        server.shutdown()
    assert outcome.state is DeliveryState.UNKNOWN
    assert len(taken) == 1
    assert [record.levelname for record in caplog.records if "Socket Exception" in record.message] == []


@pytest.mark.parametrize(
    ("refused", "state"), [("abc", DeliveryState.FAILED), ("b", DeliveryState.UNKNOWN)], ids=["all", "one"]
)
def test_what_some_of_several_recipients_took_is_unknown(httpserver, delivery, tmp_path, refused, state):
    def answered(request):
        return Response(status=500 if request.get_json()["topic"] in refused else 200)

    httpserver.expect_request("/").respond_with_handler(answered)
    url = f"ntfy://{httpserver.host}:{httpserver.port}/a/b/c"
    assert deliver(ChannelSettings(name="phone", kind="apprise", url=url), delivery, tmp_path).state is state
    assert len(httpserver.log) == 3


@pytest.mark.parametrize("address", ["", "nosuchservice://secretsecret/x", "http", "mailto://"])
def test_an_address_that_apprise_does_not_know_has_failed(delivery, tmp_path, caplog, address):
    caplog.set_level(logging.DEBUG)

    outcome = deliver(ChannelSettings(name="phone", kind="apprise", url=address), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert outcome.permanent
    assert "secretsecret" not in caplog.text


def test_nobody_is_called_by_an_untrusted_title():
    assert "@everyone" not in harmless("hi @everyone")
    assert "@everyone" not in harmless("hi https://a.example/@everyone")
    assert "<@" not in harmless("hi <@42> and <@&7>")
    assert "<!" not in harmless("hi <!channel>")
    assert "<https" not in harmless("<https://evil.example|Your bank>")


def test_an_address_still_leads_where_it_led():
    assert harmless("see https://medium.example/@writer/story.") == "see https://medium.example/%40writer/story."


@pytest.mark.parametrize(
    ("address", "size"),
    [
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", 2000),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", 4096),
        ("ntfy://topic", 7800),
        ("workflows://host:443/workflow/signature", 1000),
        ("nosuchservice://x", 0),
    ],
)
def test_how_much_a_service_takes_is_known_before(address, size):
    assert longest(ChannelSettings(name="phone", kind="apprise", url=address)) == size


@pytest.mark.parametrize(("asked", "seconds"), [("", 20), ("?rto=2", 2)])
def test_a_service_has_as_long_to_answer_as_slack_unless_its_address_says_otherwise(asked, seconds):
    service = service_of(ChannelSettings(name="phone", kind="apprise", url=f"ntfy://topic{asked}"))
    assert service.request_timeout[1] == seconds


def test_elsewhere_length_is_no_matter():
    assert longest(ChannelSettings(name="desk", kind="file")) == 0


def test_a_cut_falls_between_paragraphs_where_it_can():
    assert fitted("one two\n\nthree four\n\nfive", 24) == "one two\n\nthree four\n…"
    assert fitted("short", 24) == "short"
    assert len(fitted("x" * 100, 24)) <= 24
    assert fitted("anything", 0) == ""


def test_the_recipient_is_the_service_alone(httpserver):
    assert recipients(phone(httpserver)) == ("json",)
