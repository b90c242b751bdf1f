"""How quoted sentences stand together: which follow one another in their article. Pure."""

from collections.abc import Mapping, Sequence

from monitor.models import Article

_JOINED = "joined"


def run_on(quotes: Sequence[Mapping[str, str]], articles: Sequence[Article]) -> list[dict[str, str]]:
    """The quotes; one that follows the one before it in the same article, with nothing between, has "joined"."""
    texts = {article.canonical_url: " ".join(article.text.split()) for article in articles}
    told: list[dict[str, str]] = []
    for quote in quotes:
        before = told[-1] if told else None
        follows = before is not None and before["url"] == quote["url"] and _follows(before, quote, texts)
        told.append({**quote, _JOINED: "yes"} if follows else dict(quote))
    return told


def is_joined(quote: Mapping[str, str]) -> bool:
    """Whether it stands in one pair of quotation marks with the one before it."""
    return bool(quote.get(_JOINED))


def _follows(before: Mapping[str, str], quote: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    both = " ".join(f"{before['sentence']} {quote['sentence']}".split())
    return both in texts.get(quote["url"], "")
