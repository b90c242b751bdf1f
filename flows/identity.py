"""What tells the deployments of one monitor from those of another on the same Prefect API."""

import hashlib
import re
from pathlib import Path

# Before a monitor's mark in the tags of its deployments.
PREFIX = "monitor:"


def mark(root: Path) -> str:
    """A root's mark: its folder's name, and eight digits that tell apart folders of one name by their paths."""
    path = root.resolve()
    name = re.sub(r"[^a-z0-9]+", "-", path.name.lower()).strip("-") or "root"
    return f"{name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def tag(root: Path) -> str:
    """The tag that every deployment of a root carries."""
    return f"{PREFIX}{mark(root)}"


def deployment_name(name: str, root: Path, *, shared: bool) -> str:
    """What a deployment is called: `name`, and on an API that others may use the root's mark behind it.

    Prefect knows a deployment by the names of its flow and its own: of two alike the later takes the place of the
    earlier.
    """
    return f"{name}-{mark(root)}" if shared else name
