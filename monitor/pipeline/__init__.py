"""The imperative shell: joins the stages and runs whole without Prefect.

    sources ──poll──> entries kept ──read──> articles kept ──group──> stories ──assess──> assessments
        polling/            reading/               judging/               judging/             │
                                                                                               │
    verdicts <── readers <── channels <──deliver── outbox <──compose── telling/ <──────────────┘
    learning/                            digest.py

A room for each verb, each of which knows none that comes after it; `topics/` is where a reader tends what all of them
go by. What begins a run stands beside them: `collect.py` and `digest.py` say the order of its steps, once, and hand
every step to a `Caller`, which runs it plainly, or as a Prefect task when a flow is above; so do `train.py`,
`maintain.py` and `backfill.py`. Each step takes a `Context` and names or ids, does one batch, commits it, and returns a
frozen tally; each is safe to repeat. All of them work with `context.py`, `workers.py` and `tally.py`.
"""
