"""A digest as Slack Block Kit blocks, within every limit and with nothing of others' that Slack would obey.

Limits (https://docs.slack.dev/reference/block-kit/blocks/): 50 blocks, 150 characters in a header, 3,000 in a text, ten
elements in a context, and some 13,000 characters in all before a message is refused (slackapi/bolt-js#2509). What does
not fit is counted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from monitor.digest.cleaning import unmarked
from monitor.digest.shown import Layout, Link, ShownChange, ShownNews, ShownQuestion, ShownStory, Verdict
from monitor.digest.wording import more_sources

Block = Mapping[str, Any]

# A little below the limits, for what Slack counts differently from us.
_MOST_BLOCKS, _MOST_CHARACTERS = 45, 12_000
_LONGEST_TEXT, _LONGEST_HEADER, _LONGEST_LINK = 2_900, 150, 1_200
_LONGEST_VALUE = 2_000
# What a button is pressed for, as Slack says it back.
YES, NO = "verdict_yes", "verdict_no"
# Stories named in a message whose detail stands in its thread.
_OPENING = 3


def blocks(page: Layout, *, threaded: bool = False) -> tuple[Block, ...]:
    """The blocks; the opening stands before the first divider, so that a bot can put the rest into a thread.

    With `threaded` the opening names the first stories, for it is all that the channel itself shows.
    """
    head = [_header(page.title), _context(f"{literal(page.date)} · {literal(page.first_line)}")]
    head += [*(_opening(page) if threaded else []), _DIVIDER]
    tail = [*_alerted(page), *_asked(page), *_sources(page), _context(_seen(page))]
    room = _Room(_MOST_BLOCKS - len(head) - len(tail) - 1, _MOST_CHARACTERS - size([*head, *tail]) - 200)
    body: list[Block] = []
    left = page.more
    sections = (
        ("*Over several days*", page.arcs, _told),
        ("*Top*" if page.arcs else "", page.top, _told),
        ("*Updates*", page.updates, _told),
        ("*Also relevant*", page.also, _line),
    )
    for title, stories, shape in sections:
        pending = [_section(title)] if title and stories else []
        for story in stories:
            fitting = next((tried for each in (shape, _line) if room.take(tried := [*pending, *each(story)])), [])
            body += fitting
            left += not fitting
            pending = pending if not fitting else []
    if left:
        body.append(_context(f"and {left:,} more"))
    return (*head, *body, *tail)


def size(listed: Sequence[Block]) -> int:
    """The characters of blocks as they are sent, which are more than those that Slack counts."""
    return sum(len(json.dumps(block, ensure_ascii=False)) for block in listed)


def literal(text: str) -> str:
    """The text as Slack shows it and obeys nothing of it: no call, no link, no bold, no code.

    `&`, `<` and `>` are escaped as Slack demands; for its other marks it knows no escape (see `unmarked`).
    """
    return escape(unmarked(text), quote=False)


_DIVIDER: Block = {"type": "divider"}


class _Room:
    """How many blocks and characters are left."""

    def __init__(self, count: int, characters: int) -> None:
        self.count = count
        self.characters = characters

    def take(self, listed: Sequence[Block]) -> bool:
        """Take the room for blocks, if there is enough."""
        if len(listed) > self.count or size(listed) > self.characters:
            return False
        self.count -= len(listed)
        self.characters -= size(listed)
        return True


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:_LONGEST_HEADER], "emoji": False}}


def _mrkdwn(text: str) -> Mapping[str, Any]:
    # Verbatim: Slack is not to look for addresses and names in it by itself.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _linked(link: Link) -> str:
    """A link in Slack's form, `<address|text>`; an address keeps neither bar nor angle from `web_address`."""
    address = escape(link.url, quote=False)
    return f"<{address}|{literal(link.text)}>" if 0 < len(address) <= _LONGEST_LINK else literal(link.text)


def _told(story: ShownStory) -> list[Block]:
    """A story in full, and its buttons; parts at the end give way where the whole is longer than a section may be."""
    meta = " · ".join(filter(None, (story.source, story.published, story.foreign, story.topic)))
    parts = [f"*{_linked(Link(story.headline, story.url))}*", literal(meta)]
    parts += [literal(story.known_as)] if story.told_as else []
    parts += map(_change, story.changes)
    for passage in story.passages:
        cited = f" ({_linked(passage.source)})" if passage.source else ""
        parts.append(f"{literal(' '.join(passage.sentences))}{cited}")
    why = f"{story.meter} {story.score}" + (f" · *{literal(story.why.facet)}*" if story.why.facet else "")
    if story.why.seed_sentence:
        why += f"\nNearest in your brief: “{literal(story.why.seed_sentence)}”"
    if story.why.terms:
        why += f"\nWeighs most: {literal(', '.join(story.why.terms))}"
    parts += [why, *_days(story)]
    if not story.days and (also := _also(story)):
        parts.append(also)
    if story.verdict and not _takes_buttons(story.verdict):
        parts.append(_verdict(story.verdict))
    return [_section(_joined(parts)), *_buttons(story.verdict)]


def _change(change: ShownChange) -> str:
    """What a page says otherwise now, both wordings one under the other."""
    before, source = literal(change.before), _linked(change.source)
    if change.kind == "corrected":
        return f"*Corrected* by {source}: {literal(change.after)}\n*Before:* {before}"
    if change.kind == "gone":
        return f"*The page was withdrawn by its publisher*, {literal(change.source.text)}: {before}"
    return f"*Withdrawn* by {source}: {before}"


def _days(story: ShownStory) -> list[str]:
    return [f"• {literal(day.date)}: {_linked(day.headline)} ({literal(day.source)}{day.others})" for day in story.days]


def _verdict(verdict: Verdict) -> str:
    return f"Is it relevant? {_linked(Link('yes', verdict.yes))} · {_linked(Link('no', verdict.no))}"


def _also(story: ShownStory) -> str:
    also = ", ".join(_linked(link) for link in story.also_in) + (
        f" and {story.also_more} more" if story.also_more else ""
    )
    reprints = f"{story.reprints} reprint{'' if story.reprints == 1 else 's'}" if story.reprints else ""
    return "; ".join(filter(None, (f"Also in {also}" if also else "", reprints)))


def _line(story: ShownStory) -> list[Block]:
    details = " · ".join(
        filter(None, (story.source, story.published, story.foreign, story.topic, story.score, story.why.short))
    )
    return [_section(_joined([_linked(Link(story.headline, story.url)), literal(details)]))]


def _opening(page: Layout) -> list[Block]:
    first = [*page.in_full, *page.also][:_OPENING]
    return [_section("\n".join(f"• {_linked(Link(story.headline, story.url))}" for story in first))] if first else []


def _alerted(page: Layout) -> list[Block]:
    lines = [f"• {_linked(each.headline)} (told {literal(each.at)})" for each in page.alerted]
    return [_section(_joined(["*Already told at once*", *lines]))] if lines else []


def _buttons(verdict: Verdict | None) -> list[Block]:
    """Yes and no as buttons, where the channel takes them (https://docs.slack.dev/reference/block-kit/blocks/)."""
    if verdict is None or not _takes_buttons(verdict):
        return []
    choices = ((YES, "Relevant"), (NO, "Not relevant"))
    elements = [
        {
            "type": "button",
            "action_id": action,
            "value": verdict.ballot,
            "text": {"type": "plain_text", "text": text, "emoji": False},
        }
        for action, text in choices
    ]
    return [{"type": "actions", "elements": elements}]


def _takes_buttons(verdict: Verdict) -> bool:
    """Whether its ballot is one that a button can carry; else there are links."""
    return 0 < len(verdict.ballot) <= _LONGEST_VALUE


def _asked(page: Layout) -> list[Block]:
    if not page.asked:
        return []
    title = "*Tell us: are these relevant?*"
    if not any(each.verdict and _takes_buttons(each.verdict) for each in page.asked):
        return [_section(_joined([title, *map(_question, page.asked)]))]
    told: list[Block] = [_section(title)]
    for each in page.asked:
        told += [_section(_question(each)), *_buttons(each.verdict)]
    return told


def _question(asked: ShownQuestion) -> str:
    told = f"• {_linked(asked.headline)} ({literal(asked.source)})\n{literal(asked.why)}"
    if asked.verdict and _takes_buttons(asked.verdict):
        return told
    if asked.verdict:
        return f"{told}\n{_verdict(asked.verdict)}"
    # Between code marks Slack obeys nothing but their end; an address holds no such mark, a topic's name might.
    shown = asked.command and "`" not in asked.command
    return told + (f"\nFor yes, or with no in its place: `{escape(asked.command, quote=False)}`" if shown else "")


def _sources(page: Layout) -> list[Block]:
    if not page.news:
        return []
    text, shown = "*Sources*", 0
    for news in page.news:
        # An escaped text may be five times as long as it is: what to do gives way first, then the cause.
        forms = (_news(news), _news(replace(news, remedy="")), _news(replace(news, cause="", remedy="")))
        line = next((each for each in forms if len(text) + len(each) <= _LONGEST_TEXT // 2), None)
        if line is None:
            break
        text, shown = f"{text}\n{line}", shown + 1
    left = len(page.news) - shown + page.news_more
    return [_section(text + (f"\n{literal(more_sources(left))}" if left else ""))]


def _news(news: ShownNews) -> str:
    since = f", since {literal(news.since)}" if news.since else ""
    cause = f" {literal(news.cause)}." if news.cause else ""
    remedy = f" To do: {literal(news.remedy)}" if news.remedy else ""
    return f"• {news.label}: *{literal(news.source)}*{since}.{cause}{remedy}"


def _seen(page: Layout) -> str:
    nearest = f" Nearest miss: {_linked(page.nearest)}, {page.nearest_score}." if page.nearest else ""
    drift = "".join(f" The stream changed: {literal(warning)}." for warning in page.drift)
    return f"{literal(page.seen)}.{nearest}{drift} Digest “{literal(page.name)}”."


def _joined(parts: Sequence[str]) -> str:
    """As many of the parts as fit into a text, never one in part, for half an escape is none."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + 1 <= _LONGEST_TEXT:
            text += f"\n{part}"
    return text
