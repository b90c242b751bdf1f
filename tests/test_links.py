from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.links import (
    VERDICT_LIFETIME,
    Ballot,
    Unusable,
    ballot_token,
    read_ballot,
    read_unsubscribe,
    read_withdrawal,
    unsubscribe_token,
    unsubscribe_url,
    verdict_url,
    withdrawal_token,
)

SECRET = "a secret of the tests, long enough"
BALLOT = Ballot(12, "ai-competition", "morning analyst reader@example.org", 0.25)


def test_a_link_gives_back_the_ballot_it_was_made_of(now: datetime) -> None:
    url = verdict_url("https://news.example.org/", SECRET, BALLOT, relevant=False, expires=now + VERDICT_LIFETIME)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "news.example.org", "/verdict")
    fields = parse_qs(parts.query)
    assert fields["verdict"] == ["no"]
    assert read_ballot(SECRET, fields["token"][0], now) == BALLOT


def test_the_same_ballot_makes_the_same_link_and_both_answers_share_a_token(now: datetime) -> None:
    links = [verdict_url("http://h", SECRET, BALLOT, relevant=yes, expires=now) for yes in (True, True, False)]
    assert links[0] == links[1]
    assert links[0].replace("verdict=yes", "verdict=no") == links[2]


def test_a_link_ends_when_its_time_has_come(now: datetime) -> None:
    token = ballot_token(SECRET, BALLOT, now + timedelta(days=1))
    assert read_ballot(SECRET, token, now + timedelta(hours=23, minutes=59)) == BALLOT
    assert read_ballot(SECRET, token, now + timedelta(days=1)) is Unusable.EXPIRED


def test_another_secret_opens_nothing(now: datetime) -> None:
    later = now + timedelta(days=1)
    other = SECRET + "!"
    assert read_ballot(other, ballot_token(SECRET, BALLOT, later), now) is Unusable.FORGED
    assert read_unsubscribe(other, unsubscribe_token(SECRET, BALLOT.audience)) is Unusable.FORGED
    assert read_withdrawal(other, withdrawal_token(SECRET, 7, later), now) is Unusable.FORGED


def test_a_token_for_one_purpose_is_none_for_another(now: datetime) -> None:
    later = now + timedelta(days=1)
    tokens = [
        ballot_token(SECRET, BALLOT, later),
        unsubscribe_token(SECRET, "an audience"),
        withdrawal_token(SECRET, 7, later),
    ]
    assert [read_ballot(SECRET, token, now) for token in tokens] == [BALLOT, Unusable.FORGED, Unusable.FORGED]
    assert [read_unsubscribe(SECRET, token) for token in tokens] == [Unusable.FORGED, "an audience", Unusable.FORGED]
    assert [read_withdrawal(SECRET, token, now) for token in tokens] == [Unusable.FORGED, Unusable.FORGED, 7]


def test_an_unsubscribe_link_is_an_address_whose_token_needs_no_quoting() -> None:
    url = unsubscribe_url("https://news.example.org", SECRET, "morning analyst zoë+news@example.org")
    token = url.removeprefix("https://news.example.org/unsubscribe?token=")
    assert token == parse_qs(urlsplit(url).query)["token"][0]
    assert read_unsubscribe(SECRET, token) == "morning analyst zoë+news@example.org"


def test_nothing_is_signed_with_an_empty_secret(now: datetime) -> None:
    with pytest.raises(ValueError, match="empty secret"):
        ballot_token("", BALLOT, now)


@given(place=st.integers(min_value=0), sign=st.sampled_from("Aa0-_.%\0 é"))
def test_a_token_with_any_one_sign_changed_is_refused(place: int, sign: str) -> None:
    moment = datetime.fromisoformat("2026-11-24T07:00:00+00:00")
    token = ballot_token(SECRET, BALLOT, moment + timedelta(days=1))
    place %= len(token)
    tampered = token[:place] + sign + token[place + 1 :]
    read = read_ballot(SECRET, tampered, moment)
    # The last sign of base64 carries bits that nothing reads: another spelling of the same signature is no forgery.
    assert read is Unusable.FORGED or (read == BALLOT and (tampered == token or place == len(token) - 1))


@given(st.text(max_size=3_000))
def test_no_text_opens_anything(text: str) -> None:
    moment = datetime.fromisoformat("2026-11-24T07:00:00+00:00")
    assert read_ballot(SECRET, text, moment) is Unusable.FORGED
    assert read_unsubscribe(SECRET, text) is Unusable.FORGED
    assert read_withdrawal(SECRET, text, moment) is Unusable.FORGED


@given(
    st.builds(
        Ballot,
        st.integers(1, 2**31 - 1),
        st.text(max_size=60),
        st.text(max_size=300),
        st.floats(0, 1),
    )
)
def test_every_ballot_comes_back(ballot: Ballot) -> None:
    moment = datetime.fromisoformat("2026-11-24T07:00:00+00:00")
    assert read_ballot(SECRET, ballot_token(SECRET, ballot, moment + timedelta(days=1)), moment) == ballot
