"""Untrusted text and addresses, made fit to be shown: a title is written by whoever wants to be read.

What is cleaned here is still escaped where it is put: by Jinja in a page, by `blocks` for Slack, by `brief` for chats.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

from monitor.models import Article

# Escape sequences of terminals (ECMA-48): CSI ... final byte, OSC ... BEL or ST, and the two-byte forms.
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|\x9b[0-?]*[ -/]*[@-~]")
# Kept although they are invisible: joiners that Persian, Indic scripts and emoji are spelled with.
_JOINERS = "\u200c\u200d"
# Four marks on one letter are more than any orthography stacks; the rest is there to blot out the lines around.
_PILE = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f"
    r"\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# Longer addresses carry somebody's tracking; browsers and mail programs take some 2,000 characters.
_LONGEST_ADDRESS = 1_000


def one_line(text: str, longest: int) -> str:
    """The text on one line of at most `longest` characters, cut at a word and ending in "…" where it was cut.

    Control characters, terminal sequences, direction overrides, invisible and unassigned characters and halves of
    surrogate pairs are gone; white space is folded. Doing it twice changes nothing.
    """
    # Whoever sends 10,000 characters for a headline is not read to the end; what is cleaned away may be in between.
    text = _TERMINAL.sub("", text[: 20 * longest])
    plain = text.isascii() and text.isprintable()  # most of what a page shows is, and would be looked at sign by sign
    kept = text if plain else "".join(_shown(char) for char in text)
    folded = _PILE.sub(r"\1", " ".join(kept.split()))
    if not folded.strip(_JOINERS + " "):
        return ""
    if len(folded) <= longest:
        return folded
    space = folded.rfind(" ", 0, longest)
    return folded[: space if space > longest // 2 else longest - 1].rstrip(" ,;:.–—-") + "…"


def _shown(char: str) -> str:
    if char in _JOINERS:
        return char
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
        case _:
            return char


def web_address(url: str) -> str:
    """The address where it is one a reader may be led to, with every odd character percent-encoded; else "".

    Only http and https, with a host and without a user or password: those disguise where a link leads.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        leads = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        odd_host = not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc)
        if not leads or odd_host:
            return ""
        safe = quote(url, safe="%/:=&?~#+!$,;'@()*[]")
    except ValueError:
        return ""
    return safe if len(safe) <= _LONGEST_ADDRESS else ""


def host_of(url: str) -> str:
    """The host of an address without "www.", for naming a source that names itself nowhere; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def source_of(article: Article) -> str:
    """What a reader knows the publisher by: the site's own name, else its host, else the source's name here."""
    return article.site or host_of(article.canonical_url) or article.source


def unmarked(text: str) -> str:
    """The text with nothing that Slack or Markdown take for a mark: no bold, no code, no link under other words.

    Neither has an escape that every program honours, so marks give way to characters that look the same.
    """
    plain = re.sub(r"(?<!\w)_|_(?!\w)", "\u02cd", text).translate(_LOOKALIKES)
    return plain.replace("](", "]\u2060(").replace("||", "|\u2060|")


_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})


def language_tag(language: str) -> str:
    """The language as an HTML `lang` may hold it (BCP 47 by form), else ""."""
    return language if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", language) else ""
