"""What a digest's file says: whom to tell what, when, and how much of it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """One digest, as `config/digests/NAME.toml` declares it; `name` is the file's name.

    `topics` are names or "*"; `threshold` "" means each topic's own; `form` is daily or weekly; `timezone` is an IANA
    name, for the schedule and for every time the reader is shown. What exceeds `max_items` is counted, never carried
    over. After `heartbeat` without anything to tell, a line says that the monitor still looks. With `instant` is told
    at once what reaches `instant_threshold`, or what so many independent sources tell within six hours (0: never).
    """

    name: str
    title: str = ""
    topics: tuple[str, ...] = ("*",)
    schedule: str = "0 7 * * 1-5"
    timezone: str = "UTC"
    channels: tuple[str, ...] = ()
    threshold: str = ""
    form: str = "daily"
    max_items: int = 20
    heartbeat: timedelta = timedelta(days=7)
    quiet_hours: str = ""
    instant: bool = False
    instant_threshold: str = "precise"
    instant_sources: int = 5
