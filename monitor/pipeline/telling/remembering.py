"""What audiences remember of stories that they were told: which texts, in which words, under which addresses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from monitor.models import Article, DigestItem, Version
from monitor.store.checks import versions
from monitor.store.digests import StoryRows, items_of_stories


@dataclass(frozen=True, slots=True)
class Memory:
    """The texts that articles had, by article, and what a digest told of stories, by story."""

    texts: Mapping[int, Sequence[Version]]
    items: Mapping[int, Sequence[DigestItem]]

    def earlier(self, articles: Sequence[Article], revision: int) -> dict[int, Version]:
        """The texts that stood when a revision of their story was told, of articles that changed it since, or are gone.

        By article; one that came in later has none.
        """
        found: dict[int, Version] = {}
        for article in articles:
            known = [each for each in self.texts.get(article.id or 0, ()) if each.story_revision <= revision]
            if known and article.story_revision > revision:
                found[article.id or 0] = max(known, key=lambda each: (each.story_revision, each.first_seen))
        return found

    def told_as(self, story_id: int, revision: int) -> str:
        """The headline under which a story was told last, up to a revision of it; "" where it was not."""
        items = [item for item in self.items.get(story_id, ()) if item.revision <= revision]
        return max(items, key=lambda item: (item.revision, item.id or 0)).headline if items else ""

    def told(self, story_id: int, revision: int) -> frozenset[str]:
        """The sentences that were told of a story up to a revision of it, and the addresses that were named."""
        items = [item for item in self.items.get(story_id, ()) if item.revision <= revision]
        sentences = {quote["sentence"] for item in items if item.section != "also" for quote in item.summary}
        corrected = {change["after"] for item in items for change in item.changes if change["after"]}
        named = {quote["url"] for item in items for quote in (*item.summary, *item.also_in)}
        return frozenset(sentences | corrected | named | {item.url for item in items})


def as_of(session: Session, articles: Sequence[Article], moment: datetime) -> list[Article]:
    """The articles as they stood at a moment: those stored by then, with the texts that they had, none gone since."""
    there = [article for article in articles if article.stored_at < moment]
    texts = versions(session, [article.id for article in there if article.id is not None])
    return [_then(article, texts.get(article.id or 0, ()), moment) for article in there]


def _then(article: Article, texts: Sequence[Version], moment: datetime) -> Article:
    stood = [each for each in texts if each.first_seen < moment]
    text = {"title": stood[-1].title, "text": stood[-1].text} if stood else {}
    gone = article.withdrawn_at if article.withdrawn_at and article.withdrawn_at < moment else None
    return article.model_copy(update={**text, "withdrawn_at": gone})


def memory_of(session: Session, digest: str, rows: Sequence[StoryRows], known: Collection[int]) -> Memory:
    """What those whom a digest told of the stories `known` remember of them."""
    told = [row for row in rows if row.story.id in known]
    articles = [article.id for row in told for article in row.articles if article.id is not None]
    return Memory(versions(session, articles), items_of_stories(session, digest, [row.story.id or 0 for row in told]))
