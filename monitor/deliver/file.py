"""A delivery as files: .html to look at, .txt to read, .eml to open in a mail program."""

from pathlib import Path

from monitor.deliver.envelope import mail
from monitor.deliver.identity import file_stem
from monitor.deliver.outcome import Outcome, failed, sent
from monitor.deliver.settings import ChannelSettings
from monitor.errors import DeliveryError
from monitor.models import Delivery
from monitor.whole import write_whole

# The mail kept as a file goes nowhere: both its addresses cannot exist (RFC 2606).
_FROM = "News monitor <monitor@news-monitor.invalid>"


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """The folder, as it is written in the settings."""
    return (settings.path,)


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:
    """Write the three files under `path`; the detail is the page's path, relative to the root where it is inside.

    Each is renamed into place when it is whole, the page last: where the page is, the others are. Written again, a
    delivery gives the same files.
    """
    folder = root / delivery.recipient
    stem = file_stem(delivery.message_id)
    try:
        message = mail(delivery, settings.from_address or _FROM, f"{settings.name}@news-monitor.invalid")
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{stem}.eml", message.as_bytes())
        write_whole(folder / f"{stem}.txt", delivery.text.encode("utf-8", "replace"))
        write_whole(folder / f"{stem}.html", delivery.html.encode("utf-8", "replace"))
    except DeliveryError as error:
        return failed(str(error), permanent=True)
    except OSError as error:
        return failed(f"{error.filename or folder}: {error.strerror or error}")
    except ValueError as error:
        return failed(f"{folder}: {error}", permanent=True)
    page = folder / f"{stem}.html"
    return sent(str(page.relative_to(root) if page.is_relative_to(root) else page))
