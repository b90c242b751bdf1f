"""A page that shows a preview beside what was sent: which stories are in one only, and both of them whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.digest.cleaning import one_line
from monitor.digest.templating import templates
from monitor.digest.wording import counted
from monitor.models import DigestItem

_HEADLINE = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """The headlines of stories that only the preview tells, that only what was sent told, and that both do."""

    only_preview: tuple[str, ...]
    only_sent: tuple[str, ...]
    both: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Both in one line: "2 stories only here, 1 story only there, 5 in both"."""
        here, there = (counted(len(each), "story", "stories") for each in (self.only_preview, self.only_sent))
        return f"{here} only here, {there} only there, {len(self.both):,} in both"


def difference(previewed: Sequence[DigestItem], sent: Sequence[DigestItem]) -> Difference:
    """What a preview and what was sent tell of, each in the order of relevance; stories are the same by their id."""
    here, there = {each.story_id for each in previewed}, {each.story_id for each in sent}
    return Difference(
        tuple(_named(each) for each in previewed if each.story_id not in there),
        tuple(_named(each) for each in sent if each.story_id not in here),
        tuple(_named(each) for each in previewed if each.story_id in there),
    )


def beside(title: str, sent_at: str, told: Difference, preview_file: str, sent_file: str) -> str:
    """The page; both files are named as they stand in its own folder, and shown without scripts."""
    return (
        templates()
        .get_template("beside.html.j2")
        .render(title=title, sent_at=sent_at, told=told, preview_file=preview_file, sent_file=sent_file)
    )


def _named(item: DigestItem) -> str:
    return f"{one_line(item.headline, _HEADLINE) or 'Untitled'} ({item.score:.2f})"
