"""The nouns. Values that pass through are frozen dataclasses; nouns that are kept are SQLModel tables.

Only `monitor.store` saves or changes a kept noun. A `table=True` class skips validation when it is constructed, so
kept nouns are made with `Model.model_validate({...})`, never by calling the class (a test checks). Every moment is
an aware datetime in UTC.
"""

from monitor.models.columns import UtcDateTime
from monitor.models.judging import Assessment, Feedback, Meaning, Model, Profile
from monitor.models.listing import Entry, EntryState, FeedState, HostState, Sighting
from monitor.models.reading import Article, Story, Version
from monitor.models.running import Lease, Run
from monitor.models.telling import (
    ALERT,
    Delivery,
    DeliveryState,
    Digest,
    DigestItem,
    SourceTold,
    Told,
    Unsubscribed,
    alert_slot,
    audience,
)
from monitor.models.values import BACKFILL, Document, Grade, Message, Page, Reasons, Source, Terms, Topic

__all__ = [
    "ALERT",
    "BACKFILL",
    "Article",
    "Assessment",
    "Delivery",
    "DeliveryState",
    "Digest",
    "DigestItem",
    "Document",
    "Entry",
    "EntryState",
    "FeedState",
    "Feedback",
    "Grade",
    "HostState",
    "Lease",
    "Meaning",
    "Message",
    "Model",
    "Page",
    "Profile",
    "Reasons",
    "Run",
    "Sighting",
    "Source",
    "SourceTold",
    "Story",
    "Terms",
    "Told",
    "Topic",
    "Unsubscribed",
    "UtcDateTime",
    "Version",
    "alert_slot",
    "audience",
]
