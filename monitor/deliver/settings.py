"""What a channel needs to know to send; secrets come from the environment and never show in a repr."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One channel, as `[channels.NAME]` declares it.

    `kind` is file, email, slack, apprise or feed. `path` (file, feed) is relative to the root. `tls` (email) is
    starttls, implicit or none; each address of `to` gets a message of its own. Slack goes through `webhook_url`, or
    with `bot_token` to `channel`; `url` is what apprise sends to, and for a bot another API address than Slack's (""
    for Slack's own).
    """

    name: str
    kind: str
    path: str = ""
    host: str = ""
    port: int = 587
    tls: str = "starttls"
    from_address: str = ""
    to: tuple[str, ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    channel: str = ""
    url: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be shown, the longest first, so that none is masked only in part."""
        values = (self.password, self.webhook_url, self.bot_token, self.signing_secret, self.url)
        return tuple(sorted(filter(None, values), key=len, reverse=True))
