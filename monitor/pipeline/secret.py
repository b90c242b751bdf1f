"""The secret that signs links and sessions: the operator's own, else one made once and kept beside the database."""

import os
import secrets
from pathlib import Path

from monitor.config import Settings
from monitor.errors import ConfigurationError

# A secret that a person chose must not be guessable from one signed link; 16 characters is the least that may be.
SHORTEST = 16


def secret(settings: Settings) -> str:
    """MONITOR_SECRET where it is set, else what `var/secret` holds, which is made (mode 0600) where it is missing.

    Of two programs that start at once both get the same. Raises ConfigurationError for a secret that is too short to
    sign with, and for a file that cannot be read or made.
    """
    if settings.secret:
        return _long_enough(settings.secret, "environment: MONITOR_SECRET")
    path = settings.var / "secret"
    try:
        if not path.exists():
            _make(path)
        return _long_enough(path.read_text(encoding="utf-8").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: the secret that signs links cannot be kept there ({error}); make the folder writable, "
        raise ConfigurationError(message + "or set MONITOR_SECRET") from error


def _make(path: Path) -> None:
    """Writes a new secret to `path`, whole or not at all; one that appeared meanwhile is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
        # A link, unlike a rename, never takes the place of what another program has just made and signed with.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _long_enough(value: str, where: str) -> str:
    if len(value) < SHORTEST:
        message = f"{where}: shorter than {SHORTEST} characters, so links could be forged; remove it to have one made"
        raise ConfigurationError(message)
    return value
