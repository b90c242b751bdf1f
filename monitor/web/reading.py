"""A story with its articles, and an article with its text: what each topic makes of it, and who was told when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import Response

from monitor.digest.cleaning import one_line
from monitor.digest.novelty import Added, added
from monitor.models import Article, Reasons
from monitor.store.articles import article as article_of
from monitor.store.articles import articles_of
from monitor.store.checks import versions
from monitor.store.reading_page import Judged, judged_articles, originals_of, story_and_articles
from monitor.store.told import Telling, digests, tellings
from monitor.text import without_dateline
from monitor.web.house import Here, House
from monitor.web.pages import page, teller
from monitor.web.shown import NAME, SENTENCE, ShownArticle, Teller, paragraphs
from monitor.web.untold import why_untold

router = APIRouter()

# Independent reports in which is looked for what is new: each costs some 3 ms (bench/pages.py).
COMPARED = 12
# Digests among which is looked for one that could have told of an article.
LOOKED_BACK = 40

# The ids of PostgreSQL's integer columns; a greater number is in no table.
Identity = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a topic makes of an article; `article` carries its reasons, none where it was not judged."""

    topic: str
    title: str
    article: ShownArticle


@dataclass(frozen=True, slots=True)
class Reprinted:
    """An independent report, the copies of it, what topics make of it, and what it says first.

    The last is None where that was not looked for.
    """

    report: ShownArticle
    copies: tuple[ShownArticle, ...]
    opinions: tuple[Opinion, ...] = ()
    added: Added | None = None


@dataclass(frozen=True, slots=True)
class ShownTelling:
    """That somebody was told: whom, by which channel and digest, when, and what came of it."""

    recipient: str
    channel: str
    digest: str
    digest_id: int
    delivery_id: int
    state: str
    when: str
    before_the_article: bool = False


@router.get("/stories/{story_id}")
def story(request: Request, house: Here, story_id: Identity) -> Response:
    """A story: independent reports in the order of their dates, with what each says first, and who was told of it."""
    shows = teller(house)
    with house.database.reading() as session:
        found = story_and_articles(session, story_id)
        if found is None:
            raise HTTPException(404, "This story is not kept, or not any more.")
        head, articles = found
        thought = {topic.name: judged_articles(session, topic.name, articles) for topic in house.settings.topics}
        told = tellings(session, story_id)
        independent = _independent(articles)
        compared = articles_of(session, [each.id or 0 for each in independent[:COMPARED]])
    return page(
        request,
        house,
        "story",
        headline=shows.article(_lead(articles, head.lead_article_id)).title if articles else head.headline,
        language=head.language,
        story=head,
        reports=_reports(shows, articles, _opinions(house, shows, thought), _additions(compared)),
        compared=COMPARED,
        uncompared=len(independent) - len(compared),
        first=shows.moment(head.first_published),
        last=shows.moment(head.last_published),
        told=[_shown_telling(house, each, None) for each in told],
    )


@router.get("/articles/{article_id}")
def article(request: Request, house: Here, article_id: Identity) -> Response:
    """An article: its text, what every topic makes of it and why, and whether anybody was told."""
    shows = teller(house)
    with house.database.reading() as session:
        found = article_of(session, article_id)
        if found is None:
            raise HTTPException(404, "This article is not kept, or not any more.")
        judged = [(topic, judged_articles(session, topic.name, [found])) for topic in house.settings.topics]
        original = originals_of(session, [found]).get(found.duplicate_of or 0)
        told = tellings(session, found.story_id) if found.story_id is not None else []
        changes = versions(session, [article_id]).get(article_id, [])
        composed = [each.digest for each in digests(session, limit=LOOKED_BACK)]
    thought = {topic.name: each for topic, by_id in judged if (each := by_id[article_id].assessment) is not None}
    opinions = [Opinion(topic.name, topic.title, shows.judged(by_id[article_id])) for topic, by_id in judged]
    sentences = [Reasons.from_json(each.reasons).article_sentence for each in thought.values()]
    return page(
        request,
        house,
        "article",
        article=shows.article(found),
        authors=[name for author in found.authors if (name := one_line(author, NAME))],
        stored=shows.moment(found.stored_at),
        clamped=found.published_clamped,
        story_id=found.story_id,
        paragraphs=paragraphs(found.text, sentences),
        opinions=opinions,
        untold=why_untold(shows, found, thought, house.settings.digests, composed),
        original=shows.article(original) if original else None,
        told=[_shown_telling(house, each, found) for each in told],
        changed=[shows.moment(version.first_seen) for version in changes[1:]],
    )


def _takes(judged: Judged) -> bool:
    return judged.assessment is not None and judged.assessment.relevant


def _lead(articles: Sequence[Article], lead_id: int | None) -> Article:
    return next((article for article in articles if article.id == lead_id), articles[0])


def _independent(articles: Sequence[Article]) -> list[Article]:
    """The articles without copies of others among them; a copy whose original is not here stands for itself."""
    here = {article.id for article in articles}
    return [each for each in articles if each.duplicate_of not in here]


def _additions(articles: Sequence[Article]) -> dict[int, Added]:
    """What each report says first, by article, its sentences cleaned."""
    found = zip(articles, added(articles), strict=True)
    return {
        article.id or 0: Added(tuple(one_line(without_dateline(each), SENTENCE) for each in new.sentences), new.more)
        for article, new in found
        if new is not None
    }


def _opinions(
    house: House, shows: Teller, thought: Mapping[str, Mapping[int, Judged]]
) -> dict[int, tuple[Opinion, ...]]:
    """By article, its score for each topic that takes anything of the story; what no topic takes has none."""
    wanting = [topic for topic in house.settings.topics if any(map(_takes, thought[topic.name].values()))]
    found: dict[int, tuple[Opinion, ...]] = {}
    for topic in wanting:
        for article_id, each in thought[topic.name].items():
            opinion = Opinion(topic.name, topic.title, shows.scored(each))
            found[article_id] = (*found.get(article_id, ()), opinion)
    return found


def _reports(
    shows: Teller,
    articles: Sequence[Article],
    opinions: Mapping[int, tuple[Opinion, ...]],
    additions: Mapping[int, Added],
) -> list[Reprinted]:
    """Each independent report with its copies."""
    independent = _independent(articles)
    standing = {article.id for article in independent}
    copies: dict[int, list[ShownArticle]] = {}
    for each in articles:
        if each.id not in standing:
            copies.setdefault(each.duplicate_of or 0, []).append(shows.article(each))
    return [
        Reprinted(
            shows.article(each),
            tuple(copies.get(each.id or 0, ())),
            opinions.get(each.id or 0, ()),
            additions.get(each.id or 0),
        )
        for each in independent
    ]


def _shown_telling(house: House, telling: Telling, article: Article | None) -> ShownTelling:
    return ShownTelling(
        recipient=telling.delivery.recipient,
        channel=telling.delivery.channel,
        digest=telling.digest.title or telling.digest.name,
        digest_id=telling.digest.id or 0,
        delivery_id=telling.delivery.id or 0,
        state=telling.delivery.state,
        when=teller(house).moment(telling.told.told_at),
        before_the_article=article is not None and article.story_revision > telling.told.revision,
    )
