"""What topics are to the model, what it judged and what readers said: profiles, models, assessments, verdicts."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import exists, func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from monitor.models import Article, Assessment, Entry, Feedback, Model, Profile, Sighting
from monitor.store.bulk import among, columns_of, insertion, rows_of, table, upsert


def keep_profile(session: Session, profile: Profile) -> None:
    """Keeps the profile; one of that version that its topic has stays, made of what this one was made of."""
    connection = session.connection()
    statement = insertion(connection, table(Profile))
    changes = {"made_of": statement.excluded["made_of"]}
    statement = statement.on_conflict_do_update(index_elements=["topic", "version"], set_=changes)
    connection.execute(statement, rows_of([profile], columns_of(Profile)))


def profile_made_of(session: Session, topic: str, made_of: str) -> Profile | None:
    """The profile of a topic that was made of these seeds (see `Profile.made_of`), None where none was."""
    query = select(Profile).where(Profile.topic == topic, Profile.made_of == made_of)
    return session.exec(query.order_by(col(Profile.made_at).desc(), col(Profile.id).desc())).first()


def profile(session: Session, topic: str, version: str) -> Profile | None:
    """The profile of a topic at a version."""
    return session.exec(select(Profile).where(Profile.topic == topic, Profile.version == version)).first()


def latest_profile(session: Session, topic: str) -> Profile | None:
    """The profile of a topic that was made last."""
    query = select(Profile).where(Profile.topic == topic)
    return session.exec(query.order_by(col(Profile.made_at).desc(), col(Profile.id).desc())).first()


def keep_model(session: Session, model: Model) -> None:
    """Keeps the model, unless its topic has one of that version."""
    connection = session.connection()
    statement = insertion(connection, table(Model)).on_conflict_do_nothing(index_elements=["topic", "version"])
    connection.execute(statement, rows_of([model], columns_of(Model)))


def accepted_model(session: Session, topic: str) -> Model | None:
    """The last model of a topic that earned its place; the one to judge with."""
    query = select(Model).where(Model.topic == topic, col(Model.accepted).is_(True))
    return session.exec(query.order_by(col(Model.made_at).desc(), col(Model.id).desc())).first()


def models(session: Session, topic: str, *, limit: int = 20) -> list[Model]:
    """The models of a topic, the latest first."""
    query = select(Model).where(Model.topic == topic)
    return list(session.exec(query.order_by(col(Model.made_at).desc(), col(Model.id).desc()).limit(limit)))


def drop_model(session: Session, model: Model) -> None:
    """Forgets a model, such as one that was tampered with, so that one of its version can be kept again."""
    found = session.exec(select(Model).where(Model.topic == model.topic, Model.version == model.version)).first()
    if found is not None:
        session.delete(found)
        session.flush()


def keep_assessments(session: Session, assessments: Iterable[Assessment]) -> None:
    """Writes the assessments, each in the place of what was thought of its article for its topic before."""
    upsert(session, Assessment, rows_of(assessments, columns_of(Assessment)))


def assessments(session: Session, topic: str, article_ids: Collection[int]) -> dict[int, Assessment]:
    """What a topic thinks of each of the articles, where it was asked."""
    query = select(Assessment).where(
        Assessment.topic == topic, among(session, table(Assessment).c.article_id, article_ids)
    )
    return {assessment.article_id: assessment for assessment in session.exec(query)}


def assessments_of(session: Session, article_id: int) -> list[Assessment]:
    """What each topic thinks of an article, by the topics' names."""
    query = select(Assessment).where(Assessment.article_id == article_id)
    return list(session.exec(query.order_by(Assessment.topic)))


def unassessed(
    session: Session,
    topic: str,
    versions: tuple[str, str],
    *,
    since: datetime,
    sources: Collection[str] | None = None,
    limit: int | None = None,
) -> list[Article]:
    """Articles stored from `since` on that were not judged by these (profile version, model version) yet.

    Only such as one of `sources` lists, where these are named; the first stored first, at most `limit`.
    """
    judged = exists().where(
        col(Assessment.article_id) == col(Article.id),
        col(Assessment.topic) == topic,
        col(Assessment.profile_version) == versions[0],
        col(Assessment.model_version) == versions[1],
    )
    query = select(Article).where(col(Article.stored_at) >= since, ~judged)
    if sources is not None:
        entries, listed = table(Entry).c, table(Sighting).c
        seen = exists().where(
            entries.article_id == col(Article.id),
            listed.entry_id == entries.id,
            among(session, listed.source, sources),
        )
        query = query.where(or_(among(session, table(Article).c.source, sources), seen))
    return list(session.exec(query.order_by(col(Article.stored_at), col(Article.id)).limit(limit)))


def judge_anew(session: Session, article_ids: Collection[int]) -> None:
    """Lets every topic judge the articles again; what it thought of them stands until it has."""
    columns = table(Assessment).c
    statement = update(table(Assessment)).where(among(session, columns.article_id, article_ids))
    session.connection().execute(statement.values(profile_version="", model_version=""))


def decided_by_another(session: Session, topic: str, *, since: datetime, cut: float) -> bool:
    """Whether a topic decided any article stored from `since` on by another threshold than `cut`."""
    query = (
        select(Assessment.article_id)
        .join(Article, col(Article.id) == col(Assessment.article_id))
        .where(Assessment.topic == topic, Article.stored_at >= since, Assessment.threshold != cut)
        .limit(1)
    )
    return session.exec(query).first() is not None


def decide_anew(session: Session, topic: str, *, since: datetime, cut: float | None) -> None:
    """Lets a topic judge again what was stored from `since` on; with a `cut`, its scores are decided by that meanwhile.

    What a guard excluded stays excluded.
    """
    recent = select(col(Article.id)).where(col(Article.stored_at) >= since)
    query = select(Assessment).where(Assessment.topic == topic, col(Assessment.article_id).in_(recent))
    for each in session.exec(query):
        each.profile_version = each.model_version = ""
        if cut is not None:
            each.relevant = each.score >= cut and not each.reasons.get("rule")
            each.threshold = cut
        session.add(each)
    session.flush()


def borderline(session: Session, topic: str, *, limit: int, ids: Collection[int] | None = None) -> list[Assessment]:
    """The assessments of a topic nearest to their threshold on either side, of articles without a verdict for it.

    Only of the articles of `ids`, where these are named.
    """
    judged = exists().where(col(Feedback.topic) == topic, col(Feedback.article_id) == col(Assessment.article_id))
    query = select(Assessment).where(Assessment.topic == topic, ~judged)
    if ids is not None:
        query = query.where(among(session, table(Assessment).c.article_id, ids))
    distance = func.abs(col(Assessment.score) - col(Assessment.threshold))
    return list(session.exec(query.order_by(distance, col(Assessment.article_id)).limit(limit)))


def count_left_out(session: Session, topic: str, *, since: datetime, until: datetime) -> int:
    """How many articles stored from `since` to before `until` a topic judged and left out, reprints apart."""
    query = _originals(topic, since, until, relevant=False)
    return session.exec(select(func.count()).select_from(query.subquery())).one()


def taken(session: Session, topic: str, *, since: datetime, until: datetime) -> list[int]:
    """The articles that it took, by id, ascending."""
    return sorted(session.exec(_originals(topic, since, until, relevant=True)))


def _originals(topic: str, since: datetime, until: datetime, *, relevant: bool) -> SelectOfScalar[int]:
    return (
        select(col(Assessment.article_id))
        .join(Article, col(Assessment.article_id) == col(Article.id))
        .where(
            Assessment.topic == topic,
            col(Assessment.relevant).is_(relevant),
            col(Article.duplicate_of).is_(None),
            col(Article.stored_at) >= since,
            col(Article.stored_at) < until,
        )
    )


def keep_feedback(session: Session, feedback: Feedback) -> Feedback:
    """Keeps a verdict; returns it with its id, by which it can be taken back."""
    session.add(feedback)
    session.flush()
    return feedback


def withdraw_feedback(session: Session, feedback_id: int) -> bool:
    """Takes a verdict back, so that the one before counts again; whether it was there."""
    found = session.get(Feedback, feedback_id)
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


def verdicts(session: Session, topic: str, *, until: datetime | None = None) -> dict[int, Feedback]:
    """The verdict that counts on each article for a topic: the latest, or the latest given up to `until`."""
    query = select(Feedback).where(Feedback.topic == topic).order_by(col(Feedback.made_at), col(Feedback.id))
    if until is not None:
        query = query.where(col(Feedback.made_at) <= until)
    return {feedback.article_id: feedback for feedback in session.exec(query)}
