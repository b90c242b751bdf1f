"""The newsroom, read once."""

import pytest
from relevance_topics import Newsroom, newsroom_of_data


@pytest.fixture(scope="session")
def newsroom() -> Newsroom:
    return newsroom_of_data()
