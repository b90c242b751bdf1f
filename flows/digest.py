"""The flow `digest`: composes one digest at its slot, delivers it, and leaves it to read in the Prefect UI."""

from datetime import UTC

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from flows.steps import in_thread
from flows.trigger import done, is_late, named, settings_at, skipped, trigger
from monitor.pipeline.digest import Sent, Slot, by_hand, send


@flow(name="digest", flow_run_name=lambda: named("digest"))
async def digest(name: str, root: str = "") -> State[Sent] | State[None]:
    """Compose and deliver one digest. Triggered by hand it is sent now, at a slot of its own.

    Args:
        name: The digest, as its file in config/digests is called.
        root: The folder that holds config/; where none is named, the nearest from the run's own upwards.
    """
    settings = settings_at(root)
    chosen = settings.digest(name)
    set_off = trigger()
    if is_late(set_off, chosen.schedule, chosen.timezone):
        return skipped("a later digest covers this one")
    slot = by_hand(name, set_off.id) if set_off.by_hand else Slot(name, set_off.scheduled.astimezone(UTC).isoformat())

    # Safe to try again: the slot is unique, and a delivery is claimed before it is sent.
    sent = (await in_thread(f"send {name}", send, settings, [slot]))[0]
    for line in (*sent.unreached, *sent.besides):
        get_run_logger().error(line)
    for delivery in sent.deliveries:
        get_run_logger().info("%s to %s: %s %s", delivery.channel, delivery.recipient, delivery.state, delivery.detail)
    await acreate_markdown_artifact(key=f"digest-{_key(name)}", markdown=sent.markdown, description=sent.first_line)
    if sent.unreached:
        return Failed(message="; ".join(sent.unreached))
    if not sent.all_sent:
        return Failed(message="not every delivery was sent; the log names them, `monitor deliveries` lists them")
    to = ", ".join(f"{each.channel} to {each.recipient}" for each in sent.deliveries)
    return done(f"{sent.first_line}; sent by {to}" if to else sent.first_line, sent)


def _key(name: str) -> str:
    """A name in the only characters that an artifact's key may have: small letters, digits and dashes."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
