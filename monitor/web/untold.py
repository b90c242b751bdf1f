"""Why nobody was told of an article, in one sentence. Pure."""

from collections.abc import Mapping, Sequence

from monitor.digest.settings import DigestSettings
from monitor.models import ALERT, Article, Assessment, Digest
from monitor.web.shown import Teller


def why_untold(
    shows: Teller,
    article: Article,
    thought: Mapping[str, Assessment],
    declared: Sequence[DigestSettings],
    composed: Sequence[Digest],
) -> str:
    """Why no digest told of an article that each topic thought so of; `composed` are digests, the latest first."""
    taken = {topic: each for topic, each in thought.items() if each.relevant}
    if not taken:
        return "No: it is relevant for no topic."
    if not article.news:
        return "No: it was no news any more when it was read."
    telling = {each.name: each for each in declared if "*" in each.topics or taken.keys() & set(each.topics)}
    if not telling:
        return "No: no digest tells of its topic."
    since = max(each.assessed_at for each in taken.values())
    for digest in composed:
        if digest.name in telling and digest.composed_at > since and not digest.slot.startswith(ALERT):
            settings = telling[digest.name]
            own = f", from its own threshold ({settings.threshold}) on" if settings.threshold else ""
            when = shows.moment(digest.composed_at)
            return (
                f"No: “{settings.title or settings.name}” was composed on {when} without it. "
                f"It tells of at most {settings.max_items} stories, the most relevant first{own}."
            )
    return "Not yet: it waits for the next digest."
