"""Articles and stories as a page shows them: cleaned words, checked addresses, moments in the reader's time. Pure.

Whatever comes from outside passes `monitor.digest.cleaning` here; templates escape it and decide how it looks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.digest.cleaning import language_tag, one_line, source_of, web_address
from monitor.digest.wording import long_date, moment, weights
from monitor.models import Article, Assessment, Feedback, Grade, Reasons
from monitor.store.reading_page import Judged, TopicStory
from monitor.text import without_dateline

# Longest texts shown, in characters: what real pages need, as in the digest.
HEADLINE, NAME, SENTENCE, FACET = 200, 60, 400, 100
MOST_TERMS, MOST_SOURCES, MOST_OTHERS = 6, 4, 5
# An article of 20,000 words; what is longer is a list or a book, and its publisher has it.
LONGEST_TEXT = 120_000

_GRADES = {
    Grade.TEASER.value: "only the feed's own lines are kept: the page gave no more",
    Grade.PAYWALLED.value: "behind a paywall: only its beginning is kept",
    Grade.LIVE.value: "a live page, that changes as it is read",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why an article was taken or left; `percent` and `threshold_percent` are the score and the threshold of 100.

    `snippet` is the article's sentence without the place and agency that it may begin with.
    """

    score: str
    percent: int
    threshold: str
    threshold_percent: int
    relevant: bool
    facet: str = ""
    seed_sentence: str = ""
    article_sentence: str = ""
    snippet: str = ""
    terms: tuple[str, ...] = ()
    rule: str = ""
    neighbour: str = ""


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """One article. `url` is "" where none may be led to; `verdict` is yes, no or "", `feedback` the id of it or 0."""

    id: int
    title: str
    url: str
    language: str
    source: str
    published: str
    iso: str
    note: str
    reprint: bool
    why: Why | None = None
    verdict: str = ""
    feedback: int = 0


@dataclass(frozen=True, slots=True)
class ShownStory:
    """One story, by the article that stands for it; `others` are other reports, `reprints` copies of any.

    Of a great story they are the first few, `others_more` the number of the rest; `latest` is the moment of the latest
    article taken, "" where that is the one shown.
    """

    id: int
    lead: ShownArticle
    day: date
    sources: tuple[str, ...]
    sources_more: int
    others: tuple[ShownArticle, ...]
    others_more: int
    reprints: tuple[ShownArticle, ...]
    latest: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text; `marked` where it is what mattered, or what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Teller:
    """Shows things as of one moment, in one time zone."""

    zone: str
    now: datetime

    def moment(self, when: datetime | None) -> str:
        """A moment as "Mon 23 Nov, 18:40", "" for none."""
        return moment(when, self.zone, self.now) if when else ""

    def day_of(self, when: datetime) -> date:
        """The day of a moment."""
        return when.astimezone(ZoneInfo(self.zone)).date()

    def day(self, day: date) -> str:
        """A day as "Today", "Yesterday" or "Monday 23 November 2026"."""
        ago = (self.day_of(self.now) - day).days
        at_noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(self.zone))
        return {0: "Today", 1: "Yesterday"}.get(ago, long_date(at_noon, self.zone))

    def article(
        self, article: Article, assessment: Assessment | None = None, verdict: Feedback | None = None
    ) -> ShownArticle:
        """An article in shown words."""
        return ShownArticle(
            id=article.id or 0,
            title=one_line(article.title, HEADLINE) or "Untitled",
            url=web_address(article.canonical_url),
            language=language_tag(article.language),
            source=one_line(source_of(article), NAME) or "?",
            published=self.moment(article.published),
            iso=article.published.isoformat(),
            note=_GRADES.get(article.grade, ""),
            reprint=article.duplicate_of is not None,
            why=why(assessment) if assessment else None,
            verdict="" if verdict is None else "yes" if verdict.relevant else "no",
            feedback=(verdict.id or 0) if verdict else 0,
        )

    def judged(self, each: Judged) -> ShownArticle:
        """The same for an article as a topic judges it."""
        return self.article(each.article, each.assessment, each.verdict)

    def scored(self, each: Judged) -> ShownArticle:
        """The same with its score alone: the reasons stand on its own page."""
        shown = self.article(each.article, None, each.verdict)
        return replace(shown, why=scored(each.assessment)) if each.assessment else shown

    def story(self, story: TopicStory, since: datetime) -> ShownStory | None:
        """A story as its topic sees it; None where it holds nothing relevant."""
        lead = standing_for(story)
        if lead is None:
            return None
        latest = max(each.article.published for each in story.articles if _taken(each))
        rest = [each for each in story.articles if each is not lead]
        others = [each for each in rest if each.article.duplicate_of is None]
        copies = [each for each in rest if each.article.duplicate_of is not None]
        originals = [each.article for each in (lead, *rest) if each.article.duplicate_of is None]
        sources = list(dict.fromkeys(one_line(source_of(article), NAME) for article in originals or [lead.article]))
        return ShownStory(
            id=story.story.id or 0,
            lead=self.judged(lead),
            day=self.day_of(max(latest, since)),
            sources=tuple(sources[:MOST_SOURCES]),
            sources_more=max(0, len(sources) - MOST_SOURCES),
            others=tuple(self.scored(each) for each in others[:MOST_OTHERS]),
            others_more=max(0, len(others) - MOST_OTHERS),
            reprints=tuple(self.article(each.article) for each in copies[:MOST_OTHERS]),
            latest=self.moment(latest) if latest > lead.article.published else "",
        )


def standing_for(story: TopicStory) -> Judged | None:
    """The article that a story is shown by, as in the digest: its lead where that is relevant, else the best-scored."""
    relevant = [each for each in story.articles if _taken(each)]
    return min(
        relevant,
        key=lambda each: (
            each.article.id != story.story.lead_article_id,
            each.article.duplicate_of is not None,
            -(each.assessment.score if each.assessment else 0.0),
            each.article.published,
            each.article.id,
        ),
        default=None,
    )


def why(assessment: Assessment) -> Why:
    """The reasons of an assessment in shown words."""
    reasons = Reasons.from_json(assessment.reasons)
    facet, sentence = one_line(reasons.facet, FACET), one_line(reasons.seed_sentence, SENTENCE)
    if facet and sentence.startswith(f"{facet}:"):
        sentence = sentence.removeprefix(f"{facet}:").strip()
    return replace(
        scored(assessment),
        facet=facet,
        seed_sentence=sentence,
        article_sentence=one_line(reasons.article_sentence, SENTENCE),
        snippet=one_line(without_dateline(reasons.article_sentence), SENTENCE),
        terms=weights(reasons.terms, MOST_TERMS),
        rule=one_line(reasons.rule, SENTENCE),
        neighbour=one_line(reasons.neighbours[0], HEADLINE) if reasons.neighbours else "",
    )


def scored(assessment: Assessment) -> Why:
    """The score and the decision of an assessment, without the reasons."""
    return Why(
        score=f"{assessment.score:.2f}",
        percent=_percent(assessment.score),
        threshold=f"{assessment.threshold:.2f}",
        threshold_percent=_percent(assessment.threshold),
        relevant=assessment.relevant,
    )


def paragraphs(text: str, sentences: Iterable[str]) -> list[list[Part]]:
    """A text in paragraphs, the given sentences marked where they stand in it."""
    wanted = [folded for sentence in sentences if len(folded := " ".join(sentence.split())) > 1]
    shown = []
    for line in text[:LONGEST_TEXT].splitlines():
        if clean := one_line(line, LONGEST_TEXT):
            shown.append(_with_marks(clean, wanted))
    return shown


def parts_of(text: str, marks: Sequence[tuple[int, int]]) -> list[Part]:
    """A text cut at the (start, end) of what is marked in it."""
    parts, at = [], 0
    for start, end in sorted(marks):
        if start < at:
            continue
        parts += [Part(text[at:start]), Part(text[start:end], marked=True)]
        at = end
    return [part for part in [*parts, Part(text[at:])] if part.text]


def _with_marks(text: str, sentences: Sequence[str]) -> list[Part]:
    found = (re.search(re.escape(sentence), text) for sentence in sentences)
    return parts_of(text, [match.span() for match in found if match])


def _taken(each: Judged) -> bool:
    return each.assessment is not None and each.assessment.relevant


def _percent(share: float) -> int:
    return round(100 * min(1.0, max(0.0, share)))
