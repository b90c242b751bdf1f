"""One HTTP request to an address of the operator's own: no redirects, no proxies from the environment, no log line.

httpx's client logs every address it asks, and here the address is the secret; its transport, used alone, logs none.
"""

import time
from dataclasses import dataclass

import httpx

# Seconds for connecting and for each step after it, and for the whole; Slack answers a webhook within a few.
TIMEOUT = 20.0
_DEADLINE = 30.0
# What is read of an answer: enough for its reason.
_LONGEST_ANSWER = 65_536

# After these nothing of the request had left; after every other failure the message may have been taken.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status, Retry-After ("" where it sent none), and the beginning of its text."""

    status: int
    retry_after: str
    text: str


def ask(request: httpx.Request, timeout: float = TIMEOUT) -> Answer:
    """Send a request and read its answer; raises httpx.TransportError (`NOT_SENT` says which mean that none left).

    `timeout` is seconds for each step.
    """
    request.extensions = {"timeout": httpx.Timeout(timeout).as_dict()}
    started = time.monotonic()
    content = b""
    with httpx.HTTPTransport(trust_env=False) as transport:
        response = transport.handle_request(request)
        try:
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > _LONGEST_ANSWER or time.monotonic() - started > _DEADLINE:
                    break
        finally:
            response.close()
    text = content[:_LONGEST_ANSWER].decode("utf-8", "replace")
    return Answer(response.status_code, response.headers.get("retry-after", ""), text)
