"""What came of a source's entries is counted in an index, grades and all; search finds articles by their day."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_sources_counted"
down_revision = "2026_11_30_sources_told"
branch_labels = None
depends_on = None

BEFORE = {"ix_entry_next_attempt": ["next_attempt"], "ix_entry_source": ["source"], "ix_entry_state": ["state"]}
COUNTED = ["source", "grade", "first_seen", "state", "article_id"]
# What `2026_11_24_start` tells SQLite of the indexes of other tables, it is told here of those of entries.
SHAPES = {
    "ix_entry_first_seen": "100000 1",
    "ix_entry_source": "100000 500 100 1 1 1",
    "ix_entry_waiting": "300 1",
    "ix_entry_unread": "10000 1",
}


def upgrade() -> None:
    """Gives each entry the grade of its article, and makes the indexes."""
    op.add_column("entry", sa.Column("grade", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE entry SET grade = (SELECT article.grade FROM article WHERE article.id = entry.article_id)"
        " WHERE article_id IN (SELECT id FROM article)"
    )
    for index in BEFORE:
        op.drop_index(index, "entry", if_exists=True)
    op.create_index("ix_entry_source", "entry", COUNTED)
    if is_sqlite():
        expect_much()
    else:
        op.drop_index("ix_article_stored_at", "article")
        op.create_index("ix_article_stored_at", "article", ["stored_at"], postgresql_include=["id"])
    forget_words()


def downgrade() -> None:
    """Makes the indexes as they were."""
    op.drop_index("ix_entry_source", "entry")
    op.drop_column("entry", "grade")
    for index, columns in BEFORE.items():
        op.create_index(index, "entry", columns)
    if is_sqlite():
        op.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'entry'")
    else:
        op.drop_index("ix_article_stored_at", "article")
        op.create_index("ix_article_stored_at", "article", ["stored_at"])
    forget_words()


def is_sqlite() -> bool:
    """Whether the database is one."""
    return bool(op.get_bind().dialect.name == "sqlite")


def forget_words() -> None:
    """Empties the full-text index, which every search and `monitor maintain` bring up to date."""
    op.execute(
        "INSERT INTO article_search (article_search) VALUES ('delete-all')"
        if is_sqlite()
        else "TRUNCATE article_search"
    )


def expect_much() -> None:
    """Tells SQLite's planner what the entries of a store look like that has grown."""
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'entry'")
    expected = sa.text("INSERT INTO sqlite_stat1 VALUES ('entry', :index, :shape)")
    for index, shape in SHAPES.items():
        op.execute(expected.bindparams(index=index, shape=shape))
    op.execute("ANALYZE sqlite_schema")  # so that this very connection reads them
