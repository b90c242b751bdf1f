"""The newsroom's articles hold what the demo and the judges of the scorer rely on, counted by machine."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.demo import Newsroom, Piece

FIRST_RUN = datetime(2025, 11, 24, 7, 15, 30, 123456, tzinfo=UTC)
BRIEF = Path(__file__).parents[2] / "monitor" / "demo" / "brief.md"

# No names: what the subject is called, and a month.
NO_NAMES = {"AI", "AGI", "February"}
# Other forms of the brief's names, which would give them away all the same.
OTHER_FORMS = {"US", "USA", "America", "Americans", "European", "Asian", "iPhone", "Alphabet", "AWS"}
# One name in two forms counts once.
ONE_NAME = {"Chinese": "China", "American": "United States", "Amazon": "Amazon Web Services"}

_FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NAME = re.compile(r"\bi?[A-Z]\w*(?: i?[A-Z]\w*)*")


def names_of(brief: str) -> set[str]:
    """The runs of capitalised words, those left out that are capitalised only where a sentence begins."""
    starts = {match[1] for match in re.finditer(r"(?m)(?:^(?:#|-)? ?|[.?!] )([A-Z]\w*)", brief)}
    inside = Counter(re.findall(r"(?<=[\w,:;(] )i?[A-Z]\w*", brief))
    found = set()
    for run in NAME.findall(brief):
        words = [word for word in run.split() if word not in NO_NAMES and (word not in starts or inside[word])]
        if words:
            found.add(" ".join(words))
    return found


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return Newsroom.load(FIRST_RUN)


@pytest.fixture(scope="module")
def names() -> set[str]:
    return names_of(BRIEF.read_text(encoding="utf-8"))


def words(piece: Piece) -> str:
    return "\n".join((piece.title, piece.author, *piece.paragraphs))


def originals(newsroom: Newsroom, label: str) -> list[Piece]:
    return [piece for piece in newsroom.pieces if piece.label == label and not piece.wire]


def shared(piece: Piece, names: set[str]) -> set[str]:
    text = words(piece)
    whole = {name for name in [*names, *ONE_NAME] if re.search(rf"\b{name}\b", text)}
    return {ONE_NAME.get(name, name) for name in whole}


def test_names_are_those_that_a_reader_would_mark(names: set[str]) -> None:
    assert {"China", "United States", "Alibaba", "Jack Ma", "Xi Jinping", "Qwen", "Hugging Face", "Apple"} <= names
    assert {"Amazon Web Services", "Renmin University", "iPhones", "Trump", "Congress", "Washington"} <= names
    assert names.isdisjoint({"We", "The", "Ordinary", "Models", "Open", "Chips", "Cloud", "Data", "Values", "AI"})


def test_the_demo_ships_the_brief_of_the_project() -> None:
    seed = BRIEF.parents[2] / "seeds" / "ai-competition.md"
    assert BRIEF.read_text(encoding="utf-8") == seed.read_text(encoding="utf-8"), "copy the seed to monitor/demo"


def test_there_are_enough_of_every_kind(newsroom: Newsroom) -> None:
    writers = {piece.publisher for piece in newsroom.pieces}
    assert len(writers) == 14
    assert len(newsroom.publishers) == 16
    assert len(newsroom.pieces) >= 72
    assert len(originals(newsroom, "on")) >= 28
    assert len(originals(newsroom, "near")) >= 18
    assert len(originals(newsroom, "off")) >= 26
    assert {piece.label for piece in newsroom.pieces} == {"on", "near", "off"}


def test_on_topic_articles_without_any_name_of_the_brief(newsroom: Newsroom, names: set[str]) -> None:
    given_away = {word for name in names for word in name.split()} | OTHER_FORMS
    given_away |= {word.upper() for word in given_away}
    nameless = [
        piece
        for piece in originals(newsroom, "on")
        if piece.language == "en" and given_away.isdisjoint(re.findall(r"\w+", words(piece)))
    ]
    assert len(nameless) >= 12, [piece.key for piece in nameless]


def test_off_topic_articles_with_two_names_of_the_brief(newsroom: Newsroom, names: set[str]) -> None:
    sharing = [piece for piece in originals(newsroom, "off") if len(shared(piece, names)) >= 2]
    assert len(sharing) >= 12, [piece.key for piece in sharing]


def test_articles_are_short_and_recent(newsroom: Newsroom) -> None:
    for piece in newsroom.pieces:
        length = len(" ".join(piece.paragraphs).split())
        assert piece.language == "zh" or 120 <= length <= 350, piece.key
        assert timedelta(0) < FIRST_RUN - piece.published < timedelta(days=4), piece.key
        assert piece.title
        assert piece.author


def test_several_events_are_told_by_several_publishers_in_their_own_words(newsroom: Newsroom) -> None:
    tellers = Counter(
        piece.event for piece in newsroom.pieces if piece.event and not piece.wire and not piece.follow_up
    )
    assert sum(count >= 2 for count in tellers.values()) >= 4
    for event in tellers:
        ours = [piece for piece in newsroom.pieces if piece.event == event]
        assert len({piece.label for piece in ours}) == 1, event


def test_wire_copies_are_copies_with_another_head_and_tail(newsroom: Newsroom) -> None:
    copies = [piece for piece in newsroom.pieces if piece.wire]
    assert len({piece.wire for piece in copies}) >= 3
    for copy in copies:
        original = newsroom.piece(copy.wire)
        kept = [block for block in copy.paragraphs if block in original.paragraphs]
        assert original.publisher != copy.publisher
        assert copy.title != original.title
        assert len(copy.paragraphs) - len(kept) <= 1, f"{copy.key}: more than an introduction of its own"
        assert 3 <= len(kept) < len(original.paragraphs)
        assert copy.published > original.published
        assert (copy.event, copy.label) == (original.event, original.label)


def test_a_story_is_followed_up_the_next_day(newsroom: Newsroom) -> None:
    later = [piece for piece in newsroom.pieces if piece.follow_up]
    assert later
    for piece in later:
        first = min(other.published for other in newsroom.pieces if other.event == piece.event)
        assert timedelta(hours=18) < piece.published - first < timedelta(hours=36)


def test_similar_events_stay_two(newsroom: Newsroom) -> None:
    events = {piece.event for piece in newsroom.pieces}
    assert {"quake-kushiro", "quake-coquimbo", "halden-earnings", "corvane-earnings"} <= events


def test_some_articles_are_not_in_english(newsroom: Newsroom) -> None:
    assert {"de", "fr", "zh"} <= {piece.language for piece in originals(newsroom, "on")}


def test_keys_name_one_article_each(newsroom: Newsroom) -> None:
    assert len({piece.key for piece in newsroom.pieces}) == len(newsroom.pieces)
    assert len({piece.title for piece in newsroom.pieces}) == len(newsroom.pieces)


def test_weekdays_are_written_out_and_agree_within_an_event(newsroom: Newsroom) -> None:
    assert not [piece.key for piece in newsroom.pieces if re.search(r"[{}]", words(piece))]
    first = min(piece.published for piece in newsroom.pieces if piece.event == "apple-hearing")
    days = {"en": first.strftime("on %A"), "fr": _FRENCH[first.weekday()]}
    for key in ("meridian-courier/apple-alibaba-hearing", "estafette/apple-alibaba-senat"):
        piece = newsroom.piece(key)
        assert days[piece.language] in words(piece)


@pytest.mark.parametrize("hours", range(0, 24, 5))
def test_wire_copies_stay_copies_whenever_the_first_run_was(hours: int) -> None:
    newsroom = Newsroom.load(FIRST_RUN + timedelta(hours=hours))
    test_wire_copies_are_copies_with_another_head_and_tail(newsroom)


def test_the_same_first_run_gives_the_same_newsroom(newsroom: Newsroom) -> None:
    again = Newsroom.load(FIRST_RUN)
    assert again.pieces == newsroom.pieces
    assert again.first_run == FIRST_RUN.replace(microsecond=0)
