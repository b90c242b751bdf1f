"""What the last collect and digest came to, read back for a person: for the demo's end and the like."""

from dataclasses import dataclass
from typing import Any

from monitor.config import Settings
from monitor.digest.wording import counted
from monitor.models import DigestItem, Reasons
from monitor.pipeline.context import opened_database
from monitor.store.digests import digest_items, digests
from monitor.store.outbox import deliveries_of
from monitor.store.runs import runs


@dataclass(frozen=True, slots=True)
class Found:
    """One story of a digest, on a line."""

    score: float
    headline: str
    source: str
    sources: int
    facet: str

    @classmethod
    def of(cls, item: DigestItem) -> "Found":
        """The line of a digest's item."""
        facet = Reasons.from_json(item.reasons).facet
        return cls(round(item.score, 2), item.headline, item.source, 1 + len(item.also_in), facet)

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {"score": self.score, "headline": self.headline, "sources": self.sources, "facet": self.facet}


@dataclass(frozen=True, slots=True)
class LastDigest:
    """The digest that was sent last, with the file that it was written to, "" where no channel wrote one."""

    id: int
    path: str
    first_line: str
    stories: tuple[Found, ...]


def last_digest(settings: Settings, name: str) -> LastDigest | None:
    """The digest of a name that was sent last; alerts, and turns at which there was nothing to tell, do not count."""
    with opened_database(settings) as database, database.reading() as session:
        for digest in digests(session, name, sent=True, alerts=False, limit=1):
            identity = digest.id or 0
            path = next((each.detail for each in deliveries_of(session, identity) if each.detail.endswith(".html")), "")
            stories = tuple(Found.of(item) for item in digest_items(session, identity))
            return LastDigest(identity, str(settings.root / path) if path else "", digest.first_line, stories)
    return None


def last_collect(settings: Settings) -> str:
    """What the last collect did, in one line; "" before the first."""
    with opened_database(settings) as database, database.reading() as session:
        last = runs(session, "collect", limit=1)
    if not last or not last[0].figures:
        return ""
    figures = last[0].figures
    sources, pages, articles = figures["sources"], figures["pages"], figures["articles"]
    relevant = sum(figures["relevant"].values())
    return (
        f"{counted(sources['polled'], 'source')} asked ({sources['failed']:,} failed), "
        f"{counted(pages['fetched'], 'page')} read, {counted(articles['stored'], 'article')} stored "
        f"({counted(articles['near_duplicates'], 'near-duplicate')}), {relevant:,} relevant"
    )
