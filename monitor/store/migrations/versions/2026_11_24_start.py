"""The first tables, and the full-text index.

The index keeps no text of its own: `monitor.store.search` writes folded words into it and reads the article beside.
SQLite: a contentless FTS5 table (https://sqlite.org/fts5.html#contentless_tables). PostgreSQL: a table of tsvectors
with a GIN index, apart from `article` so that indexing does not write the long rows again.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from monitor.errors import StoreError

revision = "2026_11_24_start"
down_revision = None
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('pending', 'deferred')")
UNREAD = sa.text("state = 'unpromising'")


def upgrade() -> None:
    """Makes every table in an empty database."""
    keep_listing()
    keep_reading()
    keep_judging()
    keep_telling()
    keep_running()
    index_words()
    expect_much()


def downgrade() -> None:
    """Never: there is no store before this one. Raises StoreError that says what to do."""
    message = "there is no store before its first tables: use `monitor maintain --restore FILE` with an earlier copy"
    raise StoreError(message)


def word(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    """A column of a short text."""
    return sa.Column(name, sa.String(), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    """A column of a long text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column of a whole number."""
    return sa.Column(name, sa.Integer(), nullable=nullable)


def real(name: str, *, nullable: bool = False) -> "sa.Column[float]":
    """A column of a number with a fraction."""
    return sa.Column(name, sa.Float(), nullable=nullable)


def flag(name: str, *, nullable: bool = False) -> "sa.Column[bool]":
    """A column of yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> "sa.Column[datetime]":
    """A column of a moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def json(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    """A column of JSON."""
    return sa.Column(name, sa.JSON(), nullable=nullable)


def binary(name: str, *, nullable: bool = False) -> "sa.Column[bytes]":
    """A column of bytes."""
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def keep_listing() -> None:
    """Tables of what is known of sources and hosts, and what sources listed."""
    op.create_table(
        "feedstate",
        word("source"),
        word("url"),
        word("resolved_url"),
        word("title"),
        word("kind"),
        word("etag"),
        word("last_modified"),
        word("content_hash"),
        moment("last_polled", nullable=True),
        moment("last_success", nullable=True),
        moment("last_new", nullable=True),
        moment("last_fresh", nullable=True),
        moment("next_poll", nullable=True),
        number("failures"),
        moment("failing_since", nullable=True),
        text("error"),
        word("cause"),
        number("status"),
        number("entries_seen"),
        number("articles_stored"),
        moment("last_full", nullable=True),
        json("listed"),
        json("rhythm"),
        number("refresh_seconds"),
        number("lifetime_seconds"),
        json("skip_hours"),
        json("skip_days"),
        number("rolled_off"),
        moment("last_rolled_off", nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_index("ix_feedstate_next_poll", "feedstate", ["next_poll"])
    op.create_table(
        "hoststate",
        word("origin"),
        text("robots"),
        number("robots_status"),
        moment("robots_expires", nullable=True),
        moment("not_before", nullable=True),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "entry",
        number("id"),
        word("canonical_url"),
        word("url"),
        word("source"),
        text("title"),
        text("summary"),
        text("content"),
        json("authors"),
        word("site"),
        moment("published", nullable=True),
        flag("published_clamped"),
        moment("first_seen", nullable=True),
        word("state"),
        number("attempts"),
        moment("next_attempt", nullable=True),
        text("error"),
        number("article_id", nullable=True),
        real("promise", nullable=True),
        word("triaged_by"),
        real("probability"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("canonical_url", name="uq_entry_canonical_url"),
    )
    op.create_index("ix_entry_article_id", "entry", ["article_id"])
    op.create_index("ix_entry_first_seen", "entry", ["first_seen"])
    op.create_index("ix_entry_next_attempt", "entry", ["next_attempt"])
    op.create_index("ix_entry_source", "entry", ["source"])
    op.create_index("ix_entry_state", "entry", ["state"])
    op.create_index("ix_entry_waiting", "entry", ["first_seen"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_entry_unread", "entry", ["first_seen"], sqlite_where=UNREAD, postgresql_where=UNREAD)
    op.create_table(
        "sighting",
        number("entry_id"),
        word("source"),
        sa.PrimaryKeyConstraint("entry_id", "source"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_sighting_entry_id"),
    )


def keep_reading() -> None:
    """Tables of stories, articles and their texts."""
    op.create_table(
        "story",
        number("id"),
        text("headline"),
        number("lead_article_id", nullable=True),
        word("language"),
        number("revision"),
        number("articles"),
        number("sources"),
        moment("first_published"),
        moment("last_published"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_story_first_published", "story", ["first_published"])
    op.create_index("ix_story_last_published", "story", ["last_published"])
    op.create_table(
        "article",
        number("id"),
        word("canonical_url"),
        word("declared_canonical"),
        number("entry_id", nullable=True),
        word("source"),
        text("title"),
        text("text"),
        json("authors"),
        moment("published"),
        flag("published_clamped"),
        flag("news"),
        word("language"),
        word("site"),
        word("image"),
        word("grade"),
        word("content_hash"),
        binary("signature"),
        number("story_id", nullable=True),
        number("story_revision"),
        number("duplicate_of", nullable=True),
        moment("stored_at"),
        moment("next_check", nullable=True),
        number("checks"),
        moment("missing_since", nullable=True),
        moment("withdrawn_at", nullable=True),
        word("etag"),
        word("last_modified"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("canonical_url", name="uq_article_canonical_url"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["article.id"], name="fk_article_duplicate_of"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_article_entry_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_article_story_id"),
    )
    op.create_index("ix_article_content_hash", "article", ["content_hash"])
    op.create_index("ix_article_declared_canonical", "article", ["declared_canonical"])
    op.create_index("ix_article_duplicate_of", "article", ["duplicate_of"])
    op.create_index("ix_article_entry_id", "article", ["entry_id"])
    op.create_index("ix_article_next_check", "article", ["next_check"])
    op.create_index("ix_article_published", "article", ["published"], postgresql_include=["id"])
    op.create_index("ix_article_source", "article", ["source"])
    op.create_index("ix_article_stored_at", "article", ["stored_at"])
    op.create_index("ix_article_story_id", "article", ["story_id"])
    op.create_index("ix_article_withdrawn_at", "article", ["withdrawn_at"])
    op.create_table(
        "version",
        number("id"),
        number("article_id"),
        word("content_hash"),
        text("title"),
        text("text"),
        number("story_revision"),
        moment("first_seen"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "article_id", "content_hash", "story_revision", name="uq_version_article_id_content_hash_story_revision"
        ),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_version_article_id"),
    )
    op.create_index("ix_version_article_id", "version", ["article_id"])
    op.create_index("ix_version_first_seen", "version", ["first_seen"])


def keep_judging() -> None:
    """Tables of what topics are and what was judged."""
    op.create_table(
        "profile",
        number("id"),
        word("topic"),
        word("version"),
        json("body"),
        word("made_of"),
        moment("made_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("topic", "version", name="uq_profile_topic_version"),
    )
    op.create_index("ix_profile_topic", "profile", ["topic"])
    op.create_table(
        "model",
        number("id"),
        word("topic"),
        word("version"),
        word("profile_version"),
        binary("content"),
        word("sha256"),
        json("figures"),
        flag("accepted"),
        moment("made_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("topic", "version", name="uq_model_topic_version"),
    )
    op.create_index("ix_model_topic", "model", ["topic"])
    op.create_table(
        "meaning",
        number("article_id"),
        word("encoder"),
        binary("vector"),
        sa.PrimaryKeyConstraint("article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_meaning_article_id"),
    )
    op.create_table(
        "assessment",
        word("topic"),
        number("article_id"),
        real("score"),
        flag("relevant"),
        real("threshold"),
        json("reasons"),
        word("profile_version"),
        word("model_version"),
        moment("assessed_at"),
        sa.PrimaryKeyConstraint("topic", "article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_assessment_article_id"),
    )
    op.create_index("ix_assessment_article_id", "assessment", ["article_id"])
    op.create_index("ix_assessment_assessed_at", "assessment", ["assessed_at"])
    op.create_index("ix_assessment_relevant", "assessment", ["relevant"])
    op.create_index(
        "ix_assessment_taken",
        "assessment",
        ["topic", "article_id", "score"],
        sqlite_where=sa.text("relevant IS 1"),
        postgresql_where=sa.text("relevant IS true"),
    )
    op.create_table(
        "feedback",
        number("id"),
        word("topic"),
        number("article_id"),
        flag("relevant"),
        word("origin"),
        real("probability"),
        moment("made_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_feedback_article_id"),
    )
    op.create_index("ix_feedback_article_id", "feedback", ["article_id"])
    op.create_index("ix_feedback_topic", "feedback", ["topic"])


def keep_telling() -> None:
    """Tables of what was told to whom."""
    op.create_table(
        "digest",
        number("id"),
        word("name"),
        word("slot"),
        word("title"),
        word("form"),
        json("topics"),
        text("first_line"),
        json("figures"),
        moment("since", nullable=True),
        moment("composed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", "slot", name="uq_digest_name_slot"),
    )
    op.create_index("ix_digest_composed_at", "digest", ["composed_at"])
    op.create_index("ix_digest_name", "digest", ["name"])
    op.create_table(
        "digestitem",
        number("id"),
        number("digest_id"),
        number("position"),
        word("section"),
        word("topic"),
        number("story_id"),
        number("revision"),
        number("told_revision"),
        number("article_id"),
        text("headline"),
        text("url"),
        word("source"),
        word("language"),
        moment("published"),
        real("score"),
        json("summary"),
        json("changes"),
        json("also_in"),
        json("arc"),
        json("reasons"),
        number("reprints"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_digestitem_digest_id"),
    )
    op.create_index("ix_digestitem_digest_id", "digestitem", ["digest_id"])
    op.create_index("ix_digestitem_story_id", "digestitem", ["story_id"])
    op.create_table(
        "delivery",
        number("id"),
        number("digest_id"),
        word("channel"),
        word("recipient"),
        word("state"),
        word("message_id"),
        text("subject"),
        text("html"),
        text("text"),
        json("blocks"),
        text("unsubscribe_url"),
        number("attempts"),
        moment("next_attempt", nullable=True),
        text("detail"),
        moment("created_at"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest_id", "channel", "recipient", name="uq_delivery_digest_id_channel_recipient"),
        sa.UniqueConstraint("message_id", name="uq_delivery_message_id"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_delivery_digest_id"),
    )
    op.create_index("ix_delivery_digest_id", "delivery", ["digest_id"])
    op.create_index("ix_delivery_state", "delivery", ["state"])
    op.create_table(
        "told",
        word("audience"),
        number("story_id"),
        number("revision"),
        number("delivery_id"),
        moment("told_at"),
        sa.PrimaryKeyConstraint("audience", "story_id", "revision"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_told_delivery_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_told_story_id"),
    )
    op.create_index("ix_told_delivery_id", "told", ["delivery_id"])
    op.create_index("ix_told_story_id", "told", ["story_id"])
    op.create_table(
        "unsubscribed",
        word("audience"),
        moment("since"),
        sa.PrimaryKeyConstraint("audience"),
    )


def keep_running() -> None:
    """Tables of what ran."""
    op.create_table(
        "run",
        number("id"),
        word("kind"),
        moment("started"),
        moment("ended", nullable=True),
        flag("succeeded"),
        json("figures"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_kind", "run", ["kind"])
    op.create_index("ix_run_started", "run", ["started"])
    op.create_table(
        "lease",
        word("name"),
        word("holder"),
        moment("until"),
        sa.PrimaryKeyConstraint("name"),
    )


def index_words() -> None:
    """The full-text index, for each engine its own."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE article_search USING fts5("
            "title, text, facets, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
    else:
        op.execute(
            "CREATE TABLE article_search "
            "(article_id INTEGER PRIMARY KEY REFERENCES article (id), words tsvector NOT NULL)"
        )
        # How often the 5,000 most frequent words occur: search chooses its way by that.
        op.execute("ALTER TABLE article_search ALTER words SET STATISTICS 500")
        op.execute("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")
        # As english, but with every word: FTS5 knows no stop words, and "it" may be a department.
        op.execute("CREATE TEXT SEARCH DICTIONARY every_word (TEMPLATE = snowball, LANGUAGE = english)")
        op.execute("CREATE TEXT SEARCH CONFIGURATION news (COPY = english)")
        op.execute("ALTER TEXT SEARCH CONFIGURATION news ALTER MAPPING REPLACE english_stem WITH every_word")


def expect_much() -> None:
    """Tells SQLite's planner what a store looks like that has grown, once and for all.

    Without, it takes a condition such as `relevant` for rare, and walks all assessments where it should look at the
    day's articles. Fixed statistics keep plans the same at every size, as https://sqlite.org/queryplanner-ng.html#howtofix
    advises; `tests/store/test_growth.py` says which plans.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("ANALYZE lease")  # makes the table of statistics, and knows nothing yet
    expected = sa.text("INSERT INTO sqlite_stat1 VALUES (:of, :index, :shape)")
    for index, shape in (
        ("ix_article_stored_at", "100000 1"),
        ("ix_article_published", "100000 1"),
        ("ix_article_story_id", "100000 2"),
        ("ix_article_duplicate_of", "100000 50000"),  # null in most: that an article is no reprint finds none
    ):
        op.execute(expected.bindparams(of="article", index=index, shape=shape))
    for index, shape in (
        ("sqlite_autoindex_assessment_1", "200000 100000 1"),
        ("ix_assessment_article_id", "200000 2"),
        ("ix_assessment_relevant", "200000 100000"),
        ("ix_assessment_taken", "6000 3000 1"),
    ):
        op.execute(expected.bindparams(of="assessment", index=index, shape=shape))
    for index, shape in (("ix_feedback_article_id", "1000 1"), ("ix_feedback_topic", "1000 500")):
        op.execute(expected.bindparams(of="feedback", index=index, shape=shape))
    op.execute("ANALYZE sqlite_schema")  # so that this very connection reads them
