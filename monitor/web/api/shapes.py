"""What the API answers with: kept nouns as programs take them, whole words and moments, nothing cut for a screen.

Digests and deliveries stand in `told.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.models import Article, Assessment, Reasons, Story, Topic
from monitor.pipeline.polling.health import Health
from monitor.store.reading_page import Judged


@dataclass(frozen=True, slots=True)
class TopicJson:
    """A topic as it is declared."""

    name: str
    title: str
    threshold: str
    seeds: Sequence[str]
    sources: Sequence[str]

    @classmethod
    def of(cls, topic: Topic) -> "TopicJson":
        """The topic."""
        return cls(topic.name, topic.title, topic.threshold, topic.seeds, topic.sources)


@dataclass(frozen=True, slots=True)
class AssessmentJson:
    """What a topic thinks of an article, and why."""

    topic: str
    score: float
    threshold: float
    relevant: bool
    facet: str
    seed_sentence: str
    article_sentence: str
    terms: Sequence[tuple[str, float]]
    rule: str

    @classmethod
    def of(cls, assessment: Assessment) -> "AssessmentJson":
        """The assessment."""
        why = Reasons.from_json(assessment.reasons)
        return cls(
            assessment.topic,
            assessment.score,
            assessment.threshold,
            assessment.relevant,
            why.facet,
            why.seed_sentence,
            why.article_sentence,
            why.terms,
            why.rule,
        )


@dataclass(frozen=True, slots=True)
class ArticleJson:
    """An article without its text; `verdict` is the reader's own for the topic that was asked about, None for none."""

    id: int
    url: str
    title: str
    source: str
    language: str
    published: datetime
    stored: datetime
    story: int | None
    reprint_of: int | None
    grade: str
    assessments: Sequence[AssessmentJson]
    verdict: bool | None

    @classmethod
    def of(cls, article: Article, assessments: Sequence[Assessment] = (), verdict: bool | None = None) -> "ArticleJson":
        """The article with what topics think of it."""
        return cls(
            article.id or 0,
            article.canonical_url,
            article.title,
            article.source,
            article.language,
            article.published,
            article.stored_at,
            article.story_id,
            article.duplicate_of,
            article.grade,
            [AssessmentJson.of(each) for each in assessments],
            verdict,
        )

    @classmethod
    def judged(cls, each: Judged) -> "ArticleJson":
        """The article as one topic judges it."""
        thought = [each.assessment] if each.assessment else []
        return cls.of(each.article, thought, each.verdict.relevant if each.verdict else None)


@dataclass(frozen=True, slots=True)
class WholeArticleJson:
    """An article with its text."""

    article: ArticleJson
    authors: Sequence[str]
    text: str


@dataclass(frozen=True, slots=True)
class HitJson:
    """An article that answers a search, and the place in it where it does."""

    article: ArticleJson
    snippet: str
    rank: float


@dataclass(frozen=True, slots=True)
class StoryJson:
    """A story and its articles, those published first first."""

    id: int
    headline: str
    revision: int
    first_published: datetime
    last_published: datetime
    articles: Sequence[ArticleJson]

    @classmethod
    def of(cls, story: Story, articles: Sequence[ArticleJson]) -> "StoryJson":
        """The story."""
        return cls(
            story.id or 0,
            story.headline,
            story.revision,
            story.first_published,
            story.last_published,
            articles,
        )


@dataclass(frozen=True, slots=True)
class SourceJson:
    """A source and how it fares; `condition` is new, well, failing, broken or paused."""

    name: str
    url: str
    kind: str
    language: str
    tags: Sequence[str]
    condition: str
    last_success: datetime | None
    last_new: datetime | None
    next_poll: datetime | None
    entries_a_day: float | None
    articles: int
    failures: int
    error: str
    remedy: str

    @classmethod
    def of(cls, health: Health) -> "SourceJson":
        """The source."""
        return cls(
            health.source.name,
            health.source.url,
            health.kind or health.source.kind,
            health.source.language,
            health.source.tags,
            health.condition,
            health.last_success,
            health.last_new,
            health.next_poll,
            health.daily,
            health.articles,
            health.failures,
            health.error,
            health.remedy,
        )


@dataclass(frozen=True, slots=True)
class StandingJson:
    """How everything stands: the document of `monitor status --json`."""

    alive: bool
    troubles: Sequence[Mapping[str, str]]
    last_collect: Mapping[str, str | bool] | None
    last_success: str | None
    collecting: bool
    last_digests: Mapping[str, str]
    late: Sequence[str]
    sources: Mapping[str, int]
    failing: Mapping[str, str]
    deliveries: Mapping[str, int]
    backlog: Mapping[str, int]
    articles: int
    stories: int
    verdicts: int
    stored_in_a_day: int
    relevant_in_a_day: Mapping[str, int]
    database_bytes: int
    free_bytes: int
    seconds_a_collect: float | None


@dataclass(frozen=True, slots=True)
class VerdictJson:
    """A verdict to record: is this article relevant for this topic?"""

    article: int
    topic: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class RecordedJson:
    """A verdict as it was recorded; DELETE of /api/feedback/{id} takes it back."""

    id: int
    article: int
    topic: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class FaultJson:
    """What went wrong, in one sentence."""

    detail: str
