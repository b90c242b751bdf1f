"""What a digest says beside its stories: questions, what was told at once, whose stream changed; in every form."""

import json
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html as lxml_html

from monitor.digest.compose import SourceNews, compose, remarked
from monitor.digest.material import BROKEN, FAILING, RECOVERED
from monitor.digest.render import render

SLOT = "2026-11-24T07:00:00+00:00"
FAILED = SourceNews(
    "paper-9",
    FAILING,
    datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    "https://paper-9.example/rss: answered 503 (Service Unavailable)",
    "it is asked again by itself; `monitor sources --pause paper-9` silences it",
)


@pytest.fixture(name="made", scope="module")
def _made(settings, now, make_article, make_view, seen, remarks):
    seen = replace(seen, sources_failing=1)
    return remarked(compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], [FAILED], seen), remarks)


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


def test_a_changed_stream_is_told_in_every_form(made, settings):
    message = render(made.digest, made.items, settings)
    changed = (
        "The stream changed: Harbours and machines: 12.0% of a week's articles were relevant, 3.0% of those before."
    )
    for form in (words(message), folded(message.text), json.dumps(message.blocks)):
        assert changed in form


def test_why_a_source_fails_and_what_to_do_is_told_in_every_form_before_it_counts_as_broken(made, settings):
    message = render(made.digest, made.items, settings)
    why = "paper-9, since Tue 24 Nov, 03:00. https://paper-9.example/rss: answered 503 (Service Unavailable)."
    slack = "\n".join(block["text"]["text"] for block in message.blocks if "text" in block).replace("*", "")
    entry = message.entries[-1]
    assert entry["title"] == "Failing: paper-9"
    for form in (words(message), folded(message.text), folded(message.brief), slack, entry["text"]):
        assert f"Failing: {why}" in form
        assert "To do: it is asked again by itself; " in form
        assert "“monitor sources --pause paper-9”" in form


def test_a_long_address_gives_way_to_the_reason(settings, now, make_article, make_view, seen):
    news = replace(FAILED, cause=f"https://paper-9.example/{'way/' * 300}: answered 404 (Not Found)")
    made = compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], [news], seen)
    message = render(made.digest, made.items, settings)
    for form in (words(message), folded(message.text), folded(message.brief), message.entries[-1]["text"]):
        assert "…: answered 404 (Not Found)." in form


def test_a_chat_says_why_a_source_fails_however_many_stories_there_are(settings, now, make_article, make_view, seen):
    views = [make_view([make_article(number)], [0.9]) for number in range(1, 60)]
    made = compose(settings, SLOT, now, views, [FAILED], replace(seen, sources_failing=1))
    message = render(made.digest, made.items, replace(settings, max_items=60))
    assert "Failing: paper-9" in message.brief
    assert " more\n\nFailing" in message.brief
    assert len(message.brief) + len(message.subject) <= 3000


def test_a_feed_has_one_entry_for_a_source_and_its_trouble_whichever_digest_tells_of_it(
    settings, now, make_article, make_view, seen
):
    def told(number, at, *news):
        views = [make_view([make_article(number)], [0.9])]
        made = compose(settings, at.isoformat(), at, views, news, seen)
        return {entry["title"]: entry["id"] for entry in render(made.digest, made.items, settings).entries[1:]}

    later = now + timedelta(days=1)
    worse, broke = replace(FAILED, source="paper-8"), replace(FAILED, state=BROKEN, cause="otherwise")
    first, second = told(1, now, FAILED), told(2, later, broke, worse)
    assert list(first) == ["Failing: paper-9"]
    assert list(second) == ["Broke: paper-9", "Failing: paper-8"]
    assert first["Failing: paper-9"] == second["Broke: paper-9"] != second["Failing: paper-8"]
    again = told(3, later, replace(broke, since=later), SourceNews("paper-8", RECOVERED, later))
    assert not {*again.values()} & {*first.values(), *second.values()}
    silent = SourceNews("paper-7", "rolled off"), SourceNews("paper-7", "walled")
    assert len({*told(4, now, *silent).values()} | {*told(5, later, *silent).values()}) == 2


def test_of_a_thousand_sources_a_dozen_are_named_in_every_form_and_the_others_counted(
    settings, now, make_article, make_view, seen
):
    news = [replace(FAILED, source=f"paper-{number}", state=BROKEN, cause="x" * 400) for number in range(1000)]
    views = [make_view([make_article(1)], [0.9])]
    made = compose(settings, SLOT, now, views, news, replace(seen, sources_failing=1000))
    message = render(made.digest, made.items, settings)
    assert len(json.dumps(made.digest.figures)) < 12_000
    assert len(message.html.encode()) + len(message.text.encode()) < 80_000
    assert "1,000 sources failing" in message.text
    for form in (words(message), folded(message.text), message.entries[-1]["text"]):
        assert "and 988 more sources, which “monitor sources” lists" in form
    assert folded(message.text).count("Broke: ") == 12
    assert "and 997 more sources" in message.brief
    assert re.search(r"and 9\d\d more sources", json.dumps(message.blocks))
    alone = compose(settings, SLOT, now, [], news, seen)
    assert render(alone.digest, (), settings).subject.endswith("1,000 sources broke")


def test_what_is_too_long_of_a_source_gives_way_in_slack_before_the_source_does(
    settings, now, make_article, make_view, seen
):
    news = replace(FAILED, cause="&" * 290, remedy="<" * 290)
    made = compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], [news] * 3, seen)
    text = next(
        block["text"]["text"]
        for block in render(made.digest, made.items, settings).blocks
        if block.get("text", {}).get("text", "").startswith("*Sources*")
    )
    assert text.count("Failing: *paper-9*") == 3
    assert "To do" not in text


def test_the_sections_stand_in_order(made, settings):
    page = lxml_html.fromstring(render(made.digest, made.items, settings).html)
    headings = [folded(heading.text_content()).partition(":")[0] for heading in page.iter("h2")]
    assert headings == ["Top", "Already told at once", "Tell us", "Sources", "What was seen"]


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
