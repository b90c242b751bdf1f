"""An address in, a `Page` out, or an error that says why not: the one door to the network for all that is read.

`client.py` is that door, `settings.py` what it takes. Behind it, each a thing of its own: `address.py` (an address as
it is sent), `guard.py` (which machines may be asked), `transport.py` (connections), `turns.py` (who waits for which
host), `exchange.py` (one request within its time), `body.py` (bytes within their size), `robots.py` and `memory.py`
(what hosts asked of us), `answers.py` (what an answer means).
"""
