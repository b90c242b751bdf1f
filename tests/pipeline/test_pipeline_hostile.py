"""Whatever publishers write, no channel carries it unescaped: rendered for its audience, and put into what is sent.

What the forms of a digest hold is tested in tests/digest/test_digest_hostile.py; here is what leaves: the mail's bytes,
the request to Slack, the texts that apprise is given, and both files of a feed.
"""

import email
import json
import re
import tempfile
import unicodedata
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from monitor.deliver import ChannelSettings, deliver, message_id
from monitor.deliver.apprise import fitted, harmless
from monitor.deliver.envelope import mail
from monitor.deliver.slack import _message
from monitor.digest.material import Alerted, Asked, Figures, Seen, SourceNews
from monitor.digest.reader import Reader
from monitor.digest.render import render
from monitor.digest.settings import DigestSettings
from monitor.models import Delivery, Digest, DigestItem, Message

# What so much is drawn from is long to write down, and hypothesis warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SETTINGS = DigestSettings(name="morning", title="Morning", form="weekly")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <!here> <@U1> <#C1> <https://evil.example|Your bank>",
    "@everyone @here <@&7> [Your bank](https://evil.example) ||spoiler|| # heading",
    "*bold* _slanted_ ~gone~ `code` ```block```",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J",
    "\u202egnp.exe\u2066\u2069\u200e\u200f\u061c",
    "line\r\nBcc: victim@example.org\r\n\r\n<p>body",
    "=?utf-8?q?Bcc=3A_x?= \x00\x0b\x0c\u2028\u2029",
    "]]></title><script>1</script><![CDATA[",
    "{{ 7 * 7 }}{% raw %}{{ page }}",
    "x" * 10_000,
    "\u0301" * 10_000,
    "\ud800\udfff\ufffe\uffff",
    "علي بابا\u202b تفتح",
    "\n.\r\n.\n..\nFrom nobody",
)
# By number: hypothesis writes down what it chooses from, and ten thousand letters it writes for ever.
attacks = st.integers(0, len(ATTACKS) - 1).map(ATTACKS.__getitem__)
hostile = st.one_of(
    attacks,
    st.text(st.characters(codec=None), max_size=60),
    st.lists(st.one_of(attacks, st.sampled_from("'\"<>&|@")), max_size=3).map("".join),
)
addresses = st.one_of(hostile, hostile.map("https://a.example/".__add__), hostile.map("https://a.example/@".__add__))
quotes = st.fixed_dictionaries({"sentence": hostile, "source": hostile, "url": addresses})
days = st.fixed_dictionaries(
    {"day": st.just("2026-11-23"), "title": hostile, "source": hostile, "url": addresses, "articles": st.just(2)}
)
told_items = st.builds(
    lambda **fields: DigestItem.model_validate(
        {
            "digest_id": 0,
            "position": 0,
            "story_id": 1,
            "article_id": 1,
            "published": NOW,
            "score": 0.9,
            "section": "top",
            **fields,
        }
    ),
    headline=hostile,
    url=addresses,
    source=hostile,
    topic=hostile,
    language=hostile,
    section=st.sampled_from(["top", "updates"]),
    summary=st.lists(quotes, max_size=2),
    also_in=st.lists(quotes.map(lambda each: {**each, "title": each["sentence"]}), max_size=2),
    arc=st.lists(days, max_size=2),
    reasons=st.fixed_dictionaries({"facet": hostile, "seed_sentence": hostile, "terms": st.just([])}),
)
said_figures = st.builds(
    lambda title, url, name, warning: Figures(
        seen=Seen(
            nearest_miss=title,
            nearest_miss_url=url,
            topics={"a": name},
        ),
        sources=(SourceNews(name, "broken", NOW, title, warning), SourceNews(title, "failing", NOW, warning, title)),
        asked=(Asked(7, name, title, url, name, name, warning, 0.5),),
        alerted=(Alerted(8, 1, title, url, name, name, NOW),),
        drift={name: warning},
    ),
    hostile,
    addresses,
    hostile,
    hostile,
)
PAGE = "https://monitor.example/verdict"


def verdict(article_id: int, topic: str, probability: float, relevant: bool) -> str:
    return f"{PAGE}?token={article_id}.{len(topic)}.{probability}&verdict={relevant}"


READERS = st.sampled_from(
    [Reader(longest=longest, threaded=threaded) for longest in (0, 160, 1000, 2000) for threaded in (False, True)]
    + [Reader(verdict, f"{PAGE}/leave")]
)
rendered = st.builds(
    lambda title, items, figures, reader: render(
        Digest.model_validate(
            {"name": "morning", "slot": "s", "title": title, "form": "weekly", "figures": figures.to_json()}
            | {"composed_at": NOW}
        ),
        items,
        SETTINGS,
        reader,
    ),
    hostile,
    st.lists(told_items, min_size=1, max_size=3),
    said_figures,
    READERS,
)
whatever = hypothesis_settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink what takes so long to render takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def delivery(message: Message, **changes: object) -> Delivery:
    fields = {
        "id": 1,
        "digest_id": 1,
        "channel": "one",
        "recipient": "a@reader.example",
        "message_id": message_id("morning", "s", "one", "a@reader.example", "m@monitor.example"),
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Delivery.model_validate(fields | changes)


def harmless_text(text: str) -> None:
    for char in text:
        assert char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), repr(char)
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", repr(char)


@whatever
@given(rendered)
def test_a_mail_holds_its_own_headers_and_stays_small(message: Message) -> None:
    content = mail(delivery(message), "m@monitor.example", "a@reader.example").as_bytes()

    assert len(content) < 80_000
    head, _, _ = content.partition(b"\r\n\r\n")
    names = re.findall(rb"(?m)^([A-Za-z-]+):", head)
    expected = {b"From", b"To", b"Subject", b"Date", b"Message-ID", b"List-ID", b"List-Unsubscribe", b"Auto-Submitted"}
    assert set(names) == expected | {b"MIME-Version", b"Content-Type", b"Content-Language"}
    assert len(names) == len(set(names))
    assert max(map(len, content.split(b"\r\n"))) <= 998
    read = email.message_from_bytes(content, policy=policy.default)
    harmless_text(read["Subject"])
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


@whatever
@given(rendered)
def test_slack_is_given_nothing_to_obey_and_no_more_than_it_takes(message: Message) -> None:
    body = _message(message.subject, message.blocks)

    assert not re.search(r"[<>]", body["text"])
    assert 3 < len(body["blocks"]) <= 50
    assert sum(len(json.dumps(block, ensure_ascii=False)) for block in body["blocks"]) <= 13_000
    for block in body["blocks"]:
        assert block["type"] in ("header", "context", "divider", "section")
        for part in filter(None, [block.get("text"), *block.get("elements", [])]):
            assert 0 < len(part["text"]) <= (150 if block["type"] == "header" else 3000)
            harmless_text(part["text"])
            if part["type"] == "mrkdwn":
                assert part["verbatim"] is True
                without_links = re.sub(r"<https?://[^<>|\s]+\|[^<>]*>", "", part["text"], flags=re.IGNORECASE)
                assert not re.search(r"[<>]", without_links), part["text"]
                assert not re.search(r"`", re.sub(r"`monitor feedback [^`]*`", "", part["text"])), part["text"]


@whatever
@given(rendered, st.sampled_from([160, 1000, 2000, 4096]))
def test_a_chat_is_given_plain_words_that_fit(message: Message, longest: int) -> None:
    text = fitted(harmless(message.brief), longest)

    assert len(text) <= longest
    harmless_text(text)
    words = re.sub(r"https?://\S+", "", text)
    assert not re.search(r"[*`~]|\]\(|\|\||<(?!\u2060|\s|$)|@(?!\u2060)\w", words), words
    assert "@" not in "".join(re.findall(r"https?://\S+", text))


@whatever
@given(rendered)
def test_both_files_of_a_feed_are_whole_and_hold_no_markup_but_ours(message: Message) -> None:
    channel = ChannelSettings(name="reader", kind="feed", path="feeds")
    made = delivery(message, channel="reader", recipient="feeds", blocks=[dict(each) for each in message.entries])
    with tempfile.TemporaryDirectory() as folder:
        outcome = deliver(channel, made, Path(folder))
        assert outcome.state == "sent", outcome.detail
        atom = (Path(folder) / "feeds" / "morning.atom").read_bytes()
        listed = json.loads((Path(folder) / "feeds" / "morning.json").read_bytes())

    root = ET.fromstring(atom)
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == len(listed["items"]) >= 1
    for element in root.iter():
        harmless_text("".join(element.itertext()))
    for item in listed["items"]:
        harmless_text(item["title"])
        assert not item.get("url") or item["url"].lower().startswith(("http://", "https://"))
        page = lxml_html.fromstring(f"<div>{item.get('content_html', '')}</div>")
        assert {element.tag for element in page.iter()} <= {"div", "p", "a"}
        assert {name for element in page.iter() for name in element.attrib} <= {"href", "dir"}
        assert all(re.match("https?://", link, re.IGNORECASE) for link in page.xpath("//@href"))


def test_what_is_looked_for_is_found_where_it_is() -> None:
    for bad in ("\x1b", "\u202e", "\ud800"):
        with pytest.raises(AssertionError):
            harmless_text(f"a{bad}b")
