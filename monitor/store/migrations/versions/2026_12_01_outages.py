"""Each source keeps when it failed; what fails now is known from its state, what ended before is not."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_outages"
down_revision = "2026_11_30_sources_counted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column, empty."""
    op.add_column("feedstate", sa.Column("outages", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Lets go of it."""
    op.drop_column("feedstate", "outages")
