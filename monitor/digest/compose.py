"""Decides what is to be told at a slot: which stories, in which order, with what said of each. Pure.

One digest serves audiences that were told different things. Its items are the union: a story that is new to some, and
an update to others, is an item for each revision of it that some audience was told last, so that to each only what is
new to it counts as new. `for_audience` picks those of one audience, and `render` shows what it is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.digest.arcs import arc
from monitor.digest.changes import Change, changes, withdrawal
from monitor.digest.cleaning import source_of
from monitor.digest.headlines import headline_changes
from monitor.digest.material import BROKEN, Figures, Remarks, Seen, SourceNews, StoryView
from monitor.digest.quoting import run_on
from monitor.digest.settings import DigestSettings
from monitor.digest.summary import summarise
from monitor.digest.wording import first_line
from monitor.models import Article, Assessment, Digest, DigestItem, Reasons
from monitor.text import sentences

__all__ = [
    "TOP",
    "Composition",
    "DigestSettings",
    "Figures",
    "Seen",
    "SourceNews",
    "StoryView",
    "arranged",
    "compose",
    "for_audience",
    "remarked",
    "worth_telling",
]

# Stories told in full; what follows gets a line each. Seven with their summaries are some 900 words: four minutes.
TOP = 7
_SENTENCES = 3
# Changes of wording shown of one story: whoever wants more compares the pages.
_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Composition:
    """A digest and its items, most relevant first, not yet saved: `digest_id` is 0 until the store knows better."""

    digest: Digest
    items: tuple[DigestItem, ...]


def compose(
    settings: DigestSettings,
    slot: str,
    now: datetime,
    stories: Sequence[StoryView],
    sources: Sequence[SourceNews],
    seen: Seen,
) -> Composition | None:
    """The digest of a slot, or None where nothing is to be told.

    Told are stories with a relevant article that are new to an audience, and those told before with something new in
    them. Without any, a digest is made only for a source that newly broke, when no collect succeeded since the last
    turn, or when the heartbeat is due. Every item is kept, so that nothing is carried over; how many of them are shown
    is `render`'s to say.
    """
    items = _items(stories, settings.timezone if settings.form == "weekly" else "")
    topics = {**seen.topics, **{view.topic.name: view.topic.title for view in stories}}
    figures = Figures(
        items=len(items),
        seen=replace(seen, topics=topics),
        sources=tuple(sources),
        alarms=tuple(_alarms(settings, now, sources, seen)),
    )
    if not items and not figures.alarms:
        return None
    digest = Digest.model_validate(
        {
            "name": settings.name,
            "slot": slot,
            "title": settings.title or settings.name,
            "form": settings.form,
            "topics": sorted(topics) or list(settings.topics),
            "first_line": first_line(items, figures, settings.timezone, now),
            "figures": figures.to_json(),
            "since": seen.since,
            "composed_at": now,
        }
    )
    return Composition(digest, items)


def remarked(made: Composition, remarks: Remarks) -> Composition:
    """The same with what it says beside its stories, which is never a reason to send it."""
    figures = replace(Figures.of(made.digest), asked=remarks.asked, alerted=remarks.alerted, drift=remarks.drift)
    return replace(made, digest=made.digest.model_copy(update={"figures": figures.to_json()}))


def for_audience(items: Sequence[DigestItem], told: Mapping[int, int]) -> tuple[DigestItem, ...]:
    """The items that an audience was not told yet, in order; `told` is the highest revision it knows of each story."""
    return tuple(item for item in items if told.get(item.story_id, 0) == item.told_revision < item.revision)


def worth_telling(digest: Digest, items: Sequence[DigestItem]) -> bool:
    """Whether an audience for whom only `items` are left is to be sent the digest at all."""
    return bool(items) or bool(Figures.of(digest).alarms)


def arranged(items: Sequence[DigestItem]) -> list[DigestItem]:
    """The items in the order of reading: the first stories in full, what is new in those told before, the rest."""
    fresh = [item for item in items if item.section != "updates"]
    updates = [item for item in items if item.section == "updates"]
    return [*fresh[:TOP], *updates, *fresh[TOP:]]


def _alarms(settings: DigestSettings, now: datetime, sources: Iterable[SourceNews], seen: Seen) -> Iterable[str]:
    if any(news.state == BROKEN for news in sources):
        yield "source"
    if not seen.collects_ok:
        yield "collect"
    if seen.quiet_since is not None and now - seen.quiet_since >= settings.heartbeat:
        yield "heartbeat"


@dataclass(frozen=True, slots=True)
class _Telling:
    """A story to be told, by one article of it."""

    view: StoryView
    shown: Article
    assessment: Assessment

    @property
    def is_update(self) -> bool:
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
class _Said:
    """What is said of a story, as an item keeps it."""

    summary: list[dict[str, str]]
    changes: list[dict[str, str]]
    arc: list[dict[str, Any]]


def _items(views: Sequence[StoryView], arcs_in: str) -> tuple[DigestItem, ...]:
    """One item for each story and each revision of it that was told last, in the order of reading.

    `arcs_in` is the time zone by whose days they tell how a story went on, "" where they do not.
    """
    best: dict[tuple[int, int], _Telling] = {}
    for telling in filter(None, map(_picked, views)):
        key = (telling.view.story.id or 0, telling.view.told_revision)
        if key not in best or telling.precedence < best[key].precedence:
            best[key] = telling
    ranked = [(each, _said(each, arcs_in)) for each in sorted(best.values(), key=lambda each: each.rank)]
    fresh = [pair for pair in ranked if not pair[0].is_update]
    updates = [pair for pair in ranked if pair[0].is_update and (pair[1].summary or pair[1].changes)]
    sections = (("top", fresh[:TOP]), ("updates", updates), ("also", fresh[TOP:]))
    ordered = [(section, *pair) for section, pairs in sections for pair in pairs]
    return tuple(_item(position, *each) for position, each in enumerate(ordered))


def _picked(view: StoryView) -> _Telling | None:
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
    return _Telling(view, shown, assessment)


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


def _originals(telling: _Telling) -> list[Article]:
    """What is told of, the shown article first, without near-duplicates; the others by date."""
    others = [a for a in _news_of(telling.view) if a.duplicate_of is None and a is not telling.shown]
    return [telling.shown, *sorted(others, key=lambda article: (article.published, article.id))]


def _said(telling: _Telling, arcs_in: str) -> _Said:
    corrections = _changes(telling)
    return _Said(
        summary=_summary(telling, [each.after for each in corrections]),
        changes=[each.to_json() for each in corrections[:_CHANGES]],
        arc=arc(_news_of(telling.view), arcs_in) if arcs_in else [],
    )


def _changes(telling: _Telling) -> list[Change]:
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


def _summary(telling: _Telling, corrections: Iterable[str]) -> list[dict[str, str]]:
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
    return run_on(summarise(originals, interest, telling.shown.title, _SENTENCES, known=known), originals)


def _item(position: int, section: str, telling: _Telling, said: _Said) -> DigestItem:
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
