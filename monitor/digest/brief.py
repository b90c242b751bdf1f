"""A digest as a chat shows it: one short message, each story on two or three lines, what does not fit counted.

It goes through services of every kind (Discord, Teams, Telegram, ntfy), which read plain text, Markdown or HTML: it is
plain text in which none of them finds a mark, and addresses stand alone.
"""

from collections.abc import Iterator

from monitor.digest.cleaning import unmarked
from monitor.digest.shown import Layout, ShownQuestion, ShownStory
from monitor.digest.wording import more_sources

# Longer messages are scrolled past in a chat, whatever the service would take.
_LONGEST = 3_000
# Services that join title and text put at most this between them.
_JOIN = 4
_MOST_NEWS = 3


def brief(page: Layout, longest: int) -> str:
    """The text below the title, which is the subject: at most `longest` characters (0: 3,000) with that and a join.

    Stories come in the order of reading, whole or not at all; "and 4 more" counts those that did not fit. What is to be
    said of sources, and questions, come last and only where there is room; a long message keeps some for the former,
    of which its first line speaks.
    """
    most = min(longest or _LONGEST, _LONGEST) - len(page.subject) - _JOIN
    rest = list(_rest(page))
    kept = len(rest[0]) + 2 if page.news else 0
    room = most - kept if kept < most / 5 else most
    text = unmarked(page.first_line)
    stories = [*page.in_full, *page.also]
    left = len(stories) + page.more
    for number, story in enumerate(stories, 1):
        told = f"{text}\n\n{_told(number, story, updated=story in page.updates)}"
        if len(told) + len(_counted(left - 1)) > room:
            break
        text, left = told, left - 1
    text += _counted(left)
    for part in rest:
        if len(text) + len(part) + 2 <= most:
            text += f"\n\n{part}"
    return text[: max(0, most)]


def _counted(left: int) -> str:
    return f"\n\nand {left:,} more" if left else ""


def _told(number: int, story: ShownStory, *, updated: bool) -> str:
    label = "Update: " if updated else ""
    details = " · ".join(filter(None, (story.source, story.published, story.foreign, story.topic, story.score)))
    lines = [f"{number}) {label}{unmarked(story.headline)}", unmarked(details), _alone(story.url)]
    lines += [unmarked(story.known_as)] if updated and story.told_as else []
    lines += [unmarked(line) for change in story.changes for line in change.lines]
    return "\n".join(filter(None, lines))


def _rest(page: Layout) -> Iterator[str]:
    for news in page.news[:_MOST_NEWS]:
        yield unmarked("\n".join(filter(None, (news.sentence, news.remedy and f"To do: {news.remedy}"))))
    if left := len(page.news[_MOST_NEWS:]) + page.news_more:
        yield unmarked(more_sources(left))
    for question in page.asked:
        yield _asked(question)


def _asked(question: ShownQuestion) -> str:
    lines = [f"Tell us, is this relevant? {unmarked(question.headline.text)}", _alone(question.headline.url)]
    if question.verdict:
        lines += [f"yes: {question.verdict.yes}", f"no: {question.verdict.no}"]
    return "\n".join(filter(None, lines))


def _alone(url: str) -> str:
    """An address in which no Markdown begins and nobody is called."""
    return url.replace("*", "%2A").replace("~", "%7E").replace("@", "%40").replace("]", "%5D")
