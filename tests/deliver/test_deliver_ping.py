import logging

import pytest

from monitor.deliver.ping import ping


@pytest.mark.parametrize(("status", "success"), [(200, True), (204, True), (302, False), (404, False), (500, False)])
def test_success_is_an_answer_of_success(httpserver, status, success):
    httpserver.expect_request("/ping").respond_with_data("", status=status, headers={"Location": "/elsewhere"})

    assert ping(httpserver.url_for("/ping")) is success
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    "address", ["", "x", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://\ud800", "file:///etc/passwd"]
)
def test_it_never_raises(address):
    assert ping(address) is False


def test_nobody_listening_is_no_success(unused_port):
    assert ping(f"http://127.0.0.1:{unused_port}/") is False


def test_the_address_is_never_logged(httpserver, caplog):
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request("/notarealtokenatall").respond_with_data("")

    assert ping(httpserver.url_for("/notarealtokenatall"))
    assert "notarealtokenatall" not in "".join(
        record.getMessage() for record in caplog.records if record.name != "werkzeug"
    )


def test_it_does_not_wait_long(silent_port, monkeypatch):
    monkeypatch.setattr("monitor.deliver.ping._TIMEOUT", 0.2)

    assert ping(f"http://127.0.0.1:{silent_port}/ping") is False
