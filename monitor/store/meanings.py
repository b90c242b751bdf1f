"""What articles mean, kept: a vector is made once, not by every run that judges against the article."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlmodel import Session

from monitor.models import Meaning
from monitor.store.bulk import among, table, upsert


def meanings(session: Session, article_ids: Collection[int], encoder: str) -> dict[int, bytes]:
    """The vectors that `encoder` made of articles, by article; those that have none are left out."""
    columns = table(Meaning).c
    query = select(columns.article_id, columns.vector).where(
        among(session, columns.article_id, article_ids), columns.encoder == encoder
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def keep_meanings(session: Session, vectors: Mapping[int, bytes], encoder: str) -> None:
    """Keeps what `encoder` made of articles, in place of what another did."""
    upsert(
        session,
        Meaning,
        [{"article_id": article, "encoder": encoder, "vector": vector} for article, vector in vectors.items()],
    )


def forget_meanings(session: Session, article_ids: Collection[int]) -> None:
    """Forgets what articles meant whose text is another now."""
    columns = table(Meaning).c
    session.connection().execute(delete(table(Meaning)).where(among(session, columns.article_id, article_ids)))
