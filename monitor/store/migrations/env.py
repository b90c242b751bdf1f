"""How Alembic runs here: within the transaction of the connection that `monitor.store.upgrade` hands over."""

from alembic import context
from alembic.runtime.environment import NameFilterParentNames, NameFilterType
from sqlmodel import SQLModel

import monitor.models
import monitor.store.indexes  # noqa: F401  # adds to the metadata


def ours(name: str | None, kind: NameFilterType, _parents: NameFilterParentNames) -> bool:
    """Whether a table is described by the models; the full-text index is made by hand, for each engine its own."""
    return kind != "table" or not (name or "").startswith("article_search")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_name=ours,
)
with context.begin_transaction():
    context.run_migrations()
