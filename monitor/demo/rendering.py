"""The templates of the sample newsroom's pages and feeds, everything escaped."""

import functools
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

import jinja2

from monitor.demo.articles import Piece


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rfc822"] = rfc822
    environment.filters["w3c"] = w3c
    return environment


def render(template: str, /, **values: object) -> bytes:
    """A template filled, as UTF-8."""
    return _environment().get_template(template).render(values).encode()


def rfc822(moment: datetime) -> str:
    """A moment as RSS 2.0 writes it (RFC 822): "Mon, 24 Nov 2025 07:15:00 GMT"."""
    return format_datetime(moment, usegmt=True)


def w3c(moment: datetime) -> str:
    """A moment as Atom, sitemaps and JSON Feed write it (W3C profile of ISO 8601): "2025-11-24T07:15:00Z"."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def text_html(piece: Piece) -> str:
    """An article's text as the HTML that a feed carries whole."""
    tags = {"heading": "h2", "paragraph": "p"}
    return "\n".join(f"<{tags[kind]}>{escape(words)}</{tags[kind]}>" for kind, words in piece.blocks)


def summary_html(piece: Piece, url: str) -> str:
    """An article's first paragraph as the HTML with a link that some feeds put into their descriptions."""
    return f'<p>{escape(piece.summary)}</p> <a href="{escape(url)}">Read on</a>'
