"""`monitor digest` and `monitor deliveries`: what was told, and what became of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.options import Json, Root, settings_of
from monitor.errors import ConfigurationError
from monitor.loading import loading

if TYPE_CHECKING:
    from monitor.models import Delivery
    from monitor.pipeline.digest import Sent

# Moments around which a digest can look back and ahead; before, computers knew no time, and no article was kept.
_YEARS = range(1970, 3000)

Name = Annotated[str, typer.Option("--digest", metavar="NAME", help="Only this digest.")]
Now = Annotated[bool, typer.Option("--now", help="Send now, whatever the schedule says.")]
Preview = Annotated[bool, typer.Option("--preview", help="Render what would be sent, send nothing.")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="TIME", help="With --preview: as of a past moment (ISO 8601).")]
Threshold = Annotated[str, typer.Option("--threshold", help="With --preview: another threshold.")]
Seed = Annotated[list[str] | None, typer.Option("--seed", metavar="FILE", help="With --preview: another seed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(digest)
    app.command()(deliveries)


def digest(
    name: Name = "",
    now: Now = False,
    preview: Preview = False,
    as_of: AsOf = "",
    threshold: Threshold = "",
    seed: Seed = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """Compose and deliver what is due, or preview it.

    With --preview it is rendered under var/previews and nothing is sent. A preview stands beside what was sent
    then; on a terminal with a screen its page is opened.

    Example: monitor digest --digest morning --now
    """
    with loading():
        from monitor.pipeline import digest as telling
        from monitor.pipeline.context import clock
        from monitor.pipeline.telling.preview import preview as render_preview

    settings = settings_of(root)
    names = [settings.digest(name).name] if name else [each.name for each in settings.digests]
    if preview:
        past = _moment(as_of) if as_of else None
        written = [render_preview(settings, each, past, threshold, tuple(seed or ())) for each in names]
        if json:
            output.as_json({"digests": [each.to_json() for each in written]})
        for each in [] if json else written:
            for line in each.summary.splitlines():
                output.say(line)
            output.open_page(each.opened)
        return
    if as_of or threshold or seed:
        message = "digest: --as-of, --threshold and --seed need --preview: what is sent follows the configuration"
        raise ConfigurationError(message)
    moment = clock()
    slots = [telling.by_hand(each) if now else telling.scheduled(settings.digest(each), moment) for each in names]
    sent = telling.send(settings, slots)
    if json:
        output.as_json({"digests": [each.to_json() for each in sent]})
    else:
        report_digests(sent)
    report_unsent(sent)
    if any(not each.all_sent for each in sent):
        raise typer.Exit(1)


def report_digests(sent: "list[Sent]") -> None:
    """A line for each digest and a table of its deliveries, but for those that another run has sent."""
    if not sent:
        output.say("config/digests declares no digest, so there is nobody to tell")
    for each in sent:
        if each.earlier:
            output.say(
                f"{each.digest}: composed before, {each.composed_at:%Y-%m-%d %H:%M} UTC: {each.first_line}; "
                f"`monitor digest --digest {each.digest} --now` tells what came since"
            )
        elif each.deliveries or not each.unreached:
            output.say(f"{each.digest}: {each.first_line or 'nothing to tell yet'}")
    rows = [
        (each.digest, delivery.channel, delivery.recipient, delivery.state, delivery.detail)
        for each in sent
        for delivery in each.news
    ]
    if rows:
        output.show("deliveries", ["digest", "channel", "recipient", "state", "detail"], rows)


def report_unsent(sent: "list[Sent]") -> None:
    """A line beside the result for each channel that has nobody to send to, and each earlier delivery not sent."""
    for line in dict.fromkeys(line for each in sent for line in (*each.unreached, *each.besides)):
        output.note(line)


def deliveries(
    resend: Annotated[
        int | None,
        typer.Option("--resend", metavar="ID", min=1, max=2**63 - 1, help="Send a failed or unknown one again."),
    ] = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """The outbox: every delivery and its state.

    --resend ID sends one again, with the same Message-ID.

    Example: monitor deliveries --resend 12
    """
    from monitor.pipeline import delivering

    settings = settings_of(root)
    if resend is not None:
        delivering.resend(settings, resend)
    kept = delivering.outbox(settings)
    if json:
        output.as_json({"deliveries": [delivering.delivery_json(delivery, named) for named, delivery in kept]})
        return
    columns = ["id", "digest", "channel", "recipient", "state", "tries", "since", "next try", "detail"]
    rows = [
        (d.id or 0, named, d.channel, d.recipient, d.state, d.attempts, *_moments(d), d.detail) for named, d in kept
    ]
    output.show("deliveries", columns, rows)
    if resend is not None and any(d.id == resend and d.state != "sent" for _, d in kept):
        raise typer.Exit(1)


def _moments(delivery: "Delivery") -> tuple[str, str]:
    """Since when a delivery is as it is, and when it is tried again by itself, "" where it is not."""
    again = f"{delivery.next_attempt:%Y-%m-%d %H:%M}" if delivery.next_attempt else ""
    return f"{delivery.changed_at:%Y-%m-%d %H:%M}", again


def _moment(text: str) -> datetime:
    from monitor.pipeline.context import clock

    try:
        moment = datetime.fromisoformat(text).astimezone()
        if moment.year not in _YEARS:
            raise ValueError(moment.year)  # noqa: TRY301 - the same remedy as what the library refuses
    except (ValueError, OverflowError) as error:
        message = f'--as-of: "{text}" is no moment: write it as 2026-11-24T07:00 or 2026-11-24T07:00+00:00'
        raise ConfigurationError(message) from error
    if moment > clock():
        message = f'--as-of: "{text}" has not come yet: what will be read until then is not known'
        raise ConfigurationError(message)
    return moment
