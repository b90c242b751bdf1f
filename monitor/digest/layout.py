"""Lays a digest out for one audience: which stories are told in full, and all of it in cleaned words.

Whatever comes from outside passes `cleaning` here and nowhere else; what is shown is decided here, how in the
templates.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from monitor.digest.cleaning import language_tag, one_line, web_address
from monitor.digest.compose import TOP, arranged
from monitor.digest.material import BROKEN, FAILING, RECOVERED, Alerted, Asked, Figures, Seen, SourceNews
from monitor.digest.quoting import is_joined
from monitor.digest.reader import ANYBODY, Reader
from monitor.digest.settings import DigestSettings
from monitor.digest.shown import (
    Layout,
    Link,
    Passage,
    ShownAlert,
    ShownChange,
    ShownDay,
    ShownNews,
    ShownQuestion,
    ShownStory,
    Verdict,
    Why,
)
from monitor.digest.wording import (
    first_line,
    foreign,
    long_date,
    missed_by,
    moment,
    seen_line,
    short_day,
    subject,
    weights,
)
from monitor.models import Digest, DigestItem, Reasons
from monitor.text import without_dateline

# Longest texts shown, in characters: what a headline, a quoted sentence and a reason need, seen on real pages.
_HEADLINE, _NAME, _SENTENCE, _FACET, _BRIEF = 200, 60, 400, 100, 160
# A cause or a remedy holds an address or a command; the address alone may be cut, for the configuration has it whole.
_REMEDY, _ADDRESS = 300, 100
# What stands before an item of a list is no part of its sentence.
_LIST_MARK = re.compile(r"^[-–—•·▪◦*]\s+")
_STATES = {BROKEN: "Broke", RECOVERED: "Recovered", FAILING: "Failing"}
# What fails and what counts as broken is one trouble.
_KINDS = {BROKEN: "trouble", FAILING: "trouble"}
_MOST_TERMS, _MOST_ALSO, _MOST_ALERTED = 5, 6, 12


def lay_out(
    digest: Digest,
    items: Sequence[DigestItem],
    settings: DigestSettings,
    room: int,
    reader: Reader = ANYBODY,
    full: int = TOP,
) -> Layout:
    """The digest with at most `room` of the items; they are in the order of relevance, as `compose` left them.

    At most `full` new ones of a kind are told in full, the others have a line each; with 0 updates have one, too.
    """
    figures = Figures.of(digest)
    zone, now = settings.timezone, digest.composed_at
    teller = _Teller(figures.seen, zone, now, reader)
    ordered = arranged(items)
    shown = ordered[: max(0, room)]
    fresh = [teller.story(item) for item in shown if item.section != "updates"]
    updates = [teller.story(item) for item in shown if item.section == "updates"]
    arcs = [story for story in fresh if story.days][:full]
    single = [story for story in fresh if story not in arcs]
    headlines = [one_line(item.headline, _HEADLINE) or "Untitled" for item in ordered]
    title = one_line(digest.title, 80) or one_line(digest.name, _NAME) or "Digest"  # Slack takes no empty header
    line = first_line(items, figures, zone, now)
    seen = figures.seen
    return Layout(
        name=one_line(digest.name, _NAME),
        title=title,
        date=_date(digest, zone),
        first_line=line,
        subject=subject(title, headlines, figures),
        preheader=one_line("; ".join([line, *headlines[1:4]]), 200),
        arcs=tuple(arcs),
        top=tuple(single[:full]),
        updates=tuple(updates if full else ()),
        also=(*single[full:], *(() if full else updates)),
        more=len(ordered) - len(shown),
        alerted=tuple(teller.alert(each) for each in figures.alerted[:_MOST_ALERTED]),
        asked=tuple(teller.question(each) for each in figures.asked),
        news=tuple(teller.news(each) for each in figures.sources),
        news_more=sum(figures.unnamed.values()),
        drift=tuple(teller.drift(name, warning) for name, warning in sorted(figures.drift.items())),
        seen=seen_line(seen, zone, now),
        nearest=Link(one_line(seen.nearest_miss, _HEADLINE), web_address(seen.nearest_miss_url))
        if seen.nearest_miss
        else None,
        nearest_score=missed_by(seen),
        composed=moment(now, zone, now),
        heartbeat=not items and "heartbeat" in figures.alarms,
        unsubscribe=reader.unsubscribe,
    )


def _date(digest: Digest, zone: str) -> str:
    date = long_date(digest.composed_at, zone)
    return f"The week to {date}" if digest.form == "weekly" else date


@dataclass(frozen=True, slots=True)
class _Teller:
    """Shows items, questions and sources as of one moment, in one time zone, to one reader."""

    seen: Seen
    zone: str
    now: datetime
    reader: Reader

    def story(self, item: DigestItem) -> ShownStory:
        """An item in shown words."""
        also = _also_in(item)
        return ShownStory(
            headline=one_line(item.headline, _HEADLINE) or "Untitled",
            url=web_address(item.url),
            language=language_tag(item.language),
            foreign=foreign(item.language),
            source=one_line(item.source, _NAME),
            published=moment(item.published, self.zone, self.now),
            score=f"{item.score:.2f}",
            meter=_meter(item.score),
            topic=self.topic(item.topic) if len(self.seen.topics) > 1 else "",
            changes=tuple(map(_change, item.changes)),
            passages=_passages(item),
            why=_why(Reasons.from_json(item.reasons)),
            also_in=also[:_MOST_ALSO],
            also_more=max(0, len(also) - _MOST_ALSO),
            reprints=item.reprints,
            days=tuple(_day(each, item) for each in item.arc),
            verdict=self._verdict(item.article_id, item.topic, 0.0),
            key=f"{item.url} {item.revision}",
            published_at=item.published,
            told_as=_told_as(item),
        )

    def question(self, asked: Asked) -> ShownQuestion:
        """A question in shown words, with how to answer it."""
        url = web_address(asked.url)
        topic = self.topic(asked.topic) if len(self.seen.topics) > 1 else ""
        verdict = self._verdict(asked.article_id, asked.topic, asked.probability)
        return ShownQuestion(
            headline=Link(one_line(asked.title, _HEADLINE) or "Untitled", url),
            language=language_tag(asked.language),
            source=one_line(asked.source, _NAME),
            why=" · ".join(filter(None, (topic, one_line(asked.why, _REMEDY)))),
            verdict=verdict,
            command="" if verdict or not url else _command(url, asked.topic),
        )

    def alert(self, alerted: Alerted) -> ShownAlert:
        """A story told at once before, in shown words."""
        return ShownAlert(
            headline=Link(one_line(alerted.headline, _HEADLINE) or "Untitled", web_address(alerted.url)),
            language=language_tag(alerted.language),
            source=one_line(alerted.source, _NAME),
            at=moment(alerted.at, self.zone, self.now),
        )

    def topic(self, name: str) -> str:
        """A topic's title."""
        return one_line(self.seen.topics.get(name) or name, _NAME)

    def drift(self, topic: str, warning: str) -> str:
        """How the stream of a topic changed."""
        return f"{self.topic(topic)}: {one_line(warning, _REMEDY)}"

    def _verdict(self, article_id: int, topic: str, probability: float) -> Verdict | None:
        if (address := self.reader.verdict) is None:
            return None
        yes, no = (address(article_id, topic, probability, relevant) for relevant in (True, False))
        return Verdict(yes, no, self.reader.ballot(article_id, topic, probability) if self.reader.ballot else "")

    def news(self, news: SourceNews) -> ShownNews:
        """A source's news in shown words."""
        return ShownNews(
            source=one_line(news.source, _NAME),
            label=_STATES.get(news.state, "Not well"),
            broken=news.state == BROKEN,
            since=moment(news.since, self.zone, self.now) if news.since else "",
            cause=_cause(news.cause),
            # Marks of code are read as they stand in a mail and are obeyed in a chat.
            remedy=re.sub("`([^`]*)`", r"“\1”", one_line(news.remedy, _REMEDY)),
            key=f"{news.source} {_KINDS.get(news.state, news.state)} {(news.since or self.now).isoformat()}",
        )


def _told_as(item: DigestItem) -> str:
    """The headline under which a reader knows the story of an update, where nothing else that is shown says so."""
    shown = [item.headline, *(change.get("before", "") for change in item.changes)]
    told = one_line(item.told_as, _HEADLINE)
    return "" if told.casefold() in {one_line(each, _HEADLINE).casefold() for each in shown} else told


def _cause(told: str) -> str:
    """Why a source fails, on one line; a long address in front of it gives way, so that the reason is never cut off."""
    address, colon, reason = told.partition(": ")
    if colon and re.match("https?://", address):
        return f"{one_line(address, _ADDRESS)}: {one_line(reason, _REMEDY - _ADDRESS)}"
    return one_line(told, _REMEDY)


def _command(url: str, topic: str) -> str:
    """What answers yes on the command line, as a shell takes it."""
    return f"monitor feedback {shlex.quote(url)} yes --topic {shlex.quote(one_line(topic, _NAME))}"


def _day(told: Mapping[str, Any], item: DigestItem) -> ShownDay:
    """A day of an arc; the report that the story itself is told by is not named a second time."""
    title = "the report above" if told["url"] == item.url else one_line(str(told["title"]), _HEADLINE) or "Untitled"
    headline = Link(title, web_address(str(told["url"])))
    return ShownDay(
        short_day(str(told["day"])), headline, one_line(str(told["source"]), _NAME), int(told["articles"]) - 1
    )


def _meter(score: float) -> str:
    full = min(5, max(0, round(score * 5)))
    return "●" * full + "○" * (5 - full)


def _passages(item: DigestItem) -> tuple[Passage, ...]:
    """The summary's sentences, those of one article together."""
    passages = []
    for url, quotes in groupby(item.summary, key=lambda quote: quote.get("url", "")):
        listed = list(quotes)
        sentences = tuple(_quoted(run) for run in _runs(listed))
        name = one_line(listed[0].get("source", ""), _NAME) or "another source"
        if sentences:
            passages.append(Passage(sentences, None if url == item.url else Link(name, web_address(url))))
    return tuple(passages)


def _runs(quotes: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The sentences, those that follow one another in their article as one text."""
    run = ""
    for quote in quotes:
        sentence = one_line(without_dateline(_LIST_MARK.sub("", quote.get("sentence", ""))), _SENTENCE)
        if run and not (is_joined(quote) and not run.endswith("…")):
            yield run
            run = ""
        run = f"{run} {sentence}".strip()
    if run:
        yield run


def _change(change: Mapping[str, str]) -> ShownChange:
    before, after = (one_line(change.get(name, ""), _SENTENCE) for name in ("before", "after"))
    source = one_line(change.get("source", ""), _NAME) or "its publisher"
    return ShownChange(
        change.get("kind", ""), _quoted(before), _quoted(after), Link(source, web_address(change.get("url", "")))
    )


def _quoted(sentence: str) -> str:
    """A sentence between quotation marks, single ones where it has double ones of its own."""
    return f"‘{sentence}’" if any(mark in sentence for mark in '"“”„«»') else f"“{sentence}”"


def _also_in(item: DigestItem) -> tuple[Link, ...]:
    """Each other source once, by its first article; those that are quoted are named there."""
    own = {one_line(quote.get("source", ""), _NAME).casefold() for quote in (*item.summary, {"source": item.source})}
    links: dict[str, Link] = {}
    for other in item.also_in:
        name = one_line(other.get("source", ""), _NAME)
        if name and name.casefold() not in own | links.keys():
            links[name.casefold()] = Link(name, web_address(other.get("url", "")))
    return tuple(links.values())


def _why(reasons: Reasons) -> Why:
    facet = one_line(reasons.facet, _FACET)
    sentence = one_line(reasons.seed_sentence, _BRIEF)
    if facet and sentence.startswith(f"{facet}:"):
        sentence = sentence.removeprefix(f"{facet}:").strip()
    neighbour = one_line(reasons.neighbours[0], _BRIEF) if reasons.neighbours else ""
    return Why(facet, sentence, weights(reasons.terms, _MOST_TERMS), one_line(reasons.rule, _BRIEF), neighbour)
