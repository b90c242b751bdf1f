"""How a digest speaks of itself: counts, moments, its first line and its subject, in plain English."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.digest.cleaning import one_line
from monitor.digest.material import Figures, Seen
from monitor.models import DigestItem

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# By ISO 639-1: those that news is most written in.
_LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
# Gmail and Outlook show 60 to 100 characters of a subject in a list; the cut falls at a word.
_LONGEST_SUBJECT = 110
LONGEST_TERM = 40


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun: "1 story", "7 stories", "1,204 articles"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def more_sources(number: int) -> str:
    """How many sources are said something of and not named, and what names them: told once, they are not told again."""
    return f"and {counted(number, 'more source')}, which “monitor sources” lists"


def moment(when: datetime, zone: str, now: datetime) -> str:
    """A moment as "Mon 23 Nov, 18:40" in the time zone, with the year where it is not the one of `now`."""
    local = when.astimezone(ZoneInfo(zone))
    year = "" if local.year == now.astimezone(ZoneInfo(zone)).year else f" {local.year}"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1][:3]}{year}, {local:%H:%M}"


def long_date(when: datetime, zone: str) -> str:
    """A day as "Tuesday 24 November 2026" in the time zone."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{_LONG_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def foreign(language: str) -> str:
    """In which language something is written, where it is not the digest's own: "in French"; "" where nobody knows."""
    name = _LANGUAGES.get(language.partition("-")[0].lower(), "")
    return f"in {name}" if name else ""


def short_day(day: str) -> str:
    """A day as "Mon 23 Nov", of its ISO date."""
    local = date.fromisoformat(day)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1][:3]}"


def weights(terms: Sequence[tuple[str, float]], most: int) -> tuple[str, ...]:
    """The first terms that weigh anything, each on one line with its share, unless all are the same."""
    shown = [(one_line(term, LONGEST_TERM), f"{share:.0%}") for term, share in terms if share > 0][:most]
    alike = len({share for _, share in shown}) < 2
    return tuple(term if alike else f"{term}\N{NO-BREAK SPACE}{share}" for term, share in shown)


def first_line(items: Sequence[DigestItem], figures: Figures, zone: str, now: datetime) -> str:
    """What the reader is told first: how much there is, and what is wrong; honest about nothing, too.

    "7 stories from 31 articles; 2 sources failing; 1 source not well", or with nothing relevant what was seen and the
    nearest miss.
    """
    parts = [_stories(items) if items else nothing_new(figures.seen)]
    if not figures.seen.collects_ok:
        since = figures.seen.since
        parts.append(f"no collect succeeded since {moment(since, zone, now)}" if since else "no collect succeeded yet")
    if figures.seen.sources_failing:
        parts.append(f"{counted(figures.seen.sources_failing, 'source')} failing")
    if figures.seen.sources_unwell:
        parts.append(f"{counted(figures.seen.sources_unwell, 'source')} not well")
    return "; ".join(parts)


def _stories(items: Sequence[DigestItem]) -> str:
    """How many stories there are, each once though audiences who know less of it are told more."""
    telling: dict[tuple[bool, int], int] = {}
    for item in items:
        key = item.section == "updates", item.story_id
        telling[key] = max(telling.get(key, 0), 1 + len(item.also_in) + item.reprints)
    updates = sum(is_update for is_update, _ in telling)
    fresh = len(telling) - updates
    articles = sum(telling.values())
    kinds = [counted(fresh, "story", "stories")] if fresh else []
    kinds += [counted(updates, "update")] if updates else []
    return f"{' and '.join(kinds)} from {counted(articles, 'article')}"


def nothing_new(seen: Seen) -> str:
    """Why there is no story to tell: what was read, what fell below the threshold, what came nearest."""
    if not seen.articles:
        return "Nothing relevant: no new article was read"
    read = f"{counted(seen.articles, 'article')} read"
    if seen.relevant_articles:
        return f"Nothing new to tell: {read}, {seen.relevant_articles:,} relevant and told before"
    below = "it" if seen.articles == 1 else "all"
    return f"Nothing relevant: {read}, {below} fell below the threshold{nearest_miss(seen)}"


def nearest_miss(seen: Seen) -> str:
    """The end of a line about the best-scored article that was left out; "" where there was none."""
    if not seen.nearest_miss:
        return ""
    return f"; the nearest miss was “{one_line(seen.nearest_miss, 120)}”, {missed_by(seen)}"


def missed_by(seen: Seen) -> str:
    """The score of the nearest miss beside its threshold: "0.47 of 0.50"."""
    score = f"{seen.nearest_miss_score:.2f}"
    return f"{score} of {seen.nearest_miss_threshold:.2f}" if seen.nearest_miss_threshold else score


def seen_line(seen: Seen, zone: str, now: datetime) -> str:
    """What was read for the digest: "412 articles read since Mon 23 Nov, 07:00; 381 below the threshold"."""
    since = f" since {moment(seen.since, zone, now)}" if seen.since else ""
    line = f"{counted(seen.articles, 'article')} read{since}"
    below = seen.articles - seen.relevant_articles
    return f"{line}; {below:,} below the threshold" if seen.articles else line


def subject(title: str, headlines: Sequence[str], figures: Figures) -> str:
    """A mail's subject: the digest's title with its first headline, else with what there is to say instead."""
    if not headlines:
        return one_line(f"{title}: {_without_stories(figures)}", _LONGEST_SUBJECT)
    rest = f", and {len(headlines) - 1:,} more" if len(headlines) > 1 else ""
    room = max(40, _LONGEST_SUBJECT - len(title) - len(rest) - 2)
    return f"{title}: {one_line(headlines[0], room)}{rest}"


def _without_stories(figures: Figures) -> str:
    parts = ["nothing new" if figures.seen.relevant_articles else "nothing relevant"]
    if figures.broke:
        parts.append(f"{counted(figures.broke, 'source')} broke")
    if not figures.seen.collects_ok:
        parts.append("no collect succeeded")
    return ", ".join(parts)
