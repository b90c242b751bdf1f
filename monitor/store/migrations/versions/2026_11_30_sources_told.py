"""What each audience was told of sources, in rows of its own; until now it was read off the digests sent before."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_sources_told"
down_revision = "2026_11_24_start"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Rows written at once.
MANY = 1_000


def upgrade() -> None:
    """Makes the table, and writes down what the digests that were sent said."""
    kept = op.create_table(
        "sourcetold",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("audience", "source", "state", "since"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_sourcetold_delivery_id"),
    )
    op.create_index("ix_sourcetold_delivery_id", "sourcetold", ["delivery_id"])
    rows = {(row["audience"], row["source"], row["state"], row["since"]): row for row in said()}
    listed = list(rows.values())
    for start in range(0, len(listed), MANY):
        op.bulk_insert(kept, listed[start : start + MANY])


def downgrade() -> None:
    """Lets go of what was told."""
    op.drop_table("sourcetold")


def said() -> Iterator[dict[str, Any]]:
    """What each delivery of a digest said of sources, in the order of the digests."""
    query = sa.text(
        "SELECT delivery.id, digest.name, delivery.channel, delivery.recipient, digest.composed_at, digest.figures"
        " FROM delivery JOIN digest ON digest.id = delivery.digest_id ORDER BY digest.composed_at, delivery.id"
    ).columns(composed_at=MOMENT, figures=sa.JSON())
    for delivery_id, name, channel, recipient, composed_at, figures in op.get_bind().execute(query):
        for news in (*figures.get("sources", []), *failing(figures)):
            yield {
                "audience": f"{name} {channel} {recipient}",
                "source": news["source"],
                "state": news["state"],
                "since": datetime.fromisoformat(news["since"]) if news.get("since") else composed_at,
                "delivery_id": delivery_id,
                "told_at": composed_at,
            }


def failing(figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The sources that a digest named as failing since a moment; the first ones kept a name alone, and say nothing."""
    for news in figures.get("seen", {}).get("failing", []):
        if isinstance(news, dict) and news.get("since"):
            yield news | {"state": "failing"}
