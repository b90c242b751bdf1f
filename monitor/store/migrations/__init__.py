"""The history of the tables: one dated file a change, each of which passes on SQLite and on PostgreSQL.

To change a table: change `monitor.models` (or `monitor.store.indexes`), write the next file in `versions/` by hand
after the latest one (batch operations, for SQLite cannot alter a table), and name it in HEAD. Tests compare the models
with what the migrations make, on both engines.
"""

# The latest revision. Here, so that opening a database that is up to date needs no Alembic.
HEAD = "2026_12_01_told_as"
