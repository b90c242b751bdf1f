"""What a run did, counted: frozen, added up from its steps, and told as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong: a source or a topic by its name, or a page by its URL."""

    error: str
    source: str = ""
    url: str = ""
    topic: str = ""

    @property
    def line(self) -> str:
        """The failure on one line that names its source once."""
        named = not self.source or self.error.startswith(self.source)
        return self.error if named else f"{self.source}: {self.error}"

    def to_json(self) -> dict[str, str]:
        """The failure under the name of what failed."""
        named = {"source": self.source, "topic": self.topic}
        what = next((each for each in named.items() if each[1]), ("url", self.url))
        return {what[0]: what[1], "error": self.error}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one step, or of a whole collect; `seconds` by stage, `relevant` by topic.

    Sources that were `put_off` were due and not asked, for their hosts want to be left alone.
    `rechecked` pages of stories told before were asked again; of these `changed` said something else, `withdrawn` were
    gone, and `rechecks_failed` gave nothing that could stand for what they gave before. `unpromising` entries were left
    unread, for no topic had reason to ask for their pages.
    """

    polled: int = 0
    not_modified: int = 0
    sources_failed: int = 0
    put_off: int = 0
    listed: int = 0
    new: int = 0
    unpromising: int = 0
    fetched: int = 0
    pages_failed: int = 0
    refused: int = 0
    deferred: int = 0
    stored: int = 0
    near_duplicates: int = 0
    rechecked: int = 0
    changed: int = 0
    withdrawn: int = 0
    rechecks_failed: int = 0
    topics_failed: int = 0
    relevant: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Self) -> "Tally":
        """Both together."""
        return Tally(**{each.name: _add(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)})

    @property
    def pages(self) -> int:
        """The new pages that were asked for, or would have been."""
        return self.fetched + self.pages_failed + self.refused + self.deferred

    @property
    def read_and_stored(self) -> str:
        """One line of what an archive gave."""
        from monitor.digest.wording import counted  # and with it the models, which a run that tells nothing needs not

        read, stored = counted(self.fetched, "page"), counted(self.stored, "article")
        return f"{read} read, {stored} stored, {counted(len(self.failures), 'failure')}"

    @property
    def too_many_sources_failed(self) -> bool:
        """More than a fifth of the sources asked."""
        return self.sources_failed * 5 > self.polled

    @property
    def in_doubt(self) -> bool:
        """Whether the run did not do its job: too many sources failed, or a topic could not be judged at all."""
        return self.too_many_sources_failed or self.topics_failed > 0

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor collect --json`."""
        return {
            "sources": {
                "polled": self.polled,
                "not_modified": self.not_modified,
                "failed": self.sources_failed,
                "put_off": self.put_off,
            },
            "entries": {"listed": self.listed, "new": self.new, "unpromising": self.unpromising},
            "pages": {
                "fetched": self.fetched,
                "failed": self.pages_failed,
                "refused": self.refused,
                "deferred": self.deferred,
            },
            "articles": {"stored": self.stored, "near_duplicates": self.near_duplicates},
            "rechecks": {
                "asked": self.rechecked,
                "changed": self.changed,
                "withdrawn": self.withdrawn,
                "failed": self.rechecks_failed,
            },
            "relevant": dict(self.relevant),
            "failures": [failure.to_json() for failure in self.failures],
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
        }


def _add(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {key: one.get(key, 0) + other.get(key, 0) for key in [*one, *(key for key in other if key not in one)]}
    return one + other
