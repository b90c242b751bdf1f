import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.identity import file_stem, list_name, message_id

texts = st.text(max_size=60)


def test_the_id_tells_digest_and_slot():
    made = message_id("morning", "2026-11-24T08:00:00+01:00", "analyst", "a@example.org", "N <m@news.example.org>")

    assert re.fullmatch(r"<morning\.2026-11-24T0700Z\.[0-9a-f]{16}@news\.example\.org>", made)
    assert list_name(made) == "morning"
    assert file_stem(made) == "morning-2026-11-24T0700Z"


def test_a_digest_by_hand_is_called_by_its_moment():
    made = message_id("morning", "by hand 2026-11-24T07:12:33.123456+00:00", "desk", "var/digests")

    assert file_stem(made) == "morning-by-hand-2026-11-24T071233-123456Z"


@given(texts, texts, texts, texts, texts)
def test_any_input_makes_an_id_that_a_header_and_a_folder_take(digest, slot, channel, recipient, sender):
    made = message_id(digest, slot, channel, recipient, sender)

    assert made == message_id(digest, slot, channel, recipient, sender)
    assert re.fullmatch(r"<[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}@[a-z0-9.-]+>", made)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", file_stem(made))
    assert re.fullmatch(r"[a-z0-9_-]+", list_name(made))


@given(st.tuples(texts, texts, texts, texts), st.tuples(texts, texts, texts, texts))
def test_what_differs_has_another_id(one, other):
    assert (message_id(*one) == message_id(*other)) is (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a" * 50, "x"), ("a" * 50 + "b", "x")),
        (("a/b", "x"), ("a-b", "x")),
        (("morning", "story 12 revision 3"), ("morning", "story-12-revision-3")),
        (("morning", "2026-11-24T07:00:00+00:00"), ("morning", "2026-11-24T07:00:01+00:00")),
        (("morning", "2026-11-24T07:00:00+00:00"), ("morning", "by hand 2026-11-24T07:00:00+00:00")),
        (("morning", "by hand 2026-11-24T07:00:00+00:00"), ("morning", "by-hand-2026-11-24T0700Z")),
        (("morning", "2026-11-24T07:00:00+00:00"), ("morning", "2026-11-24T07:00:00.5+00:00")),
    ],
)
def test_what_differs_has_files_of_its_own(one, other):
    assert file_stem(message_id(*one, "desk", "x")) != file_stem(message_id(*other, "desk", "x"))


@given(texts)
def test_a_foreign_id_names_a_file_too(foreign):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", file_stem(foreign))
