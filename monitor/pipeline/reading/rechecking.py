"""Asks the pages of relevant stories again, for news is corrected and withdrawn after it was told.

    article due ── lane of its host ──conditional GET──> 304: nothing new
                                                        404: asked once more; still, or 410: withdrawn
                                                        page ──worker process──> text ──compared──> kept beside the old

A page is asked again twice (see `rhythm`), with the validators that it sent, and more often only where it was missing.
What gives less than before, or something else altogether, such as a wall, a notice or an error, never takes the place
of a text. Due articles are settled a few at a time, so that a killed run asks no more than these again.
"""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus

from monitor.errors import Cause, Deferred, Gone
from monitor.models import Article, Grade, Page
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.parsing import Again
from monitor.pipeline.polling.rhythm import CHECKS, after_check, after_missing, put_off, stays_missing
from monitor.pipeline.reading.fuller import content_type, from_fuller
from monitor.pipeline.reading.lanes import in_lanes, kept_in_lanes
from monitor.pipeline.reading.queue import host_of
from monitor.pipeline.tally import Failure, Tally
from monitor.pipeline.trouble import is_expected, keep_each, trouble_of
from monitor.store.articles import articles_of
from monitor.store.checks import (
    Check,
    Due,
    NewText,
    change_texts,
    drop_checks,
    due_checks,
    record_checks,
    withdraw,
)

# Pages asked again in one collect, of all hosts and of one: with the usual second between two requests a host is busy
# with them for a minute at most, and new pages have been read by then. What is left is due at the next collect.
MOST, MOST_A_HOST = 500, 60

_TRUST = {Grade.EMPTY: 0, Grade.TEASER: 1, Grade.PAYWALLED: 1, Grade.LIVE: 2, Grade.FULL: 2}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page: how its check is recorded, a text that changed, that it is gone, or what went wrong."""

    article: Article
    check: Check
    text: NewText | None = None
    gone: bool = False
    error: str = ""


def due(context: Context, sources: Collection[str] | None, room: int | None) -> list[Due]:
    """The articles whose pages are to be asked again in this collect; `room` is how many pages it may ask still.

    What is due and tells of nothing relevant is planned no more. With `sources` only articles of these are asked.
    """
    topics = [topic.name for topic in context.settings.topics]
    now = context.now()
    with context.writing() as session:
        drop_checks(session, now=now, topics=topics, patience=CHECKS[-1])
        waiting = due_checks(session, now=now, topics=topics, sources=sources)
    return in_bounds(waiting)[:room]


def in_bounds(waiting: Sequence[Due]) -> list[Due]:
    """As many articles as one collect asks again: those waiting longest, of no host more than its share."""
    asked: Counter[str] = Counter()
    chosen: list[Due] = []
    for each in waiting:
        host = host_of(each.url)
        asked[host] += 1
        if asked[host] <= MOST_A_HOST:
            chosen.append(each)
    return chosen[:MOST]


async def recheck(context: Context, article_ids: Sequence[int]) -> Tally:
    """Ask the pages of these articles again and keep what changed; of those not due any more, nothing.

    Returns what became of them, and every failure with its URL. It may be repeated.
    """
    now = context.now()
    with context.database.reading() as session:
        found = articles_of(session, article_ids)
    articles = [each for each in found if each.next_check is not None and each.next_check <= now]
    one = partial(_ask_one, context)
    outcomes = in_lanes(context.settings.fetch, articles, lambda article: article.canonical_url, one)
    return await kept_in_lanes(context, "asking again", outcomes, len(articles), partial(_keep, context))


async def _ask_one(context: Context, article: Article) -> Outcome:
    """What becomes of a page, whatever happens on the way: one bad page never stops the others."""
    try:
        return await _ask(context, article)
    except Gone as error:
        return _missing(article, error, context.now())
    except Deferred as error:
        return _deferred(context, article, error)
    except Exception as error:  # noqa: BLE001 - recorded, with its traceback where nobody expects it
        if not is_expected(error):
            _log.exception("an error that nobody expects, asking again for %s", article.canonical_url)
        return _failed(context, article, trouble_of(error, article.canonical_url).text)


async def _ask(context: Context, article: Article) -> Outcome:
    url = article.canonical_url
    known = {"etag": article.etag, "last_modified": article.last_modified}
    async with context.client.holding(url, purpose="page", **known) as page:
        if page.not_modified:
            return Outcome(article, _check(article, after_check(article.stored_at, context.now())))
        again = await _read_again(context, article, page)
    if _unfit(article, again):
        again = await from_fuller(context, again.reading, partial(_read_again, context, article)) or again
    if reason := _unfit(article, again):
        return _failed(context, article, f"{url}: asked again it gave {reason}; what it gave before is kept")
    check = _check(article, after_check(article.stored_at, context.now()), page)
    return Outcome(article, check, None if again.says_the_same else _text(article, again))


async def _read_again(context: Context, article: Article, page: Page) -> Again:
    return await context.workers.run(parsing.read_again, page.content, page.final_url, content_type(page), article)


def _unfit(article: Article, again: Again) -> str:
    """Why what a page gives now cannot take the place of its text; "" where it can."""
    grade = again.reading.document.grade
    if grade == Grade.EMPTY:
        return "no text"
    if _TRUST[grade] < _TRUST[Grade(article.grade)]:
        return "a beginning, for the rest is paid for" if grade == Grade.PAYWALLED else "a beginning only"
    return "" if again.is_edition else "another text, or less than half of it"


def _text(article: Article, again: Again) -> NewText:
    document = again.reading.document
    return NewText(
        article.id or 0,
        document.title or article.title,
        document.text,
        again.reading.content_hash,
        again.reading.signature,
        document.grade,
    )


def _deferred(context: Context, article: Article, error: Deferred) -> Outcome:
    """A page that asks to wait was asked; one whose site does was not, and that check is only put off."""
    if error.status and error.cause == Cause.WAIT:
        moment = after_check(article.stored_at, context.now(), error.until)
        if article.missing_since is not None:
            moment = put_off(article.stored_at, error.until)
        check = replace(_check(article, moment), missing_since=article.missing_since)
        return Outcome(article, check, error=str(error))
    check = _check(article, put_off(article.stored_at, error.until))
    return Outcome(article, replace(check, asked=False, missing_since=article.missing_since))


def _missing(article: Article, error: Gone, now: datetime) -> Outcome:
    """A page that is gone: at once where it says that itself (RFC 9110, 15.5.11), else when it is missing again."""
    if error.status == HTTPStatus.GONE or stays_missing(article.missing_since, now):
        return Outcome(article, _check(article, None), gone=True)
    check = _check(article, after_missing(article.stored_at, now))
    return Outcome(article, replace(check, missing_since=article.missing_since or now))


def _failed(context: Context, article: Article, reason: str) -> Outcome:
    """A check that gave nothing counts: the page is asked as often as it would be if it had."""
    now = context.now()
    if article.missing_since is None:
        return Outcome(article, _check(article, after_check(article.stored_at, now)), error=reason)
    check = _check(article, after_missing(article.stored_at, now))
    return Outcome(article, replace(check, missing_since=article.missing_since), error=reason)


def _check(article: Article, moment: datetime | None, page: Page | None = None) -> Check:
    """A check with the validators of the page that gave the text: what could not be used leaves the old ones."""
    headers = page.headers if page else {"etag": article.etag, "last-modified": article.last_modified}
    return Check(article.id or 0, moment, headers.get("etag", ""), headers.get("last-modified", ""))


def _keep(context: Context, outcomes: Sequence[Outcome]) -> Tally:
    """Record the checks and keep the texts; a text that cannot be kept is the failure of its page alone.

    Raises StoreError where it is the database that keeps nothing.
    """
    return keep_each(
        outcomes,
        partial(_settle, context),
        lambda outcome, error: _failed(context, outcome.article, trouble_of(error, _url_of(outcome)).text),
        _url_of,
    )


def _url_of(outcome: Outcome) -> str:
    return outcome.article.canonical_url


def _settle(context: Context, outcomes: Sequence[Outcome]) -> Tally:
    """All of them in one transaction."""
    with context.writing() as session:
        now = context.now()
        record_checks(session, [outcome.check for outcome in outcomes])
        changed = change_texts(session, [outcome.text for outcome in outcomes if outcome.text], now=now)
        withdrawn = withdraw(session, [outcome.check.article_id for outcome in outcomes if outcome.gone], now=now)
    failed = [outcome for outcome in outcomes if outcome.error]
    return Tally(
        rechecked=sum(outcome.check.asked for outcome in outcomes),
        changed=len(changed),
        withdrawn=len(withdrawn),
        rechecks_failed=len(failed),
        failures=tuple(Failure(outcome.error, url=outcome.article.canonical_url) for outcome in failed),
    )
