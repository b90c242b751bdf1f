"""Indexes that particular questions need, beside those that the models declare: which, and for what question.

Importing this adds them to the tables' metadata, for `monitor.store.migrations`, which makes them; nothing else has to:
what is said to PostgreSQL alone has SQLAlchemy load that dialect, in 50 ms.
"""

from sqlalchemy import Index, text

from monitor.models import Article, Assessment, DigestItem, Entry, Told, Version
from monitor.store.bulk import table
from monitor.store.conditions import UNREAD, WAITING

# Entries that wait, and that were left unread, oldest first.
Index(
    "ix_entry_waiting",
    table(Entry).c.first_seen,
    sqlite_where=text(WAITING),
    postgresql_where=text(WAITING),
)
Index("ix_entry_unread", table(Entry).c.first_seen, sqlite_where=text(UNREAD), postgresql_where=text(UNREAD))

# What came of the entries of a source, counted without looking at a single entry. Questions name every grade that there
# is: so each leads to a span of moments, and what is counted by source and grade needs not be sorted.
Index(
    "ix_entry_source",
    table(Entry).c.source,
    table(Entry).c.grade,
    table(Entry).c.first_seen,
    table(Entry).c.state,
    table(Entry).c.article_id,
)

# What was published of late, and what was stored. PostgreSQL counts it, and finds the ids between which it lies,
# without looking at a single article.
Index("ix_article_published", table(Article).c.published, postgresql_include=["id"])
Index("ix_article_stored_at", table(Article).c.stored_at, postgresql_include=["id"])

# What points at a row that is to be deleted: without these each deletion would read the whole table.
Index("ix_article_duplicate_of", table(Article).c.duplicate_of)
Index("ix_told_story_id", table(Told).c.story_id)

# Whether a story ever stood in a digest, asked of each before it is let go.
Index("ix_digestitem_story_id", table(DigestItem).c.story_id)

# Which articles got another text since a digest was told.
Index("ix_version_first_seen", table(Version).c.first_seen)

# What a topic took, and how it scored: a few in a hundred of what it judged, asked for by each page that lists them.
Index(
    "ix_assessment_taken",
    table(Assessment).c.topic,
    table(Assessment).c.article_id,
    table(Assessment).c.score,
    sqlite_where=text("relevant IS 1"),
    postgresql_where=text("relevant IS true"),
)
