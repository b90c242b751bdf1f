import re
from dataclasses import replace

import pytest
from slack_sdk.models.blocks import Block

from monitor.digest.blocks import NO, YES, literal, size
from monitor.digest.blocks import blocks as blocks_of
from monitor.digest.compose import SourceNews, compose, remarked
from monitor.digest.layout import lay_out
from monitor.models import DigestItem

SLOT = "2026-11-24T07:00:00+00:00"


def texts(blocks):
    for block in blocks:
        for part in [block.get("text"), *block.get("elements", [])]:
            text = part["text"] if part else ""
            yield from [text["text"] if isinstance(text, dict) else text] if text else []


def within_limits(blocks):
    """Slack's own models say whether a block is one; counts and totals they leave to us."""
    assert len(blocks) <= 50
    assert sum(map(len, texts(blocks))) <= 13_000
    assert size(blocks) <= 13_000
    for block in Block.parse_all([dict(block) for block in blocks]):
        block.validate_json()
    for block in blocks:
        assert block["type"] in ("header", "context", "divider", "section", "actions")
        assert all(0 < len(text) <= (150 if block["type"] == "header" else 3000) for text in texts([block]))
        assert len(block.get("elements", [])) <= 10


@pytest.fixture(name="composition", scope="module")
def _composition(settings, now, make_article, make_view, seen):
    views = [make_view([make_article(number), make_article(100 + number)], [0.9] * 2) for number in range(1, 16)]
    return compose(settings, SLOT, now, views, [SourceNews("paper-3", "broken", cause="gone")], seen)


def test_a_day_fits(composition, settings):
    blocks = blocks_of(lay_out(composition.digest, composition.items, settings, 20))

    within_limits(blocks)
    assert blocks[0]["text"]["text"] == "Harbours, every morning"
    assert "15 stories from 30 articles" in blocks[1]["elements"][0]["text"]
    assert blocks[2] == {"type": "divider"}
    told = "\n".join(texts(blocks))
    assert f"*<{composition.items[0].url}|{composition.items[0].headline}>*" in told
    assert "*Also relevant*" in told
    assert "• Broke: *paper-3*. gone" in told


@pytest.mark.parametrize("text", ["long words " * 1000, "&<>" * 3000, "长" * 3000, "*_~`" * 2000])
def test_any_day_fits_and_what_does_not_is_counted(composition, settings, text):
    url = "https://example.org/?" + "&" * 900
    values = {
        "headline": text,
        "url": url,
        "source": text,
        "summary": [{"sentence": text, "source": text, "url": f"{url}{n}"} for n in range(3)],
        "changes": [{"kind": "corrected", "before": text, "after": text, "source": text, "url": url}] * 3,
        "also_in": [{"source": f"{n} {text}", "title": text, "url": url} for n in range(30)],
        "reasons": {"facet": text, "seed_sentence": text, "terms": [[text, 0.5]] * 9},
    }
    items = [DigestItem.model_validate(composition.items[0].model_dump() | values | {"position": n}) for n in range(60)]

    blocks = blocks_of(lay_out(composition.digest, items, settings, 60))

    within_limits(blocks)
    (more,) = re.findall(r"^and (\d+) more$", "\n".join(texts(blocks)), re.MULTILINE)
    assert 0 < int(more) < 60


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> & <https://x|y>", "&lt;!channel&gt; &amp; &lt;https://x|y&gt;"),
        ("a *bold* claim", "a ∗bold∗ claim"),
        ("_slanted_ snake_case", "ˍslantedˍ snake_case"),
        ("`code` ~gone~", "ˋcodeˋ ∼gone∼"),
    ],
)
def test_slack_is_given_nothing_to_obey(text, shown):
    assert literal(text) == shown


def test_where_the_channel_takes_buttons_a_verdict_is_one_press(composition, settings, remarks, reader):
    composition = remarked(composition, remarks)
    pressed = replace(reader, ballot=lambda article, topic, chance: f"{article} {topic} {chance}")
    page = lay_out(composition.digest, composition.items, settings, 20, pressed)
    blocks = blocks_of(page, threaded=True)
    within_limits(blocks)
    buttons = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert len(buttons) == 2 * (len(page.in_full) + len(page.asked))
    assert {each["action_id"] for each in buttons} == {YES, NO}
    first = composition.items[0]
    assert buttons[0]["value"] == buttons[1]["value"] == f"{first.article_id} {first.topic} 0.0"
    assert buttons[-1]["value"].endswith(str(composition.digest and remarks.asked[-1].probability))
    assert "Is it relevant?" not in "\n".join(texts(blocks))
    assert [block["type"] for block in blocks].index("divider") < [block["type"] for block in blocks].index("actions")


def test_what_a_button_cannot_carry_has_links(composition, settings, reader):
    pressed = replace(reader, ballot=lambda *_asked: "x" * 2001)
    blocks = blocks_of(lay_out(composition.digest, composition.items, settings, 20, pressed))
    assert "actions" not in {block["type"] for block in blocks}
    assert "Is it relevant?" in "\n".join(texts(blocks))
