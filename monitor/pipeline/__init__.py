"""The imperative shell: joins the stages and runs whole without Prefect.

    sources ──poll──> entries kept ──read──> articles kept ──group──> stories ──assess──> assessments
      polling.py         reading.py + workers.py        judging.py            judging.py
                                                                                  │
    channels <──deliver── outbox <──compose── digest.py <─────────────────────────┘

Each step takes a `Context` and names or ids, does one batch, commits it, and returns a frozen tally; each is safe to
repeat. `collect.py` and `digest.py` say the order of the steps, once: they hand every step to a `Caller`, which runs it
plainly, or as a Prefect task when a flow is above.
"""
