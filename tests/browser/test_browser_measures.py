"""Every measure can fail: pages with one fault each, and what is found in them."""

from collections.abc import Callable

import pytest
from axe import serious
from chromium import Chromium, ChromiumFailed
from measures import asked_elsewhere, faint, heading_faults, overflowing, texts

pytestmark = pytest.mark.browser

Shown = Callable[[str], str]
HEAD = "<!doctype html><html lang=en><head><meta name=viewport content='width=device-width'><title>t</title></head>"


def test_a_page_without_fault_has_none(chromium: Chromium, shown: Shown) -> None:
    page = chromium.open(shown(f"{HEAD}<body><h1>One</h1><h2>Two</h2><h2>Two</h2><p>Text.</p>"), width=400)
    assert overflowing(page) == heading_faults(page) == faint(page) == asked_elsewhere(page) == page.complaints == []
    assert texts(page) == [[21, "One"], [21, "Two"], [21, "Two"], [21, "Text."]]


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_what_is_a_pixel_too_wide_overflows(chromium: Chromium, shown: Shown, width: int) -> None:
    fits = f"{HEAD}<body style='margin: 0'><div style='width: {width}px'>x</div>"
    assert overflowing(chromium.open(shown(fits), width=width)) == []
    page = chromium.open(shown(fits.replace(f"{width}px", f"{width + 1}px")), width=width)
    assert overflowing(page) == [f"page: {width + 1} of {width} pixels", f"DIV {width + 1}: x"]
    assert page.measure("[innerWidth, document.documentElement.clientWidth]") == [width, width]


def test_what_a_box_cuts_off_overflows_too(chromium: Chromium, shown: Shown) -> None:
    hidden = f"{HEAD}<body style='overflow-x: hidden'><p style='width: 900px'>cut off</p>"
    assert overflowing(chromium.open(shown(hidden), width=400))[-1].endswith("cut off")


@pytest.mark.parametrize("body", ["<h2>a</h2>", "<h1>a</h1><h3>b</h3>", "<h1>a</h1><h1>b</h1>", "<h1>a</h1><h2></h2>"])
def test_headings_out_of_order_are_found(chromium: Chromium, shown: Shown, body: str) -> None:
    assert heading_faults(chromium.open(shown(f"{HEAD}<body>{body}"), width=400)) != []


@pytest.mark.parametrize(
    ("dark", "style", "contrast"),
    [
        (False, "color: #777; background: #fff", 4.48),  # the grey that is a hair too light
        (False, "color: rgba(0, 0, 0, 0.5); background: #fff", 3.98),
        (True, "color: #777; background: #121212", 4.18),
        (True, "color: #222", 1.18),  # on the dark ground of a page that takes part in the scheme
    ],
)
def test_faint_text_is_found(chromium: Chromium, shown: Shown, dark: bool, style: str, contrast: float) -> None:
    scheme = "<style>:root { color-scheme: light dark }</style>"
    page = chromium.open(shown(f"{HEAD}{scheme}<body><p style='{style}'>faint</p>"), width=400, dark=dark)
    assert faint(page) == [[contrast, "faint"]]


def test_the_scheme_is_the_one_asked_for(chromium: Chromium, shown: Shown) -> None:
    assert faint(chromium.open(shown(f"{HEAD}<body>black on white in any scheme"), width=400, dark=True)) == []
    style = "<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }</style>"
    address = shown(f"{HEAD}{style}<body><p>night</p>")
    assert faint(chromium.open(address, width=400)) == []
    assert [text for _, text in faint(chromium.open(address, width=400, dark=True))] == ["night"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<input>", "label"),
        ("<button></button>", "button-name"),
        ("<a href='#x'></a>", "link-name"),
        ("<div role=button tabindex=0 aria-pressed=perhaps>x</div>", "aria-valid-attr-value"),
        ("<p style='color: #999'>pale</p>", "color-contrast"),
    ],
)
def test_what_axe_calls_serious_is_found(chromium: Chromium, shown: Shown, body: str, rule: str) -> None:
    page = chromium.open(shown(f"{HEAD}<body><main><h1>One</h1>{body}</main>"), width=400)
    assert [each.partition(":")[0] for each in serious(page)] == [rule]


def test_what_is_asked_of_another_host_is_noted_and_reaches_nobody(chromium: Chromium, shown: Shown) -> None:
    remote = "<img src='http://tracker.example/pixel.png'><link rel=stylesheet href='https://192.0.2.1/style.css'>"
    page = chromium.open(shown(f"{HEAD}<body>{remote}"), width=400)
    assert sorted(asked_elsewhere(page)) == ["http://tracker.example/pixel.png", "https://192.0.2.1/style.css"]
    assert any("net::ERR_" in each for each in page.complaints)


@pytest.mark.parametrize("script", ["console.error('said')", "throw new Error('thrown')", "null.x"])
def test_what_the_console_says_is_noted(chromium: Chromium, shown: Shown, script: str) -> None:
    assert chromium.open(shown(f"{HEAD}<body><script>{script}</script>"), width=400).complaints != []


def test_an_address_where_nothing_answers_is_no_page(chromium: Chromium) -> None:
    with pytest.raises(ChromiumFailed, match=r"ERR_CONNECTION_REFUSED|ERR_UNSAFE_PORT"):
        chromium.open("http://127.0.0.1:9/", width=400)
