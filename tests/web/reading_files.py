"""The reading page's configuration as files, for tests that edit it: the topics, sources and digest of the material."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reading_material import SECRET
from reading_site import Site, serve_over

from monitor.config import Settings, load
from monitor.store import Database

FILES = {
    "config/monitor.toml": """[fetch]
user_agent = "test-monitor (+http://about.example/)"
pause_per_host = "0s"
timeout = "5s"
allow_addresses = ["127.1.0.0/16"]
[channels.analyst]
kind = "email"
[channels.desk]
kind = "file"
path = "var/digests"
""",
    "config/sources.toml": """# what we read
[[source]]
name = "quay-herald"
url = "https://quay.example/feed"
language = "en"

[[source]]
name = "north-courier"
url = "https://courier.example/rss"

[[source]]
name = "hafenbote"
url = "https://hafenbote.example/atom"
language = "de"
""",
    "config/topics/harbours.toml": """# the port
title = "Harbours and automation"
seeds = ["seeds/harbours.md"]
threshold = "balanced"
""",
    "config/topics/tides.toml": 'title = "Tides"\nseeds = ["seeds/tides.md"]\n',
    "config/digests/morning.toml": """title = "Harbours, every morning"
topics = ["*"]
schedule = "0 7 * * *"
timezone = "Europe/London"
channels = ["desk"]
""",
    "seeds/harbours.md": """# Harbours and automation

- Driverless cranes and who runs them: Ports replace crane drivers with software that steers container cranes.
- Rivalry between ports: Ports compete for the few makers of driverless machines, and for ships.
- The makers: Makers of harbour software are bought and sold.
""",
    "seeds/tides.md": "Tides and how they are predicted along the northern coast.\n",
}


@dataclass
class Edited:
    """A site and the root of its configuration."""

    site: Site
    root: Path

    @property
    def settings(self) -> Settings:
        """The configuration as commands and flows read it."""
        return settings_of(self.root)

    def text(self, shown: str) -> str:
        """What a file of the root holds."""
        return (self.root / shown).read_text(encoding="utf-8")


@contextmanager
def site_with_files(template: Path, root: Path, now: datetime) -> Iterator[tuple[Site, Path]]:
    """A site whose settings come from files, and the root that holds them."""
    for shown, text in FILES.items():
        path = root / shown
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    path = root / "var" / "monitor.db"
    path.parent.mkdir()
    shutil.copyfile(template, path)
    with ExitStack() as stack:
        database = Database.open(f"sqlite:///{path}", root=root)
        stack.callback(database.close)
        yield serve_over(stack, database, settings_of(root), now, path), root


def settings_of(root: Path) -> Settings:
    """The configuration as commands and flows read it."""
    return load(root, {"MONITOR_SECRET": SECRET})
