"""Verdicts recorded."""

import pytest
from pipeline_house import TOPIC, House

from monitor.errors import AddressError, ConfigurationError
from monitor.models import Feedback
from monitor.pipeline.learning.feedback import record
from monitor.store.topics import verdicts

CRANE_NEWS = "https://paper.example/cranes"


def test_a_verdict_is_kept_and_the_latest_counts(house: House) -> None:
    article = house.keep("cranes")
    assert record(house.settings, CRANE_NEWS, TOPIC, relevant=True).id == article
    record(house.settings, "HTTPS://Paper.example/cranes?utm_source=mail#top", TOPIC, relevant=False)
    assert len(house.rows(Feedback)) == 2
    with house.database() as database, database.reading() as session:
        assert not verdicts(session, TOPIC)[article].relevant


def test_what_is_not_kept_or_not_there_is_refused(house: House) -> None:
    house.keep("cranes")
    with pytest.raises(ConfigurationError, match="no such article is kept"):
        record(house.settings, "https://paper.example/other", TOPIC, relevant=True)
    with pytest.raises(ConfigurationError, match='did you mean "harbours"'):
        record(house.settings, CRANE_NEWS, "harbors", relevant=True)
    with pytest.raises(AddressError):
        record(house.settings, "cranes", TOPIC, relevant=True)
    assert house.rows(Feedback) == []
