"""The text of an article, without what surrounds it.

In: a page as text, its tree, and what it declares. Out: its paragraphs, one a line; "" where it has none. Never raises.

The reading is trafilatura's in its fast form, which costs half its full one, with three steps of our own around it:
parts that only link elsewhere are taken out before, and after it the headline and notices ("Read also: ...") are taken
off and the standfirst, which trafilatura often takes for a part of the page's head, is put back. Where the result is
much shorter than the fullest run of paragraphs on the page, the page is read again in trafilatura's full form; where
that finds nothing, the linked data's text stands in, then the paragraphs as they are. What each step gains is measured
by `bench/extraction.py`.
"""

import re
from collections import Counter
from collections.abc import Collection
from functools import lru_cache

import trafilatura
from lxml.etree import strip_elements
from lxml.html import HtmlElement

from monitor.extract.declared import Declared
from monitor.extract.naming import fold
from monitor.extract.parsing import is_huge, load
from monitor.extract.state import carried

_SUSPECT = 0.6
"""Share of the fullest run of paragraphs below which a reading is doubted. In the corpus the readings that went wrong
have 0.04 to 0.53 of it, those that went right 0.64 and more."""

_FAR_LESS = 0.5
"""Share of the linked data's text below which the page's own is given up: linked data is often cut short or holds
notices, so that it reads worse than the page wherever both are there."""

_LINKED = 0.7
"""Share of a part's characters in links from which it points elsewhere and is no text. Mean F1 at 0.5, 0.6, 0.7, 0.8,
0.9: 0.9687, 0.9690, 0.9693, 0.9689, 0.9680; without the step 0.9657."""

_NOTHING = 250
"""Characters below which a page shows a notice ("Please enable JavaScript") rather than a text, and its scripts are
looked into, unless it says that it is paid for."""

_SHORTEST_POINTER = 15
_LONGEST = 1_000_000
"""Characters of a text kept: no article is longer."""

_STANDFIRST_SHARES = 60
"""Characters that a standfirst has in common with the page's description, and no paragraph of the text has."""

_STANDFIRST_SHORTEST, _STANDFIRST_LONGEST = 40, 1_000
_BLOCKS = frozenset(
    ("article", "div", "figure", "footer", "h1", "h2", "h3", "header", "li", "ol", "p", "section", "table", "ul")
)
_FRAMES = frozenset(("a", "aside", "footer", "li", "nav"))

_CONSENT = re.compile(
    r"cookie-?(?:banner|bar|notice|consent|law|wall|popup|policy|settings)|onetrust|ot-sdk|cookiebot|didomi|usercentrics"
    r"|qc-cmp|cmpbox|cmp-(?:container|wrapper|banner)|sp_message|truste-|gdpr|osano|iubenda|fc-consent|consent-"
    r"(?:banner|manager|wall|modal|popup)",
    re.IGNORECASE,
)
"""The names that the programs which ask for consent give their boxes."""

_NO_TEXT = ("aside", "footer", "link", "meta", "script", "style", "template")
"""What trafilatura takes out as well, but only after it has searched all of it by regular expressions; taken out first
the reading costs a tenth less, and the text of 722 of 725 pages is the same."""

_WORD = re.compile(r"\w")
_BARS = re.compile(r"\|(?:\s*\|)+\s*")
_LONGEST_NOTICE = 250
_NOTICE = re.compile(
    r"\W*(?:(?:related|recommended|most read|more on this)\b[^:.]{0,25}(?::.*|$)"  # alone or before a colon
    r"|(?:read (?:more|also|next)|see also|also read|to read more|sign up|subscribe|click here|follow us|join our"
    r"|download our|get our|lesen sie auch|lies auch|auch interessant|mehr zum thema|abonnieren sie|melden sie sich"
    r"|folgen sie|hier geht.s|lire aussi|à lire|inscrivez-vous|abonnez-vous|lee también|lea también|te puede interesar"
    r"|suscríbete|leia (?:também|mais)|leggi anche|les også|læs også|läs (?:också|mer|även)"
    r"|listen to (?:this|the) (?:article|story|audio)|share this (?:article|story|post)"
    r"|advertisement$|anzeige$|publicidad$|publicité$|artikel anhören|écouter (?:cet |l.)article"
    r"|escuchar (?:esta noticia|este artículo)|czytaj (?:też|także|również)|zobacz też|читайте также|baca juga)\b)",
    re.IGNORECASE,
)


def read(tree: HtmlElement, page: str, declared: Declared, *, live: bool) -> str:
    """The text of the article in `tree`, which is changed on the way; `page` is what it was made from.

    A `live` page is one article of many entries, which are often marked as articles of their own: it is read twice.
    """
    if is_huge(tree):
        text, standfirst = _paragraphs(tree), ""
    else:
        _drop_consent(tree)
        fullest, standfirst = _fullest_run(tree), _standfirst(tree, declared)
        _drop_pointers(tree)
        strip_elements(tree, *_NO_TEXT, with_tail=False)
        text = _article(tree, fast=True)
        if live or len(text) < _SUSPECT * fullest or not text:
            text = max(text, _second_reading(page), key=len)
    if len(text) < _FAR_LESS * len(declared.article.body):
        text = declared.article.body
    if len(text) < _NOTHING and declared.article.free is not False:
        text = _carried(page) or text
    text = _without_headline(_tidy(text), {fold(title) for title in (*declared.titles, *declared.headings)})
    if text and fold(standfirst)[:_STANDFIRST_SHARES] not in fold(text):
        return f"{standfirst}\n{text}"
    return text


def _carried(page: str) -> str:
    """The text in the data of the page's scripts."""
    tree = load(page)
    return "" if tree is None else carried(tree)


def _second_reading(page: str) -> str:
    """What trafilatura's full form finds, else every paragraph of the page."""
    again = load(page)
    if again is None:
        return ""
    _drop_consent(again)
    return _article(again, fast=False) or _paragraphs(load(page))


def _article(tree: HtmlElement, *, fast: bool) -> str:
    try:
        found = trafilatura.bare_extraction(tree, fast=fast, include_comments=False)
    except Exception:  # noqa: BLE001 - a library over foreign markup: what it trips over, the next reading may take
        return ""
    return (found.text or "").strip() if isinstance(found, trafilatura.settings.Document) else ""


def _fullest_run(tree: HtmlElement) -> int:
    """Characters in the paragraphs of that element which has most of them as its children."""
    runs: Counter[HtmlElement] = Counter()
    for paragraph in tree.iter("p"):
        if (parent := paragraph.getparent()) is not None:
            runs[parent] += len(_text(paragraph))
    return max(runs.values(), default=0)


def _standfirst(tree: HtmlElement, declared: Declared) -> str:
    """The paragraph of the page, outside its frame, that begins as the page's description does; "" where none does."""
    openings = {fold(text.rstrip(" .…"))[:_STANDFIRST_SHARES] for text in declared.descriptions}
    openings = {opening for opening in openings if len(opening) >= _STANDFIRST_SHORTEST}
    if not openings:
        return ""
    firsts = {opening[0] for opening in openings}
    for element in tree.iter("p", "h2", "h3", "div", "span", "strong"):
        text = _text(element) if _begins(element, firsts) else ""
        if (
            _STANDFIRST_SHORTEST <= len(text) <= _STANDFIRST_LONGEST
            and _opens(text, openings)
            and _stands_free(element)
        ):
            return text
    return ""


def _begins(element: HtmlElement, letters: Collection[str]) -> bool:
    """Whether the first letter in an element is among `letters`: rules most out before their text is put together."""
    for piece in element.itertext():
        if match := _WORD.search(piece):
            return match[0].lower() in letters
    return False


def _opens(text: str, openings: Collection[str]) -> bool:
    folded = fold(text)
    return any(folded.startswith(opening) for opening in openings)


def _stands_free(element: HtmlElement) -> bool:
    """Whether an element is one paragraph, neither in a link nor in the page's frame."""
    inner = any(part.tag in _BLOCKS for part in element.iterdescendants())
    return not inner and not any(outer.tag in _FRAMES for outer in element.iterancestors())


def _paragraphs(tree: HtmlElement | None) -> str:
    """Every paragraph that is not mostly links, once."""
    if tree is None:
        return ""
    lines = (_text(paragraph) for paragraph in tree.iter("p") if not _is_pointer(paragraph))
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _drop_consent(tree: HtmlElement) -> None:
    """Take out what asks for consent to cookies: it is long, and full of sentences."""
    for element in list(tree.iter("div", "section", "aside", "dialog", "amp-consent")):
        if (
            element.getparent() is not None
            and (
                element.tag == "amp-consent" or _asks_consent(element.get("id")) or _asks_consent(element.get("class"))
            )
            and next(element.iter("h1", "article", "main"), None) is None
        ):
            element.drop_tree()


@lru_cache(maxsize=4_096)
def _asks_consent(name: str | None) -> bool:
    """Whether an id or class is that of a box that asks for consent; most names come again on the same page."""
    return name is not None and _CONSENT.search(name) is not None


def _drop_pointers(tree: HtmlElement) -> None:
    """Take out paragraphs, lists, tables and cells that only link elsewhere: "Read also", a menu, related stories."""
    for element in list(tree.iter("p", "table", "td", "ul", "ol")):
        if element.getparent() is not None and _is_pointer(element):
            element.drop_tree()


def _is_pointer(element: HtmlElement) -> bool:
    links = element.findall(".//a")
    if not links:
        return False
    length = len(_text(element))
    return length > _SHORTEST_POINTER and sum(len(_text(link)) for link in links) >= _LINKED * length


def _tidy(text: str) -> str:
    """The lines that hold a word and are no notice, without the bars that part a table's empty cells."""
    lines = (_BARS.sub("| ", line).strip(" |\t") for line in text[:_LONGEST].splitlines())
    return "\n".join(line for line in lines if _WORD.search(line) and not _is_notice(line))


def _is_notice(line: str) -> bool:
    """Whether a line invites the reader elsewhere."""
    return len(line) <= _LONGEST_NOTICE and _NOTICE.match(line) is not None


def _without_headline(text: str, titles: Collection[str]) -> str:
    """The text without the line among its first four that repeats the title, which is kept apart from it."""
    lines = text.split("\n")
    for place, line in enumerate(lines[:4]):
        if (words := fold(line)) and words in titles and len(lines) > 1:
            return "\n".join(lines[:place] + lines[place + 1 :])
    return text


def _text(element: HtmlElement) -> str:
    whole = "".join(element.itertext()) if len(element) else element.text or ""  # most hold no other
    return " ".join(whole.split())
