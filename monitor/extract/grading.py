"""How far the text of a page is to be trusted: full, teaser, paywalled, live or empty.

In: the text found, what the page declares, its address, and the page itself for the marks that only the layout bears
(looked at only where the text is short). Out: a `Grade`. Never raises.

A declared paywall alone says little: of 62 pages of the corpus whose linked data says that they are not free, 57 carry
the whole text (metered access). So a text is called paywalled or teaser only where it is short as well.
"""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.extract.declared import Declared
from monitor.extract.parsing import load
from monitor.models import Grade

_SHORT = 1_500
"""Characters below which a page that declares a paywall is believed to show only a beginning: of the corpus, the
shortest whole text of such a page has 1,700, the longest beginning 700."""

_TEASING = 800
"""Characters below which a sign of more ("read more", an ellipsis at the end) makes a text a teaser."""

_SCRAP = 200
"""Characters below which any text is a teaser: less than two sentences."""

_IDEOGRAPH_WEIGHT = 3
"""Latin letters that one Chinese character or kana stands for, by the lengths of parallel texts."""

_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MARKS_OF_WALL = re.compile(
    r"paywall|pay-wall|regwall|piano-inline|subscri(?:be|ption)-?wall|subscriber-only|premium-only", re.IGNORECASE
)
_OFFER = re.compile(
    r"subscrib|log ?in|sign ?in|register|abonn|anmelden|suscr[ií]b|assine|abbonati|подпис|订阅|会员|購読|登録|구독",
    re.IGNORECASE,
)
_LOCKED = frozenset(
    {"locked", "premium", "paid", "members", "subscriber", "subscribers", "subscription", "false", "no"}
)
_MORE = re.compile(
    r"(?:continue reading|keep reading|read (?:more|on|the (?:full|whole|rest)\b.{0,30})|full (?:story|article)"
    r"|view full article|weiterlesen|(?:zum|den) ganzen artikel.{0,20}|lire la suite|lire l.article|leer m[aá]s"
    r"|seguir leyendo|leia mais|continua a leggere|leggi tutto|читать (?:далее|полностью|дальше)|阅读全文|閱讀全文"
    r"|查看全文|続きを読む)\W*",
    re.IGNORECASE,
)
_FAINT = re.compile(r"read (?:more|on)\W*|leer m[aá]s\W*|leia mais\W*", re.IGNORECASE)
_UNFINISHED = ("…", "...", "[…]", "[...]", "(...)")
_LIVE = re.compile(
    r"\b(?:live[- ]?blog|live[- ]?ticker|live[- ]?updates?|news[- ]?blog|minute[- ]by[- ]minute"
    r"|as it happen(?:s|ed)|en direct|en vivo|minuto a minuto|ao vivo|на живо|онлайн-трансляция|文字直播)\b",
    re.IGNORECASE,
)
_LIVE_TITLE = re.compile(r"^\W*live\b\s*[:|–—-]|[|:–—-]\s*live\W*$|\bnews[- ]?ticker\b", re.IGNORECASE)


def grade(text: str, page: Declared, url: str, html: str) -> Grade:
    """The grade of `text`, the article found in `html`."""
    if not text:
        return Grade.EMPTY
    if is_live(page, url):
        return Grade.LIVE
    if is_long(text):
        return Grade.FULL
    length = weight(text)
    tree = load(html)
    if not _is_whole(text, page) and _behind_wall(page, tree):
        return Grade.PAYWALLED
    return Grade.TEASER if length < _SCRAP or (length < _TEASING and _promises_more(text, tree)) else Grade.FULL


def is_live(page: Declared, url: str) -> bool:
    """Whether a page tells of something while it goes on: by its linked data, its address or its headline."""
    if "liveblogposting" in page.article.types:
        return True
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    heads = (*page.headings[:1], *page.titles[:1], page.title)
    return bool(_LIVE.search(path)) or any(_LIVE.search(head) or _LIVE_TITLE.search(head) for head in heads)


def is_long(text: str) -> bool:
    """Whether a text is longer than any beginning that a page shows of an article."""
    return weight(text) >= _SHORT


def weight(text: str) -> int:
    """The length of a text in Latin characters, ideographs counted as what they stand for."""
    return len(text) + (_IDEOGRAPH_WEIGHT - 1) * len(_IDEOGRAPHS.findall(text))


def is_invitation(line: str) -> bool:
    """Whether a line says no more than that the article goes on elsewhere: "Continue reading"."""
    return _MORE.fullmatch(line.strip("- ")) is not None


def _is_whole(text: str, page: Declared) -> bool:
    """Whether the text has about as many words as the page says its article has."""
    return 0 < 0.8 * page.article.words <= len(text.split())


def _behind_wall(page: Declared, tree: HtmlElement | None) -> bool:
    if page.article.free is False or any(tier.lower() in _LOCKED for tier in page.tiers):
        return True
    for element in () if tree is None else tree.iter("div", "section", "aside", "p"):
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _MARKS_OF_WALL.search(marks) and _OFFER.search(" ".join(element.itertext())):
            return True
    return False


def _promises_more(text: str, tree: HtmlElement | None) -> bool:
    last = text.rstrip().rsplit("\n", 1)[-1]
    if last.strip("- ").endswith(_UNFINISHED) or is_invitation(last):
        return True
    for link in () if tree is None else tree.iter("a", "button"):
        label = " ".join("".join(link.itertext()).split())
        if _MORE.fullmatch(label) and not _FAINT.fullmatch(label):
            return True
    return False
