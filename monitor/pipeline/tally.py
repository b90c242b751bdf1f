"""What a run did, counted: frozen, added up from its steps, and told as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong: a source by its name, or a page by its URL."""

    error: str
    source: str = ""
    url: str = ""

    def to_json(self) -> dict[str, str]:
        """The failure under the name of what failed."""
        return {"source": self.source, "error": self.error} if self.source else {"url": self.url, "error": self.error}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one step, or of a whole collect; `seconds` by stage, `relevant` by topic."""

    polled: int = 0
    not_modified: int = 0
    sources_failed: int = 0
    listed: int = 0
    new: int = 0
    fetched: int = 0
    pages_failed: int = 0
    refused: int = 0
    deferred: int = 0
    stored: int = 0
    near_duplicates: int = 0
    relevant: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Self) -> "Tally":
        """Both together."""
        return Tally(**{each.name: _add(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)})

    @property
    def too_many_sources_failed(self) -> bool:
        """More than a fifth of the sources asked: then the run as a whole is in doubt."""
        return self.sources_failed * 5 > self.polled

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor collect --json`."""
        return {
            "sources": {"polled": self.polled, "not_modified": self.not_modified, "failed": self.sources_failed},
            "entries": {"listed": self.listed, "new": self.new},
            "pages": {
                "fetched": self.fetched,
                "failed": self.pages_failed,
                "refused": self.refused,
                "deferred": self.deferred,
            },
            "articles": {"stored": self.stored, "near_duplicates": self.near_duplicates},
            "relevant": dict(self.relevant),
            "failures": [failure.to_json() for failure in self.failures],
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
        }


def _add(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {key: one.get(key, 0) + other.get(key, 0) for key in [*one, *(key for key in other if key not in one)]}
    return one + other
