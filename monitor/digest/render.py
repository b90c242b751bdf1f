"""A digest for one audience as page, plain text, Slack blocks, chat message and feed: forms of the same words."""

import base64
import quopri
from collections.abc import Sequence
from functools import cache

import css_inline

from monitor.digest.blocks import blocks
from monitor.digest.brief import brief
from monitor.digest.columns import wrapped
from monitor.digest.compose import TOP
from monitor.digest.entries import entries
from monitor.digest.layout import lay_out
from monitor.digest.reader import ANYBODY, Reader
from monitor.digest.settings import DigestSettings
from monitor.digest.shown import Layout, ShownStory
from monitor.digest.templating import templates
from monitor.models import Digest, DigestItem, Message

# Gmail clips what is longer than some 102 KB. Text and page together, as mail encodes them, stay below 80,000 bytes
# with 3,000 for headers and what holds the parts together.
LARGEST = 77_000


def render(digest: Digest, items: Sequence[DigestItem], settings: DigestSettings, reader: Reader = ANYBODY) -> Message:
    """The message for an audience that is told `items`, all or some of the digest's, in the digest's order.

    The first line counts these items. At most `settings.max_items` are shown and the others counted; fewer where text
    and page would otherwise be larger than 77,000 bytes as mail encodes them, but for the entries, of which no mail is
    made. All that comes from outside is cleaned and escaped; links lead to http and https alone.
    """
    room = min(settings.max_items, len(items))
    page, html, text = _fitting(digest, items, settings, room, reader)
    whole = page if page.more == len(items) - room else lay_out(digest, items, settings, room, reader)
    return Message(
        subject=page.subject,
        html=html,
        text=text,
        blocks=blocks(page, threaded=reader.threaded),
        brief=brief(page, reader.longest),
        entries=entries(whole, digest.composed_at, _entry),
        language="en",
    )


def _fitting(
    digest: Digest, items: Sequence[DigestItem], settings: DigestSettings, room: int, reader: Reader
) -> tuple[Layout, str, str]:
    """The layout of as many items as make a mail that is not too large, at most `room`; with its page and text."""
    most, full = room, TOP
    while True:
        page = lay_out(digest, items, settings, room, reader, full)
        html, text = _page(page), _text(page)
        size = encoded_size(html) + encoded_size(text)
        if not room or size <= LARGEST:
            return page, html, text
        # What a mail weighs lies in its stories, so the overweight says about how many there are too many. Where not
        # one fits in full (addresses of a thousand characters), they have a line each.
        room = min(room - 1, int(room * LARGEST / size))
        if not room and full:
            room, full = most, 0


def encoded_size(text: str) -> int:
    """The bytes of a text in the shorter of mail's two encodings, quoted-printable and base64."""
    data = text.encode("utf-8", "replace")
    return min(len(quopri.encodestring(data)), len(base64.encodebytes(data)))


def _page(page: Layout) -> str:
    html = _inliner().inline(templates().get_template("digest.html.j2").render(page=page))
    # The inliner's own mark on the one style sheet that stays: media queries cannot stand in an element.
    return html.replace(' data-css-inline="keep"', "", 1)


def _entry(story: ShownStory) -> str:
    return templates().get_template("entry.html.j2").render(story=story).strip()


def _text(page: Layout) -> str:
    text = templates().get_template("digest.txt.j2").render(page=page, wrap=wrapped)
    return text.strip("\n") + "\n"


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs drop style sheets, so every element carries its style; nothing is loaded from anywhere."""
    return css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_style_tags=False, resolve_css_variables=True, minify_css=True
    )
