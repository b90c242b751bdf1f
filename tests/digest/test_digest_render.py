import json
import re
from dataclasses import replace
from itertools import product

import pytest
from lxml import html as lxml_html

from monitor.digest.columns import WIDTH, width
from monitor.digest.compose import SourceNews, compose
from monitor.digest.render import LARGEST, encoded_size, render
from monitor.models import DigestItem

SLOT = "2026-11-24T07:00:00+00:00"
NEWS = (
    SourceNews("paper-3", "broken", cause="404 Not Found, three times running", remedy="monitor sources --add URL"),
    SourceNews("paper-4", "recovered"),
)


@pytest.fixture(name="composition", scope="module")
def _composition(settings, now, make_article, make_view, seen):
    views = [
        make_view([make_article(3 * number + each) for each in range(3)], [0.9 - number / 40] * 3)
        for number in range(1, 11)
    ]
    return compose(settings, SLOT, now, views, NEWS, replace(seen, sources_failing=2))


@pytest.fixture(name="message", scope="module")
def _message(composition, settings):
    return render(composition.digest, composition.items, settings)


@pytest.fixture(name="page", scope="module")
def _page(message):
    return lxml_html.fromstring(message.html)


@pytest.mark.parametrize(
    "known", [("A quay gives way", True), ("the HARBOUR of Tannwick", False), ("The quay fell", False)]
)
def test_an_update_names_the_story_that_it_belongs_to_where_its_headline_does_not(
    settings, now, make_article, make_view, seen, known
):
    told_as, shown = known
    article = make_article(2, title="The harbour of Tannwick", story_revision=2)
    view = make_view([article], [0.9], story={"revision": 2}, told_revision=1, told_as=told_as)
    made = compose(settings, SLOT, now, [view], [], seen)
    change = {"kind": "corrected", "before": "The quay fell", "after": "The quay sank", "source": "s", "url": ""}
    (item,) = (each.model_copy(update={"changes": [change]}) for each in made.items)

    message = render(made.digest, [item], settings)

    forms = (message.html, message.text, str(message.blocks), message.brief, message.entries[0]["html"])
    assert [f"Told before as “{told_as}”" in re.sub("</?bdi>", "", each) for each in forms] == [shown] * 5


def test_the_mark_of_a_list_is_not_quoted(settings, composition):
    quotes = [{"sentence": f"{mark} Ships wait at sea for {mark} days.", "source": "s", "url": "u"} for mark in "-•*"]
    item = composition.items[0].model_copy(
        update={"summary": [*quotes, {**quotes[0], "sentence": "-3 degrees it was."}]}
    )

    text = " ".join(render(composition.digest, [item], settings).text.split())

    assert "“Ships wait at sea for - days.” “Ships wait at sea for • days.” “Ships wait at sea for * days.”" in text
    assert "“-3 degrees it was.”" in text


def test_a_feed_is_cut_at_the_most_alone_and_says_how_many_more_there_are(settings, now, make_article, make_view, seen):
    views = [
        make_view([make_article(number, title=f"Ships {'wait ' * 30}{number}")], [0.9]) for number in range(1, 121)
    ]
    composition = compose(settings, SLOT, now, views, [], seen)
    most = replace(settings, max_items=100)

    message = render(composition.digest, composition.items, most)

    assert "and 20 more" not in message.text, "a mail shows fewer than the most, for its size"
    *stories, last = message.entries
    assert len({entry["id"] for entry in message.entries}) == len(stories) + 1 == 101
    assert last["title"] == f"{composition.digest.title}: 20 more stories"
    assert last["text"] == composition.digest.first_line


def words(element):
    return " ".join(element.text_content().split())


def test_the_subject_names_digest_and_first_headline(message, composition):
    assert message.subject == f"Harbours, every morning: {composition.items[0].headline}, and 9 more"


def test_sections_stand_in_order(page):
    assert [words(heading) for heading in page.iter("h2")] == ["Top", "Also relevant", "Sources", "What was seen"]


def test_a_story_shows_headline_source_date_summary_reasons_and_where_else(page, composition):
    text = words(page)
    item = composition.items[0]

    assert page.xpath(f"//h3/a[@href='{item.url}']")[0].text == item.headline
    assert f"{item.source} · Mon 23 Nov" in text
    for quote in item.summary:
        assert quote["sentence"] in text
    assert "Why here: Machines that count ●●●●○ 0.88" in text
    assert "Nearest in your brief: “we want to know which ports let programs count ships.”" in text
    assert "Weighs most: harbour 31%, count 22%, program 8%" in text
    assert f"Also in {item.also_in[0]['source']}, {item.also_in[1]['source']}" in text


def test_the_first_line_and_what_was_seen_are_shown(page):
    text = words(page)

    assert "10 stories from 30 articles; 2 sources failing" in text
    assert "412 articles read since Mon 23 Nov, 07:00; 381 below the threshold." in text
    assert "Nearest miss: A lighthouse keeper retires, 0.47 of 0.50." in text


def test_sources_say_cause_and_remedy(page):
    text = words(page)

    assert "Broke: paper-3. 404 Not Found, three times running" in text
    assert "To do: monitor sources --add URL" in text
    assert "Recovered: paper-4" in text


def test_a_subset_is_counted_by_what_it_holds(composition, settings):
    message = render(composition.digest, composition.items[4:6], settings)

    assert "2 stories from 6 articles" in message.html
    assert "2 stories from 6 articles" in message.text
    assert "2 stories from 6 articles" in json.dumps(message.blocks)
    assert composition.items[0].headline not in message.html


def test_what_exceeds_max_items_is_counted(composition, settings):
    message = render(composition.digest, composition.items, replace(settings, max_items=4))

    assert "10 stories from 30 articles" in message.html
    assert "and 6 more" in message.html
    assert "and 6 more" in message.text
    assert "and 6 more" in json.dumps(message.blocks)
    assert len(lxml_html.fromstring(message.html).xpath("//h3")) == 4


def test_the_text_part_reads_by_itself(message, composition):
    lines = message.text.split("\n")

    assert lines[0] == "HARBOURS, EVERY MORNING"
    assert lines[1] == "Tuesday 24 November 2026"
    assert all(width(line) <= WIDTH for line in lines if "http" not in line)
    folded = " ".join(message.text.split())
    for item in composition.items[:7]:
        assert item.headline in folded
        assert item.url in message.text
        assert item.summary[0]["sentence"] in folded
    assert "<" not in message.text
    assert "\n\n\n" not in message.text


def test_nothing_relevant_says_so_in_every_form(settings, now, seen):
    quiet = replace(seen, relevant_articles=0)
    composition = compose(settings, SLOT, now, [], NEWS, quiet)

    message = render(composition.digest, (), settings)

    for form in (message.html, message.text, json.dumps(message.blocks, ensure_ascii=False)):
        assert "A lighthouse keeper retires" in form
        assert "0.47 of 0.50" in form
    assert message.subject == "Harbours, every morning: nothing relevant, 1 source broke"


def test_a_heartbeat_says_that_the_monitor_is_at_work(settings, now, seen):
    quiet = replace(seen, relevant_articles=0, quiet_since=now - settings.heartbeat)
    composition = compose(settings, SLOT, now, [], [], quiet)

    message = render(composition.digest, (), settings)

    assert "The monitor is at work" in message.html
    assert "The monitor is at work" in message.text


def test_several_topics_are_named(composition, settings, now, make_article, make_view, seen):
    seen = replace(seen, topics={"harbours": "Harbours and machines", "rents": "Rents"})
    both = compose(settings, SLOT, now, [make_view([make_article(1)], [0.9])], [], seen)

    assert "Harbours and machines" in render(both.digest, both.items, settings).html
    assert "Harbours and machines" not in render(composition.digest, composition.items, settings).html


def test_right_to_left_headlines_have_their_direction(composition, settings):
    headline = "ميناء تانويك يعد سفنه بالآلة"
    item = DigestItem.model_validate(composition.items[0].model_dump() | {"headline": headline, "language": "ar"})

    page = lxml_html.fromstring(render(composition.digest, [item], settings).html)

    (heading,) = page.xpath("//h3")
    assert (heading.get("dir"), heading.get("lang")) == ("auto", "ar")
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")


def test_the_page_loads_nothing(message):
    assert not re.search(r"<(?:img|link|script|iframe|object|embed|form|svg)\b|url\(|@import", message.html)
    assert "data-css-inline" not in message.html


def test_light_and_dark_are_provided_for(message):
    assert "prefers-color-scheme: dark" in message.html
    assert '<meta name="color-scheme" content="light dark">' in message.html


def luminance(color):
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_has_aa_contrast_in_light_and_dark(message):
    head, body = message.html.split("</head>")
    light = set(re.findall(r"(?<![-\w])color:(#[0-9a-f]{6})", body))
    dark = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", head))
    papers = {"light": "#faf8f3", "dark": "#161719"}

    assert papers["light"] in body
    assert papers["dark"] in head
    for paper, color in [*product(["light"], light), *product(["dark"], dark)]:
        # The preheader is the colour of the paper: it is there for the list of mails alone.
        assert color == papers[paper] or contrast(color, papers[paper]) >= 4.5, (paper, color)
    assert len(light) > 2
    assert len(dark) > 2


@pytest.mark.parametrize("text", ["long " * 100, "长标题很长" * 60, "&" * 500, "=é" * 300])
def test_no_day_is_so_long_that_the_mail_is_clipped(composition, settings, text):
    url = "https://example.org/?" + "&" * 900
    values = {
        "headline": text,
        "url": url,
        "summary": [{"sentence": text, "source": text, "url": f"{url}{n}"} for n in range(3)],
        "also_in": [{"source": f"{n} {text}", "title": text, "url": url} for n in range(30)],
    }
    items = [
        DigestItem.model_validate(composition.items[0].model_dump() | values | {"position": n}) for n in range(200)
    ]

    message = render(composition.digest, items, replace(settings, max_items=200))

    assert encoded_size(message.html) + encoded_size(message.text) <= LARGEST
    (more,) = re.findall(r"<p class=\"small\"[^>]*>and (\d+) more</p>", message.html)
    shown = len(re.findall(r"<h3|class=\"line\"", message.html))
    assert shown + int(more) == 200
    assert shown > 0


def test_the_same_digest_renders_the_same(composition, settings, message):
    assert render(composition.digest, composition.items, settings) == message
