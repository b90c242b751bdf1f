"""The style keeps what it promises: AA contrast, light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from monitor.web.pages import FOLDER, STATIC

STYLE = (STATIC / "page.css").read_text(encoding="utf-8")
TEXT = [
    ("ink", "paper"), ("ink", "tint"), ("ink", "mark"), ("soft", "paper"), ("soft", "tint"), ("accent", "paper"),
    ("accent", "tint"), ("good", "paper"), ("on-accent", "accent"),
]  # fmt: skip
MARKS = [("edge", "paper"), ("edge", "tint"), ("accent", "paper"), ("accent", "track")]


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root {([^}]*)}", STYLE)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definitions)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_can_be_told_from_their_ground(scheme: str) -> None:
    by_name = colours(scheme)
    assert {pair for pair in TEXT if contrast(by_name[pair[0]], by_name[pair[1]]) < 4.5} == set()
    assert {pair for pair in MARKS if contrast(by_name[pair[0]], by_name[pair[1]]) < 3} == set()


def test_the_style_loads_nothing_and_every_template_leaves_style_to_it() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    for template in (FOLDER / "templates").iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|\|\s*safe|autoescape|hx-on|js:", text), template.name
        # Script is a file of ours, never what stands in a page.
        assert re.findall(r"<script[^>]*>[^<]", text) == [], template.name
        assert all(each.startswith(' src="/static/') for each in re.findall(r"<script([^>]*)", text)), template.name
