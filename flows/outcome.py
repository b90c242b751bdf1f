"""How a flow run by hand ended, for a person and for a program."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a flow run ended: its name in Prefect, its state, and what it says of itself."""

    run: str
    state: str
    message: str
    succeeded: bool

    @property
    def summary(self) -> str:
        """One line for a person."""
        return f"{self.run}: {self.state}" + (f": {self.message}" if self.message else "")

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor flow --json`."""
        return {"run": self.run, "state": self.state, "message": self.message}
