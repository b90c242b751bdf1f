"""Whatever publishers, feeds and servers write, no form of a digest holds it unescaped."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from monitor.digest.compose import SourceNews, compose
from monitor.digest.render import encoded_size, render
from monitor.models import DigestItem

SLOT = "2026-11-24T07:00:00+00:00"
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <@U1> <https://evil.example|Your bank>",
    "*bold* _slanted_ ~gone~ `code`",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\u202egnp.exe\u2066\u2069",
    "{{ 7 * 7 }}{% raw %}",
    "line\r\nBcc: victim@example.org\r\n\r\n<p>body",
    "x" * 10_000,
    "\ud800",
    "--></style><style>*{display:none}</style><!--",
    "</title></head><body onload=alert(1)>",
    "&lt;b&gt; &amp;amp;",
)
hostile = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(st.characters(codec=None), max_size=80),
    st.lists(st.sampled_from([*ATTACKS, "'", '"', "<", ">", "&", "|"]), max_size=4).map("".join),
)
addresses = st.one_of(
    hostile,
    st.sampled_from(
        [
            "javascript://a.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://a.example/",
            'https://a.example/"><b>',
            "https://a.example/|x>y",
        ]
    ),
    hostile.map("https://a.example/".__add__),
)
quotes = st.fixed_dictionaries({"sentence": hostile, "source": hostile, "url": addresses})
others = st.fixed_dictionaries({"source": hostile, "title": hostile, "url": addresses})
changes = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["corrected", "withdrawn", "gone"]),
        "before": hostile,
        "after": hostile,
        "source": hostile,
        "url": addresses,
    }
)
reasons = st.fixed_dictionaries(
    {
        "facet": hostile,
        "seed_sentence": hostile,
        "rule": hostile,
        "neighbours": st.lists(hostile, max_size=1),
        "terms": st.lists(st.tuples(hostile, st.floats(0, 1)), max_size=3),
    }
)
items = st.fixed_dictionaries(
    {
        "headline": hostile,
        "told_as": hostile,
        "source": hostile,
        "language": hostile,
        "topic": hostile,
        "url": addresses,
        "summary": st.lists(quotes, max_size=2),
        "changes": st.lists(changes, max_size=2),
        "also_in": st.lists(others, max_size=2),
        "reasons": reasons,
        "section": st.sampled_from(["top", "updates"]),
    }
)


@pytest.fixture(name="plain", scope="module")
def _plain(settings, now, make_article, make_view, seen):
    """A digest of nine stories, none of which means harm."""
    views = [make_view([make_article(number)], [0.9]) for number in range(1, 10)]
    return compose(settings, SLOT, now, views, [SourceNews("paper-3", "broken", cause="x", remedy="y")], seen)


@hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(each=items, words=st.tuples(hostile, hostile), missed=st.tuples(hostile, addresses))
def test_nothing_unescaped_reaches_any_form(plain, settings, each, words, missed):
    cause, title = words
    figures = {
        **plain.digest.figures,
        "sources": [
            {"source": cause, "state": "broken", "cause": cause, "remedy": cause},
            {"source": title, "state": "failing", "cause": title, "remedy": cause},
        ],
        "seen": {
            **plain.digest.figures["seen"],
            "nearest_miss": missed[0],
            "nearest_miss_url": missed[1],
            "topics": {"a": title, each["topic"]: title},
        },
    }
    digest = plain.digest.model_copy(update={"title": title, "figures": figures})
    told = [DigestItem.model_validate(item.model_dump() | each) for item in plain.items]

    message = render(digest, told, settings)

    harmless_page(message.html)
    harmless_text(message.subject, newlines=False)
    harmless_text(message.text, newlines=True)
    for block in message.blocks:
        for part in filter(None, [block.get("text"), *block.get("elements", [])]):
            harmless_slack(part)


# The elements and attributes that the template itself writes.
ELEMENTS = frozenset(
    "html head meta title style body div table tbody tr td p h1 h2 h3 a span br bdi ins del".split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    """lang dir xmlns style charset name content class role width cellpadding cellspacing border align href
    aria-hidden""".split()  # noqa: SIM905
)


def harmless_page(page):
    assert encoded_size(page) <= 80_000
    harmless_text(page, newlines=True)
    tree = lxml_html.fromstring(page)
    for element in tree.iter():
        assert element.tag in ELEMENTS, element.tag
        assert set(element.attrib) <= ATTRIBUTES, element.attrib
        assert not element.get("href") or re.match(r"https?://", element.get("href"), re.IGNORECASE)
    assert len(tree.xpath("//style")) == 1
    assert len(tree.xpath("//body")) == 1


def harmless_text(text, *, newlines):
    for char in text:
        if not (newlines and char == "\n"):
            assert unicodedata.category(char) not in ("Cc", "Cs", "Co"), repr(char)
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f", repr(char)


def harmless_slack(part):
    text = part["text"]
    harmless_text(text, newlines=True)
    if part["type"] == "plain_text":
        return
    assert part["verbatim"] is True
    without_links = re.sub(r"<https?://[^<>|\s]+\|[^<>]*>", "", text, flags=re.IGNORECASE)
    assert not re.search(r"[<>]", without_links), text
    assert not re.search(r"&(?!amp;|lt;|gt;)", text), text
    assert "`" not in text
    assert "~" not in re.sub(r"<https?://[^<>|\s]+\|", "", text)
