"""The dead man's switch: an address asked after each good run, so that silence is noticed elsewhere."""

import httpx

from monitor.deliver.post import ask

# Seconds for each step; the run that calls is over, and nothing waits for it.
_TIMEOUT = 10.0


def ping(url: str) -> bool:
    """Whether the address answered with success (2xx). Never raises, follows no redirect, tells nobody the address."""
    try:
        request = httpx.Request("GET", url, headers={"User-Agent": "news-monitor"})
        return 200 <= ask(request, timeout=_TIMEOUT).status < 300
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return False
