"""Verdicts: recorded with the probability with which they were asked for, and asked for where they help most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment, Feedback, Topic
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.judging.archive import item
from monitor.pipeline.judging.profiles import topic_or_first
from monitor.pipeline.learning.drawing import Lottery, drawn_with
from monitor.relevance.asking import Candidate, choose
from monitor.relevance.items import words_of
from monitor.store.articles import article_by_url, articles_of
from monitor.store.judged import judged, sampled, stored_within
from monitor.store.topics import assessments, borderline, keep_feedback, verdicts
from monitor.urls import canonical_url

# The articles nearest to the threshold, among which those worth asking about are looked for: at most so many, and so
# many for each question, among which there is one unlike what was judged before. The latter is chosen, not measured.
_CONSIDERED, _CONSIDERED_FOR_ONE = 400, 50
# Of a week's articles so many are looked at for those, drawn evenly: a digest asks one of them, and needs not the very
# nearest of twenty thousand.
_LOOKED_AT = 1_000
_JUDGED_KEPT_IN_MIND = 200
# One question in so many is drawn at random.
_ONE_DRAWN_OF = 5
# A score that lies nearer to the threshold is called just above or below it. Chosen, not measured.
_JUST = 0.05


@dataclass(frozen=True, slots=True)
class Question:
    """An article that a verdict is asked for, and why; `probability` with which it was drawn, 0 where chosen."""

    id: str
    title: str
    url: str
    score: float
    why: str
    probability: float = 0.0

    @property
    def row(self) -> tuple[object, ...]:
        """The row of a table."""
        return (round(self.score, 3), self.title, self.url, self.why)

    def to_json(self) -> dict[str, Any]:
        """One question of `monitor ask --json`."""
        return {
            "id": self.id,
            "title": self.title,
            "url": self.url,
            "score": self.score,
            "why": self.why,
            "probability": self.probability,
        }


def record(settings: Settings, url: str, topic: str, *, relevant: bool) -> Article:
    """Keep a verdict on the article at an address, and return the article.

    Raises ConfigurationError for a topic that is not there and an address that is not kept, AddressError for none.
    """
    settings.topic(topic)
    with opened_database(settings) as database, database.writing() as session:
        article = article_by_url(session, canonical_url(url))
        if article is None:
            message = f"{url}: no such article is kept; `monitor search` finds those that are"
            raise ConfigurationError(message)
        fields = {
            "topic": topic,
            "article_id": article.id,
            "relevant": relevant,
            "probability": drawn_with(session, topic, article),
            "made_at": clock(),
        }
        keep_feedback(session, Feedback.model_validate(fields))
    return article


def only_topic(settings: Settings) -> Topic:
    """The topic that a verdict is for where none is named. Raises ConfigurationError where there is not just one."""
    if len(settings.topics) != 1:
        names = ", ".join(each.name for each in settings.topics) or "none yet"
        message = f"feedback: say for which topic, as --topic NAME; there are: {names}"
        raise ConfigurationError(message)
    return settings.topics[0]


def questions(settings: Settings, topic: str, count: int, now: datetime | None = None) -> list[Question]:
    """At most `count` articles that nobody judged yet, of one topic or of the first: drawn ones last.

    Raises ConfigurationError for a topic that is not there, or where there is none.
    """
    name = topic_or_first(settings, topic).name
    with opened_database(settings) as database, database.reading() as session:
        return questions_of(session, name, count, now or clock())


Asked = tuple[Article, Assessment]


def _all_of(candidates: Sequence[Asked]) -> Sequence[Asked]:
    return candidates


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be asked about: those of some candidates that are `open_ones`, at the border stored from `since` on."""

    since: datetime | None = None
    open_ones: Callable[[Sequence[Asked]], Sequence[Asked]] = _all_of


def questions_of(session: Session, topic: str, count: int, now: datetime, scope: Scope = Scope()) -> list[Question]:
    """The same over an open store: one in five is drawn of what was left out this week, at least one of two."""
    lottery, known = Lottery(session, topic), list(verdicts(session, topic))
    to_measure = _drawn(lottery, max(1, count // _ONE_DRAWN_OF) if count > 1 else 0, now, scope, known)
    considered = min(_CONSIDERED, count * _CONSIDERED_FOR_ONE)
    near = borderline(session, topic, limit=considered, ids=_looked_at(session, topic, now, scope))
    to_learn = _chosen(lottery, count, near, {each.id for each in to_measure}, scope, known)
    return to_learn[: count - len(to_measure)] + to_measure


def _looked_at(session: Session, topic: str, now: datetime, scope: Scope) -> list[int] | None:
    """The articles among which the nearest to the border are looked for; None for all."""
    if scope.since is None:
        return None
    ids = stored_within(session, scope.since, now)
    return sampled(session, topic, ids, _LOOKED_AT, judged(session, topic, ids).articles)


def _chosen(
    lottery: Lottery, count: int, border: Sequence[Assessment], without: set[str], scope: Scope, known: Sequence[int]
) -> list[Question]:
    near = {each.article_id: each for each in border}
    articles = {article.id or 0: article for article in articles_of(lottery.session, list(near))}
    judged = articles_of(lottery.session, known[-_JUDGED_KEPT_IN_MIND:])
    below = [articles[key] for key, each in near.items() if key in articles and not each.relevant]
    without = without | {str(key) for key in lottery.reserved(below)}
    originals = [
        (articles[key], each)
        for key, each in near.items()
        if key in articles and str(key) not in without and articles[key].duplicate_of is None
    ]
    open_ones = [
        Candidate(str(article.id), each.score, each.threshold, words_of(item(article)))
        for article, each in scope.open_ones(originals)
    ]
    asked = choose(open_ones, count, [words_of(item(article)) for article in judged])
    return [
        _question(articles[int(each.id)], near[int(each.id)], _border(each.score, each.threshold)) for each in asked
    ]


def _drawn(lottery: Lottery, count: int, now: datetime, scope: Scope, known: Sequence[int]) -> list[Question]:
    if not count:
        return []
    found = {each.article_id: each.probability for each in lottery.draws(_CONSIDERED, now, known)}
    articles = {article.id or 0: article for article in articles_of(lottery.session, list(found))}
    thought = assessments(lottery.session, lottery.topic, list(found))
    drawn = scope.open_ones([(articles[key], thought[key]) for key in found])[:count]
    return [_question(article, each, _lot(found[each.article_id]), found[each.article_id]) for article, each in drawn]


def _question(article: Article, thought: Assessment, why: str, probability: float = 0.0) -> Question:
    return Question(str(article.id), article.title, article.canonical_url, thought.score, why, probability)


def questions_of_file(seeds: Sequence[str], articles: Path, labels: Path | None, count: int) -> list[Question]:
    """What a file of articles, with no store, would best be asked about: to learn only.

    Raises ConfigurationError for a file that cannot be read.
    """
    from monitor.pipeline.judging import scoring

    request = scoring.Request(tuple(seeds), articles, None, labels, "balanced", None, None)
    given = scoring.verdicts_of(request)
    items = {each.id: each for each in scoring.items_of(request)}
    candidates = [
        Candidate(each.id, each.score, each.threshold, words_of(items[each.id]))
        for each in scoring.score(request)
        if each.id not in given
    ]
    judged = [words_of(items[identity]) for identity in sorted(given) if identity in items]
    return [
        Question(each.id, items[each.id].title, "", each.score, _border(each.score, each.threshold))
        for each in choose(candidates, count, judged)
    ]


def _lot(chance: float) -> str:
    """With which chance an article was drawn, in words."""
    drawn = (
        f"drawn at random from what was left out, one in {1 / chance:.0f}" if chance < 1 else "left out, as others were"
    )
    return f"{drawn}: it measures what is missed"


def _border(score: float, threshold: float) -> str:
    """How an article stands to the threshold, in words."""
    side = "above" if score >= threshold else "below"
    just = "just " if abs(score - threshold) < _JUST else ""
    return f"at the border: {score:.2f} is {just}{side} the threshold {threshold:.2f}"
