"""What a digest says beside stories and sources: what readers are asked, what was told at once, whose stream changed.

Nothing of it is said twice: an article is asked about once by a digest, a change of the stream once a week.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.cleaning import source_of
from monitor.digest.material import Alerted, Asked, Figures, Remarks
from monitor.digest.settings import DigestSettings
from monitor.models import ALERT, Article, Assessment, Digest, Topic
from monitor.pipeline.learning.drifting import drift_of
from monitor.pipeline.learning.feedback import Question, Scope, questions_of
from monitor.store.articles import articles_of
from monitor.store.digests import digest_items, digests, told

# One at the border, to learn; one drawn at random of what was left out, to measure.
_QUESTIONS = 2
# What is asked about is as recent as what is told.
_RECENT = timedelta(days=7)
_DRIFT_SAID_FOR = timedelta(days=7)
# Digests of the past that are looked at: three weeks of one that is sent every hour.
_REMEMBERED = 500


def remarks_of(
    settings: Settings,
    session: Session,
    digest: DigestSettings,
    now: datetime,
    keys: Sequence[str],
    stories: Collection[int],
) -> Remarks:
    """What the digest is to say beside its stories, whose ids are `stories`; `keys` are those of its audiences."""
    before = digests(session, digest.name, until=now, sent=True, alerts=False, limit=_REMEMBERED)
    topics = settings.topics_of(digest)
    said = {topic for each in before if each.composed_at > now - _DRIFT_SAID_FOR for topic in Figures.of(each).drift}
    changed = {topic.name: drift_of(session, topic.name, now) for topic in topics if topic.name not in said}
    return Remarks(
        asked=tuple(_asked(session, topics, now, _Answered(session, before, keys, stories))),
        alerted=tuple(_alerted(session, digest, before[0].composed_at if before else None, now)),
        drift={topic: warning for topic, warning in changed.items() if warning},
    )


class _Answered:
    """What need not be asked: what the digest asked before or tells now, and what its audiences were told."""

    def __init__(
        self, session: Session, before: Sequence[Digest], keys: Sequence[str], stories: Collection[int]
    ) -> None:
        self.session = session
        self.keys = keys
        self.stories = frozenset(stories)
        self.asked = {asked.article_id for each in before for asked in Figures.of(each).asked}

    def open_ones(self, candidates: Sequence[tuple[Article, Assessment]]) -> list[tuple[Article, Assessment]]:
        """Those of the candidates that may be asked about."""
        left = [
            (article, thought)
            for article, thought in candidates
            if not thought.relevant and article.news and article.id not in self.asked
        ]
        known = told(self.session, self.keys, [article.story_id for article, _ in left if article.story_id])
        stories = self.stories.union(*known.values())
        return [(article, thought) for article, thought in left if article.story_id not in stories]


def _asked(session: Session, topics: Sequence[Topic], now: datetime, answered: _Answered) -> Iterator[Asked]:
    """One question of either kind, of another topic at each turn: a digest of thirty topics asks no sixty."""
    turn = now.toordinal() % len(topics) if topics else 0
    missing = {True, False}
    for topic in (*topics[turn:], *topics[:turn]):
        found = questions_of(session, topic.name, _QUESTIONS, now, Scope(now - _RECENT, answered.open_ones))
        for question in found:
            if (drawn := question.probability > 0) in missing:
                missing.discard(drawn)
                yield from _question(session, topic.name, question)
        if not missing:
            return


def _question(session: Session, topic: str, question: Question) -> Iterator[Asked]:
    for article in articles_of(session, [int(question.id)]):
        yield Asked(
            article_id=article.id or 0,
            topic=topic,
            title=article.title,
            url=article.canonical_url,
            source=source_of(article),
            language=article.language,
            why=question.why,
            probability=question.probability,
        )


def _alerted(session: Session, digest: DigestSettings, since: datetime | None, now: datetime) -> Iterator[Alerted]:
    """What instant alerts told since the digest was sent last, in order."""
    latest = digests(session, digest.name, until=now, sent=True, limit=_REMEMBERED)
    for each in reversed(latest):
        if not each.slot.startswith(ALERT) or (since is not None and each.composed_at <= since):
            continue
        for item in digest_items(session, each.id or 0):
            yield Alerted(
                story_id=item.story_id,
                revision=item.revision,
                headline=item.headline,
                url=item.url,
                source=item.source,
                language=item.language,
                at=each.composed_at,
            )
