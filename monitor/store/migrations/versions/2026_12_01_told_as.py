"""Each item says under which headline its audiences were told of the story before; of older ones that is not said."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_told_as"
down_revision = "2026_12_01_outages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column, empty."""
    op.add_column("digestitem", sa.Column("told_as", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Lets go of it."""
    op.drop_column("digestitem", "told_as")
