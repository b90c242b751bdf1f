"""What questions say as indexes have it (see `monitor.store.indexes`), word for word: else no index would be used.

So it is with SQLite's partial indexes (https://sqlite.org/partialindex.html).
"""

from monitor.models import Grade

WAITING = "state IN ('pending', 'deferred')"
"""Entries that are to be fetched still: some hundred among millions, so that a run costs the same whatever is kept."""
UNREAD = "state = 'unpromising'"
"""Entries left unread, which are looked at again while they are recent."""
GRADES = ("", *(grade.value for grade in Grade))
"""Every grade that an entry may have: to name them all leads to a span of moments for each in an index of them."""
