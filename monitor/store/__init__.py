"""The only door to the database: everything kept is written, changed and found here, and nowhere else.

In goes a `sqlmodel.Session` from `Database.reading()` or `Database.writing()`, out come kept nouns and frozen values.
Every write is a bulk upsert keyed on what makes a row unique, so that a retry, or a second worker, doubles nothing.

    database  open, upgrade, sessions, care          polling   what is known of sources and hosts
    entries   what sources listed                    articles  documents kept, their versions
    stories   where each article belongs             topics    profiles, models, assessments, verdicts
    outbox    digests, deliveries, who was told      digests   what was told, read back
    runs      what ran, and who may run now          search    full text
    leases    which worker may ask which host
    export    everything, streamed                   retention what is let go
    reading_page  what its pages ask                 facets    what an article is besides its words
"""

from monitor.store.database import Database

__all__ = ["Database"]
