"""A delivery through apprise, to the hundred services it knows: Discord, Teams, Telegram, ntfy and the rest.

apprise answers yes or no, and says in its log why not. A no has failed where no connection was made, or where the
service refused it; after a connection that was lost, a gateway without an answer, or a refusal for some of several
recipients, the message may stand there already, and the outcome is unknown.
"""

import re
from pathlib import Path

import apprise

from monitor.deliver.outcome import Outcome, Overheard, failed, masked_logs, sent, unknown
from monitor.deliver.post import TIMEOUT
from monitor.deliver.settings import ChannelSettings
from monitor.models import Delivery

# Where apprise and what it sends with write to; some of their lines hold the address.
_LOGGERS = ("apprise", "urllib3.connectionpool", "requests_oauthlib.oauth1_auth")
# Services that join title and text put at most this between them.
_JOIN = 4
_CUT = "\n…"
# What apprise writes of a request that broke off, and how that begins where there was no connection yet: with it
# requests, as apprise asks it, tells of nothing else.
_BROKE_OFF, _NO_CONNECTION = "Socket Exception:", "Max retries exceeded with url"


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """The service's scheme, such as "discord": the rest of the address is a secret."""
    return (settings.url.partition("://")[0].lower() or "apprise",)


def service_of(settings: ChannelSettings) -> apprise.NotifyBase | None:
    """The service behind the address; None where apprise does not understand it.

    It has as long to answer as Slack has, unless the address says otherwise: apprise would leave it four seconds.
    """
    service = apprise.Apprise.instantiate(settings.url)
    if isinstance(service, apprise.NotifyBase) and "rto=" not in settings.url:
        service.socket_read_timeout = TIMEOUT
    return service


def longest(settings: ChannelSettings) -> int:
    """How many characters the service takes, title included; 0 where apprise does not understand the address."""
    with masked_logs(settings.secrets, *_LOGGERS):
        service = service_of(settings)
    return int(service.body_maxlen) if service is not None else 0


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:  # noqa: ARG001 - as every channel
    """Send title and text, cut to what the service takes; SENT where apprise says that it was taken."""
    with masked_logs(settings.secrets, *_LOGGERS) as heard:
        service = service_of(settings)
        if service is None:
            return failed("apprise does not understand the address of this channel", permanent=True)
        title = fitted(harmless(delivery.subject), service.title_maxlen or 250)
        room = service.body_maxlen - len(title) - _JOIN
        body = fitted(harmless(delivery.text), room)
        try:
            taken = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - a hundred services by as many authors, and one must not stop a run
            return unknown(f"{service.service_name}: {type(error).__name__}: {error}", settings.secrets)
    if taken:
        return sent(f"taken by {service.service_name}", settings.secrets)
    reason = "; ".join(heard.warnings) or "apprise says no more"
    recipients = len(service) // (service.retry + 1)
    if _may_have_arrived(heard, recipients):
        return unknown(f"{service.service_name} may have taken it: {reason}", settings.secrets)
    return failed(f"{service.service_name} did not take it: {reason}", settings.secrets)


def _may_have_arrived(heard: Overheard, recipients: int) -> bool:
    """Whether a message that was not taken by all may have been taken by one, as far as apprise's log tells."""
    broke_off = [line for line in heard.details if line.startswith(_BROKE_OFF)]
    unanswered = [line for line in heard.warnings if re.search(r"\berror=50[24]\b", line)]
    refused = [line for line in heard.warnings if re.search(r"\berror=\d{3}\b", line)]
    lost = [line for line in broke_off if _NO_CONNECTION not in line]
    return bool(lost or unanswered) or len(refused) + len(broke_off) < (recipients if recipients > 1 else 0)


def fitted(text: str, longest: int) -> str:
    """The text, at most `longest` characters, cut at the end of a paragraph, else of a line, and saying so."""
    if len(text) <= longest:
        return text
    head = text[: max(0, longest - len(_CUT))]
    for end in ("\n\n", "\n", " "):
        if (at := head.rfind(end)) > len(head) // 2:
            return head[:at].rstrip() + _CUT
    return head + _CUT if longest >= len(_CUT) else head


def harmless(text: str) -> str:
    """The text with nothing in it that a chat obeys: @everyone, <@42>, <!channel> and <address|words> get a joiner.

    It is invisible; in an address, which it would break, @ is percent-encoded.
    """
    parts = re.split(r"(https?://\S+)", text)
    return "".join(part.replace("@", "%40") if number % 2 else _called(part) for number, part in enumerate(parts))


def _called(text: str) -> str:
    return re.sub(r"@(?=\w|&|!|$)|<(?=\S|$)", lambda mark: mark.group() + "\u2060", text)
