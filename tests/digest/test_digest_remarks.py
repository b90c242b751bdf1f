"""What a digest says beside its stories: questions, what was told at once, whose stream changed; in every form."""

import json
import shlex
from dataclasses import replace

import pytest
from lxml import html as lxml_html

from monitor.digest.compose import SourceNews, compose, remarked
from monitor.digest.render import render

SLOT = "2026-11-24T07:00:00+00:00"


@pytest.fixture(name="made", scope="module")
def _made(settings, now, make_article, make_view, seen, remarks):
    seen = replace(seen, sources_failing=1, failing=("paper-9",))
    return remarked(compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], [], seen), remarks)


def folded(text):
    return " ".join(text.split())


def words(message):
    return folded(lxml_html.fromstring(message.html).text_content())


def test_nothing_beside_the_stories_is_a_reason_to_send(settings, now, seen):
    assert compose(settings, SLOT, now, [], [], seen) is None


def test_without_a_page_questions_are_answered_on_the_command_line(made, settings):
    message = render(made.digest, made.items, settings)

    lines = [line.strip() for line in message.text.splitlines() if line.strip().startswith("monitor feedback ")]
    assert [shlex.split(line)[2:] for line in lines] == [
        ["https://paper.example/tug", "yes", "--topic", "harbours"],
        ["https://paper.example/cake?a=1&b='", "yes", "--topic", "harbours"],
    ]
    for line in lines:
        assert line in words(message)
    assert "A tug captain's diary" in folded(json.dumps(message.blocks))
    assert "monitor.example" not in message.html + message.text + json.dumps(message.blocks)


def test_with_a_page_every_story_and_question_has_links_of_its_own(made, settings, reader):
    message = render(made.digest, made.items, settings, reader)

    page = lxml_html.fromstring(message.html)
    links = page.xpath("//a[contains(@href, '/verdict?')]/@href")
    assert [link.partition("token=")[2] for link in links] == [
        f"{ballot}&verdict={verdict}"
        for ballot in (f"{made.items[0].article_id}.harbours.0.0", "41.harbours.0.0", "42.harbours.0.0625")
        for verdict in ("yes", "no")
    ]
    for link in links:
        assert link in message.text
        assert link.replace("&", "&amp;") in json.dumps(message.blocks, ensure_ascii=False)
    assert "monitor feedback" not in message.html + message.text + json.dumps(message.blocks)


def test_where_to_leave_is_said_where_there_is_a_page(made, settings, reader):
    message = render(made.digest, made.items, settings, reader)
    assert lxml_html.fromstring(message.html).xpath("//a[text()='Unsubscribe']/@href") == [reader.unsubscribe]
    assert reader.unsubscribe in message.text
    assert "nsubscribe" not in "".join(render(made.digest, made.items, settings).text)


def test_what_was_told_at_once_stands_there_as_told(made, settings):
    message = render(made.digest, made.items, settings)
    assert "A crane fell in Kolm Paper 7 · told Tue 24 Nov, 02:00" in words(message)
    assert "A crane fell in Kolm Paper 7, told Tue 24 Nov, 02:00" in folded(message.text)
    assert "A crane fell in Kolm> (told Tue 24 Nov, 02:00)" in json.dumps(message.blocks)
    assert "1 story from 1 article" in message.text  # not counted as told now


def test_a_changed_stream_and_failing_sources_are_named_in_every_form(made, settings):
    message = render(made.digest, made.items, settings)
    changed = (
        "The stream changed: Harbours and machines: 12.0% of a week's articles were relevant, 3.0% of those before."
    )
    for form in (words(message), folded(message.text), json.dumps(message.blocks)):
        assert changed in form
        assert "Failing now: paper-9." in form


def test_the_sections_stand_in_order(made, settings):
    page = lxml_html.fromstring(render(made.digest, made.items, settings).html)
    headings = [folded(heading.text_content()).partition(":")[0] for heading in page.iter("h2")]
    assert headings == ["Top", "Already told at once", "Tell us", "What was seen"]


def test_a_source_that_is_told_as_broken_is_not_named_again(settings, now, make_article, make_view, seen, remarks):
    seen = replace(seen, sources_failing=2, failing=("paper-8", "paper-9"))
    news = [SourceNews("paper-8", "broken", cause="gone")]
    made = compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], news, seen)
    assert "Failing now: paper-9." in words(render(made.digest, made.items, settings))


def test_a_line_has_room_for_the_beginning_of_a_facet(settings, now, make_article, make_view, seen):
    views = [make_view([make_article(number)], [0.9]) for number in range(1, 9)]
    made = compose(settings, SLOT, now, views, [], seen)
    items = [
        item.model_copy(update={"reasons": {**item.reasons, "facet": "Open models: who gives them away"}})
        for item in made.items
    ]
    message = render(made.digest, items, settings)
    for form in (words(message), folded(message.text), json.dumps(message.blocks)):
        assert form.count("Open models: who gives them away") == 7
        assert form.count("Open models") == 8
