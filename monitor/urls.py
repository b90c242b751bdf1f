"""Addresses: what one is, what makes two the same, and where a relative one leads.

In: the text of an address, wherever it was found. Out: the canonical form by which an article is known, the origin
by which a host is known, or an absolute address that can be asked. Never opens a connection and never follows a
redirect: two addresses of one page become one only when a server says so.
"""

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from monitor.errors import AddressError

LONGEST = 8_000
"""Characters of the longest address taken: what RFC 9110, section 4.1, asks every server and client to support."""

MESSAGE = "mid:"
"""What addresses of messages begin with (RFC 2392): they lead to no page."""

_PLAIN = re.compile(
    r"https?://(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.){1,6}[a-z]{2,20}"
    r"/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)?"
)
"""Addresses that are canonical as they stand. Most are, and normalising costs 50 times what recognising them does."""

_WITH_QUERY = re.compile(_PLAIN.pattern + r"(?:\?[A-Za-z0-9_.~=&%+-]+)?")
"""Addresses that lead where they say whatever document they stand in, and that no part of has to be looked at."""

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_EMPTY = "\ue000\ue001\ue002"
"""Characters for private use (Unicode), which no address on the web holds."""

_SPACE = re.compile(r"[\x00-\x20\x7f\s]+")
_JOINED = re.compile(r"[\x00-\x1f\x7f]+")
_SESSION = re.compile(r"(?<=[^/.])(?:;jsessionid=[^/?;]*)+", re.IGNORECASE)

_CERTAIN = re.compile(
    r"(?:utm|at|hsa|mc|mkt|mtm|oly|pk|itm|vero|wt|cm|fb|ns|guce)_\w+"
    r"|_+hs\w+|_g[al]|(?:dc|fbc|gc|twc|yc|ysc|msclk|rb_click|igsh|wbra|gbra)l?id|srsltid|yclid|igshid|phpsessid"
    r"|ref|referr?er|ref_?src|source|medium|campaign|xtor|aff(?:i|iliate)?"
    r"|maca|rss|rssfeed|cmp|cmpid|ncid|icid|intcid|ocid|ico|ito|dicbo|smid|smtyp|smprod|mbid|ftag|srnd|srcref"
    r"|soc_src|soc_trk|guccounter|wpisrc|_openstat|spm|tblci"
)
"""Parameters that only say whence a reader came: courlan's and ClearURLs' lists, and what publishers' feeds add."""

_FORMAT_NAMES = frozenset({"feed", "format", "type", "output", "view", "action", "alt", "ext", "q", "query", "s"})
_FEED_VALUE = re.compile(r"(?:^|[^a-z0-9])rss(?:feed)?(?![a-z0-9])")


def _split(url: str) -> SplitResult:
    """The parts of an http(s) address with a host and a port that can exist; raises AddressError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"not an address: {url[:200]!r} ({error})") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise AddressError(f"not an http or https address: {url[:200]!r}")
    return parts


def _normalized(url: str) -> SplitResult:
    """Host, port, dots, escapes and Unicode made uniform by url-normalize; raises AddressError."""
    from url_normalize import url_normalize  # noqa: PLC0415 - as below, with idna's tables

    if len(url) > LONGEST or "://" not in url[:10]:
        raise AddressError(f"not an http or https address: {url[:200]!r}")
    given = _split(url)
    # An empty segment of a path may mean something (an archive keeps the whole address of a page behind its own), and
    # RFC 3986, section 6.2.2, lets nobody drop it; url-normalize does, so it is given a name meanwhile.
    named = given._replace(path=given.path.replace("//", f"/{_EMPTY}/").replace("//", f"/{_EMPTY}/"))
    try:
        parts = _split(url_normalize(urlunsplit(named)) or "")
    except ValueError as error:  # what idna and urlsplit raise for names that cannot exist
        raise AddressError(f"not an address: {url[:200]!r} ({error})") from error
    host_and_port = parts.netloc.rpartition("@")[2]
    if not _HOST.fullmatch(host_and_port.removesuffix(f":{parts.port}")):
        raise AddressError(f"no host can be called that: {url[:200]!r}")
    return parts._replace(netloc=host_and_port, path=parts.path.replace(quote(_EMPTY), ""))


def _names_article(path: str) -> bool:
    """Whether a path alone tells one article from another: a number of four digits or a title in words."""
    last = path.rstrip("/").rpartition("/")[2]
    return bool(re.search(r"[0-9]{4}", last)) or last.count("-") + last.count("_") >= 2


def _tracks(parameter: str, path_names_article: bool) -> bool:
    """Whether a parameter only says whence the reader came.

    courlan also takes names such as `cid`, `eid`, `gallery` or `sourceid` for trackers. Behind a script they are what
    tells one article from the next, so those go only where the path names the article.
    """
    from courlan.clean import TRACKERS_RE  # noqa: PLC0415 - 20 ms, it brings urllib3: most addresses need none of it

    name, _, value = parameter.lower().partition("=")
    if _CERTAIN.fullmatch(name) or (name not in _FORMAT_NAMES and _FEED_VALUE.search(value)):
        return True
    return path_names_article and TRACKERS_RE.search(name) is not None


def _kept_query(query: str, path: str) -> str:
    """The parameters that matter, ordered by name; one without a value or a name (`?12345`) stays as it is."""
    names_article = _names_article(path)
    parameters = [part for part in re.sub(r"&(?:amp;)+", "&", query).split("&") if part]
    kept = [part for part in parameters if not _tracks(part, names_article)]
    return "&".join(sorted(kept, key=lambda part: part.partition("=")[0]))


def names_address(text: str) -> bool:
    """Whether a text is meant as an http or https address, well written or not, and not as the name of a file."""
    return text[:8].lower().startswith(("http:", "https:"))


def canonical_url(url: str) -> str:
    """The form by which an article is known: two addresses with the same one are the same article.

    Scheme and host in lower case (names in Punycode), no default port, user, fragment, dot segments, session or
    tracking parameters; escapes in upper case, parameters sorted by name. `canonical_url(canonical_url(u)) ==
    canonical_url(u)`. Another address written inside this one is never taken in its place: nobody can pass for an
    article by quoting its address.

    Raises:
        AddressError: it is no http or https address, or longer than `LONGEST`.
    """
    if len(url) <= LONGEST and _PLAIN.fullmatch(url):
        return url
    parts = _normalized(_JOINED.sub("", url.strip()))
    path = _SESSION.sub("", parts.path)
    canonical = urlunsplit((parts.scheme, parts.netloc, path, _kept_query(parts.query, path), ""))
    if len(canonical) > LONGEST:
        raise AddressError(f"longer than {LONGEST} characters: {url[:200]!r}")
    return canonical


def origin(url: str) -> str:
    """Scheme, host and port of an address, lower case, a default port left out: `https://example.com:8443`.

    Raises:
        AddressError: it is no http or https address.
    """
    parts = _normalized(_JOINED.sub("", url.strip()))
    return f"{parts.scheme}://{parts.netloc}"


def absolute(base: str, url: str) -> str:
    """Where an address found in the document at `base` leads, as http or https; "" where it leads nowhere we can ask.

    The address stays as its author wrote it, with spaces escaped and line breaks taken out. Never raises.
    """
    if len(url) <= LONGEST and _WITH_QUERY.fullmatch(url):
        return url
    text = _SPACE.sub("%20", _JOINED.sub("", url.strip()))
    if not text:
        return ""
    try:
        joined = urljoin(base, text)
        parts = _split(joined)
    except (AddressError, ValueError):
        return ""
    return joined if len(joined) <= LONGEST and parts.netloc.isprintable() else ""
