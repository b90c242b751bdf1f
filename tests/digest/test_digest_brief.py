"""A digest in a chat: as long as its service takes, whole stories, the rest counted."""

import re
from dataclasses import replace

import pytest

from monitor.digest.compose import SourceNews, compose, remarked
from monitor.digest.render import render

SLOT = "2026-11-24T07:00:00+00:00"


@pytest.fixture(name="made", scope="module")
def _made(settings, now, make_article, make_view, seen, remarks):
    views = [make_view([make_article(number)], [0.9 - number / 50]) for number in range(1, 16)]
    return remarked(compose(settings, SLOT, now, views, [SourceNews("paper-3", "broken", cause="gone")], seen), remarks)


def brief(made, settings, reader, longest):
    return render(made.digest, made.items, settings, replace(reader, longest=longest))


@pytest.mark.parametrize("longest", [1, 160, 400, 1000, 1024, 2000, 4096, 7800, 0])
def test_it_is_never_longer_than_the_service_takes(made, settings, reader, longest):
    message = brief(made, settings, reader, longest)
    assert len(message.subject) + 4 + len(message.brief) <= max(longest or 3000, len(message.subject) + 4)


@pytest.mark.parametrize("longest", [400, 1000, 2000, 0])
def test_stories_are_whole_and_what_is_left_is_counted(made, settings, reader, longest):
    text = brief(made, settings, reader, longest).brief
    assert text.startswith("15 stories from 15 articles")
    told = re.findall(r"^(\d+)\) (.+)\n(.+)\n(https://\S+)$", text, re.MULTILINE)
    assert [int(number) for number, *_ in told] == list(range(1, len(told) + 1))
    for (_, headline, _, url), item in zip(told, made.items, strict=False):
        assert (headline, url) == (item.headline, item.url)
    left = re.findall(r"^and (\d+) more$", text, re.MULTILINE)
    assert len(told) + sum(map(int, left)) == 15
    assert len(told) > (0 if longest == 400 else 3)


def test_what_exceeds_the_most_is_counted_too(made, settings, reader):
    message = render(made.digest, made.items, replace(settings, max_items=2), reader)
    assert "and 13 more" in message.brief


def test_sources_and_questions_come_where_there_is_room(made, settings, reader):
    text = render(made.digest, made.items[:1], settings, reader).brief
    assert "Broke: paper-3. gone" in text
    assert "Tell us, is this relevant? A tug captain's diary\nhttps://paper.example/tug\nyes: https://" in text
    assert text.index("1)") < text.index("Broke") < text.index("Tell us")


def test_no_mark_of_a_chat_is_left(made, settings, reader):
    title = "*bold* _slanted_ `code` ~~gone~~ ||spoiler|| [Your bank](https://evil.example) <@42>"
    items = [made.items[0].model_copy(update={"headline": title, "url": "https://a.example/*b*~c~@d]"})]
    text = render(made.digest, items, settings, reader).brief.split("\n\n")[1]
    assert not re.search(r"[*`~]|\]\(|\|\||\b_|_\b", text)
    assert "https://a.example/%2Ab%2A%7Ec%7E%40d%5D" in text
