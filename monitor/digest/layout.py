"""A digest as it is shown, in cleaned words and checked addresses: templates and blocks take it as it is.

Whatever comes from outside passes `cleaning` here and nowhere else; what is shown is decided here, how in the
templates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.digest.cleaning import language_tag, one_line, web_address
from monitor.digest.compose import TOP, arranged
from monitor.digest.material import Figures, Seen, SourceNews
from monitor.digest.settings import DigestSettings
from monitor.digest.wording import first_line, long_date, missed_by, moment, seen_line, subject
from monitor.models import Digest, DigestItem, Reasons

# Longest texts shown, in characters: what a headline, a quoted sentence and a reason need, seen on real pages.
_HEADLINE, _NAME, _SENTENCE, _FACET, _BRIEF, _TERM = 200, 60, 400, 100, 160, 40
# A cause or a remedy holds an address or a command, which are useless in part.
_REMEDY = 300
_MOST_TERMS, _MOST_ALSO, _MOST_NEWS = 5, 6, 12


@dataclass(frozen=True, slots=True)
class Link:
    """A text, and where it leads: "" for nowhere."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of one article, each in its quotation marks, and whose they are: None for the story's own source."""

    sentences: tuple[str, ...]
    source: Link | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a story is here: the facet of the brief, its nearest sentence, the heaviest terms, a guard that decided."""

    facet: str
    seed_sentence: str
    terms: tuple[str, ...]
    rule: str
    neighbour: str


@dataclass(frozen=True, slots=True)
class ShownStory:
    """One story. `score` is "0.82", `meter` its five dots; `topic` is "" where the digest has only one."""

    headline: str
    url: str
    language: str
    source: str
    published: str
    score: str
    meter: str
    topic: str
    passages: tuple[Passage, ...]
    why: Why
    also_in: tuple[Link, ...]
    also_more: int
    reprints: int


@dataclass(frozen=True, slots=True)
class ShownNews:
    """A source that broke or recovered."""

    source: str
    broken: bool
    since: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole digest for one audience; `more` counts what was found beyond what is shown."""

    name: str
    title: str
    date: str
    first_line: str
    subject: str
    preheader: str
    top: tuple[ShownStory, ...]
    updates: tuple[ShownStory, ...]
    also: tuple[ShownStory, ...]
    more: int
    news: tuple[ShownNews, ...]
    news_more: int
    seen: str
    nearest: Link | None
    nearest_score: str
    composed: str
    heartbeat: bool


def lay_out(digest: Digest, items: Sequence[DigestItem], settings: DigestSettings, room: int) -> Layout:
    """The digest with at most `room` of the items; they are in the order of relevance, as `compose` left them."""
    figures = Figures.of(digest)
    zone, now = settings.timezone, digest.composed_at
    teller = _Teller(figures.seen, zone, now)
    ordered = arranged(items)
    shown = ordered[: max(0, room)]
    fresh = [teller.story(item) for item in shown if item.section != "updates"]
    updates = [teller.story(item) for item in shown if item.section == "updates"]
    headlines = [one_line(item.headline, _HEADLINE) or "Untitled" for item in ordered]
    title = one_line(digest.title or digest.name, 80)
    line = first_line(items, figures, zone, now)
    seen = figures.seen
    return Layout(
        name=one_line(digest.name, _NAME),
        title=title,
        date=_date(digest, zone),
        first_line=line,
        subject=subject(title, headlines, figures),
        preheader=one_line("; ".join([line, *headlines[1:4]]), 200),
        top=tuple(fresh[:TOP]),
        updates=tuple(updates),
        also=tuple(fresh[TOP:]),
        more=len(ordered) - len(shown),
        news=tuple(teller.news(each) for each in figures.sources[:_MOST_NEWS]),
        news_more=max(0, len(figures.sources) - _MOST_NEWS),
        seen=seen_line(seen, zone, now),
        nearest=Link(one_line(seen.nearest_miss, _HEADLINE), web_address(seen.nearest_miss_url))
        if seen.nearest_miss
        else None,
        nearest_score=missed_by(seen),
        composed=moment(now, zone, now),
        heartbeat=not items and "heartbeat" in figures.alarms,
    )


def _date(digest: Digest, zone: str) -> str:
    date = long_date(digest.composed_at, zone)
    return f"The week to {date}" if digest.form == "weekly" else date


@dataclass(frozen=True, slots=True)
class _Teller:
    """Shows items and sources as of one moment, in one time zone."""

    seen: Seen
    zone: str
    now: datetime

    def story(self, item: DigestItem) -> ShownStory:
        """An item in shown words."""
        topics = self.seen.topics
        also = _also_in(item)
        return ShownStory(
            headline=one_line(item.headline, _HEADLINE) or "Untitled",
            url=web_address(item.url),
            language=language_tag(item.language),
            source=one_line(item.source, _NAME),
            published=moment(item.published, self.zone, self.now),
            score=f"{item.score:.2f}",
            meter=_meter(item.score),
            topic=one_line(topics.get(item.topic) or item.topic, _NAME) if len(topics) > 1 else "",
            passages=_passages(item),
            why=_why(Reasons.from_json(item.reasons)),
            also_in=also[:_MOST_ALSO],
            also_more=max(0, len(also) - _MOST_ALSO),
            reprints=item.reprints,
        )

    def news(self, news: SourceNews) -> ShownNews:
        """A source's news in shown words."""
        return ShownNews(
            source=one_line(news.source, _NAME),
            broken=news.state == "broken",
            since=moment(news.since, self.zone, self.now) if news.since else "",
            cause=one_line(news.cause, _REMEDY),
            remedy=one_line(news.remedy, _REMEDY),
        )


def _meter(score: float) -> str:
    full = min(5, max(0, round(score * 5)))
    return "●" * full + "○" * (5 - full)


def _passages(item: DigestItem) -> tuple[Passage, ...]:
    """The summary's sentences, those of one article together."""
    passages = []
    for url, quotes in groupby(item.summary, key=lambda quote: quote.get("url", "")):
        listed = list(quotes)
        cleaned = (one_line(quote.get("sentence", ""), _SENTENCE) for quote in listed)
        sentences = tuple(_quoted(sentence) for sentence in cleaned if sentence)
        name = one_line(listed[0].get("source", ""), _NAME) or "another source"
        if sentences:
            passages.append(Passage(sentences, None if url == item.url else Link(name, web_address(url))))
    return tuple(passages)


def _quoted(sentence: str) -> str:
    """A sentence between quotation marks, single ones where it has double ones of its own."""
    return f"‘{sentence}’" if any(mark in sentence for mark in '"“”„«»') else f"“{sentence}”"


def _also_in(item: DigestItem) -> tuple[Link, ...]:
    """Each other source once, by its first article."""
    own = one_line(item.source, _NAME).casefold()
    links: dict[str, Link] = {}
    for other in item.also_in:
        name = one_line(other.get("source", ""), _NAME)
        if name and name.casefold() not in (own, *links):
            links[name.casefold()] = Link(name, web_address(other.get("url", "")))
    return tuple(links.values())


def _why(reasons: Reasons) -> Why:
    facet = one_line(reasons.facet, _FACET)
    sentence = one_line(reasons.seed_sentence, _BRIEF)
    if facet and sentence.startswith(f"{facet}:"):
        sentence = sentence.removeprefix(f"{facet}:").strip()
    terms = [f"{one_line(term, _TERM)} {share:.0%}" for term, share in reasons.terms if share > 0][:_MOST_TERMS]
    neighbour = one_line(reasons.neighbours[0], _BRIEF) if reasons.neighbours else ""
    return Why(facet, sentence, tuple(terms), one_line(reasons.rule, _BRIEF), neighbour)
