"""A digest for one audience, as a page, as plain text and as Slack blocks: three forms of the same words."""

import base64
import quopri
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from monitor.digest.blocks import blocks
from monitor.digest.columns import wrapped
from monitor.digest.layout import Layout, lay_out
from monitor.digest.settings import DigestSettings
from monitor.models import Digest, DigestItem, Message

# Gmail clips what is longer than some 102 KB; the rest of the mail, and what relays add, want room.
LARGEST_PAGE = 80_000


def render(digest: Digest, items: Sequence[DigestItem], settings: DigestSettings) -> Message:
    """The message for an audience that is told `items`, all or some of the digest's, in the digest's order.

    The first line counts these items. At most `settings.max_items` are shown and the others counted; fewer where the
    page would otherwise be larger than 80,000 bytes as mail encodes it. All that comes from outside is cleaned and
    escaped; links lead to http and https alone.
    """
    room = min(settings.max_items, len(items))
    page = lay_out(digest, items, settings, room)
    html = _page(page)
    while room and encoded_size(html) > LARGEST_PAGE:
        # What a page weighs lies in its stories, so the overweight says about how many there are too many.
        room = min(room - 1, int(room * LARGEST_PAGE / encoded_size(html)))
        page = lay_out(digest, items, settings, room)
        html = _page(page)
    return Message(subject=page.subject, html=html, text=_text(page), blocks=blocks(page), language="en")


def encoded_size(text: str) -> int:
    """The bytes of a text in the shorter of mail's two encodings, quoted-printable and base64."""
    data = text.encode("utf-8", "replace")
    return min(len(quopri.encodestring(data)), len(base64.encodebytes(data)))


def _page(page: Layout) -> str:
    html = _inliner().inline(_templates().get_template("digest.html.j2").render(page=page))
    # The inliner's own mark on the one style sheet that stays: media queries cannot stand in an element.
    return html.replace(' data-css-inline="keep"', "", 1)


def _text(page: Layout) -> str:
    text = _templates().get_template("digest.txt.j2").render(page=page, wrap=wrapped)
    return text.strip("\n") + "\n"


@cache
def _templates() -> Environment:
    """Escaping is on for every template but plain text, where there is nothing to escape from."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(disabled_extensions=("txt.j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs drop style sheets, so every element carries its style; nothing is loaded from anywhere."""
    return css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_style_tags=False, resolve_css_variables=True, minify_css=True
    )
