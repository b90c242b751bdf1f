"""How one story is told: by which of its articles, and what is said that its audiences were not told yet. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitor.digest.arcs import arc
from monitor.digest.changes import Change, changes, withdrawal
from monitor.digest.cleaning import source_of
from monitor.digest.headlines import headline_changes
from monitor.digest.material import StoryView
from monitor.digest.quoting import run_on
from monitor.digest.summary import summarise
from monitor.models import Article, Assessment, DigestItem, Reasons
from monitor.text import sentences

_SENTENCES = 3
# Changes of wording shown of one story: whoever wants more compares the pages.
_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Telling:
    """A story to be told, by one article of it."""

    view: StoryView
    shown: Article
    assessment: Assessment

    @property
    def is_update(self) -> bool:
        """Whether its audiences were told of it before."""
        return self.view.told_revision > 0

    @property
    def precedence(self) -> tuple[float, str]:
        """Of several topics' views of a story: that of the one that judges it most relevant."""
        return (-self.assessment.score, self.view.topic.name)

    @property
    def rank(self) -> tuple[float, int, float, int, int]:
        """Most relevant first, then what more sources tell, then the latest; of one story for whom was told least.

        Scores that a reader sees as one are one: of ten stories at 0.99 those come first that most sources tell.
        """
        view, story = self.view, self.view.story
        age = -story.last_published.timestamp()
        return (-round(self.assessment.score, 2), -story.sources, age, story.id or 0, view.told_revision)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a story, as an item keeps it."""

    summary: list[dict[str, str]]
    changes: list[dict[str, str]]
    arc: list[dict[str, Any]]


def telling_of(view: StoryView) -> Telling | None:
    """A story by the article it is shown by: its lead where that is relevant, else the most relevant; else None.

    In an update only what is new counts. Headline, link, score and reasons are all of this one article, so that a
    reader who asks about the link is told the same.
    """
    if 0 < view.told_revision >= view.story.revision:
        return None
    relevant = [
        (article, assessment)
        for article in _news_of(view)
        if article.news
        and (assessment := view.assessments.get(article.id or 0)) is not None
        and (assessment.relevant or _was_told(view, article))
    ]
    if not relevant:
        return None
    shown, assessment = min(
        relevant,
        key=lambda each: (
            each[0].withdrawn_at is not None,
            each[0].id != view.story.lead_article_id,
            each[0].duplicate_of is not None,
            -each[1].score,
            each[0].published,
            each[0].id,
        ),
    )
    return Telling(view, shown, assessment)


def said_of(telling: Telling, arcs_in: str) -> Said:
    """What is said of a story; `arcs_in` is the time zone by whose days its course is told, "" where it is not."""
    corrections = _changes(telling)
    return Said(
        summary=_summary(telling, [each.after for each in corrections]),
        changes=[each.to_json() for each in corrections[:_CHANGES]],
        arc=arc(_news_of(telling.view), arcs_in) if arcs_in else [],
    )


def item_of(position: int, section: str, telling: Telling, said: Said) -> DigestItem:
    """The item of a story at its place in a digest, which has no id yet."""
    view, shown, originals = telling.view, telling.shown, _originals(telling)
    return DigestItem.model_validate(
        {
            "digest_id": 0,
            "position": position,
            "section": section,
            "topic": view.topic.name,
            "story_id": view.story.id,
            "revision": view.story.revision,
            "told_revision": view.told_revision,
            "told_as": view.told_as,
            "article_id": shown.id,
            "headline": shown.title or view.story.headline,
            "url": shown.canonical_url,
            "source": source_of(shown),
            "language": shown.language,
            "published": shown.published,
            "score": telling.assessment.score,
            "summary": said.summary,
            "changes": said.changes,
            "also_in": [
                {"source": source_of(article), "title": article.title, "url": article.canonical_url}
                for article in originals[1:]
            ],
            "arc": said.arc,
            "reasons": Reasons.from_json(telling.assessment.reasons).to_json(),
            "reprints": len(_news_of(view)) - len(originals),
        }
    )


def _news_of(view: StoryView) -> list[Article]:
    """The articles that the audiences of a view were not told of: those that came in with a later revision, or changed.

    Not those stored later: a digest may be composed while a collect has stored an article and not yet grouped it. That
    a page is gone is news to those alone who were told of it.
    """
    return [
        article
        for article in view.articles
        if article.story_revision > view.told_revision and (article.withdrawn_at is None or article.id in view.earlier)
    ]


def _was_told(view: StoryView, article: Article) -> bool:
    """Whether an article has changed since it was told: whoever was told of it hears that, relevant still or not."""
    return article.id in view.earlier and article.canonical_url in view.told


def _originals(telling: Telling) -> list[Article]:
    """What is told of, the shown article first, without near-duplicates; the others by date."""
    others = [a for a in _news_of(telling.view) if a.duplicate_of is None and a is not telling.shown]
    return [telling.shown, *sorted(others, key=lambda article: (article.published, article.id))]


def _changes(telling: Telling) -> list[Change]:
    """What pages say otherwise than when the audiences were told of them, each once, those of the shown one first."""
    view, found = telling.view, dict[str, Change]()
    for article in sorted(_news_of(view), key=lambda article: article is not telling.shown):
        earlier = view.earlier.get(article.id or 0)
        if earlier is not None and article.withdrawn_at is None:
            textual = changes(article, earlier.text, view.told)
            for change in (*headline_changes(article, earlier.title, textual), *textual):
                found.setdefault(change.after or change.before, change)
        elif _was_told(view, article):
            found.setdefault(article.canonical_url, withdrawal(article))
    return list(found.values())


def _summary(telling: Telling, corrections: Iterable[str]) -> list[dict[str, str]]:
    """What the story says that its audiences were not told; empty where that is nothing."""
    view = telling.view
    news = {article.id for article in _news_of(view)}
    texts = [(each.title, each.text, each.language) for each in view.articles if each.id not in news]
    texts += [(each.title, each.text, "") for each in view.earlier.values()]
    known = [sentence for title, text, language in texts for sentence in (title, *sentences(text, language))]
    known += filter(None, corrections)
    reasons = Reasons.from_json(telling.assessment.reasons)
    interest = [text for text in (reasons.seed_sentence, reasons.facet) if text]
    originals = _originals(telling)
    found = summarise(originals, interest, telling.shown.title, _SENTENCES, known=known)
    if not found and telling.is_update:  # all that is new may be what the headline says
        found = summarise(originals, interest, "", 1, known=known)
    return run_on(found, originals)
