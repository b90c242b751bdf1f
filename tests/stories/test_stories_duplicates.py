"""Near-duplicates: copies are found however cut and framed; templates, notices and false claims are seen through."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import BRIDGE, MONDAY, TUESDAY, candidate, events

from monitor.stories import Candidate
from monitor.stories.duplicates import by_age, find_duplicates

WORDS = BRIDGE.split()
PARAGRAPHS = BRIDGE.strip().split("\n\n")
OWN = (
    "Our reporter spent an afternoon with the ferrymen of the estuary, who have been out of work since the tunnel was "
    "dug and who would be glad of a closure. They keep their boats tarred, they say, and their oars dry."
)
FRAME = "Sign up for the morning letter and never miss what moves the valley, from courts to kitchens, in five minutes."
COPIES = {
    "a new headline": BRIDGE,
    "the tail cut": " ".join(WORDS[: len(WORDS) * 7 // 10]),
    "most of the tail cut": " ".join(WORDS[: len(WORDS) * 4 // 10]),
    "a paragraph inserted": "\n\n".join([*PARAGRAPHS[:2], OWN, *PARAGRAPHS[2:]]),
    "an own introduction": f"{OWN}\n\n{BRIDGE}",
    "a paragraph left out": "\n\n".join([*PARAGRAPHS[:1], *PARAGRAPHS[2:]]),
    "paragraphs in another order": "\n\n".join([PARAGRAPHS[0], *reversed(PARAGRAPHS[1:])]),
    "every twelfth word replaced": " ".join("thing" if at % 12 == 5 else word for at, word in enumerate(WORDS)),
    "other marks and capitals": BRIDGE.upper().replace('"', "”"),
    "the frame of a site": f"{FRAME}\n\n{BRIDGE}\n\n{FRAME} Share this with your friends.",
    "a credit": f"HARROWBY (Wire) - {BRIDGE}\n\nReporting by M. Lund; editing by T. Frey.",
    "cut, framed and added to": f"{FRAME}\n\n{' '.join(WORDS[: len(WORDS) * 7 // 10])}\n\n{OWN}",
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("known", [True, False], ids=["kept", "new"])
def test_a_copy_repeats_its_original(copy: str, known: bool) -> None:
    original = candidate(1, "Harrowby bridge stays open", BRIDGE)
    repeat = candidate(2, "Scratch, not crack: relief in Little Emmet", copy, 2)
    new, before = ([repeat], [original]) if known else ([repeat, original], [])
    assert find_duplicates(new, before) == {2: 1}


def test_the_same_text_needs_no_signature_to_be_found() -> None:
    one, other = (replace(candidate(number, "Bridge", BRIDGE, number), signature=b"") for number in (1, 2))
    assert find_duplicates([one, other], []) == {2: 1}


def test_the_earliest_is_the_original_and_the_fullest_of_the_earliest() -> None:
    articles = [
        candidate(1, "Bridge", BRIDGE, 5),
        candidate(2, "Bridge", COPIES["the tail cut"], 1),
        candidate(3, "Bridge", BRIDGE, 1),
    ]
    assert find_duplicates(articles, []) == {1: 3, 2: 3}


def test_a_kept_article_is_the_original_though_an_earlier_one_is_found_later() -> None:
    assert find_duplicates([candidate(2, "Bridge", BRIDGE, 0)], [candidate(1, "Bridge", BRIDGE, 5)]) == {2: 1}


def test_copies_of_copies_repeat_the_one_original() -> None:
    chain = [BRIDGE]
    for step in range(4):
        words = chain[-1].split()
        chain.append(" ".join([f"own{step}{at}" for at in range(12)] + words[: len(words) * 17 // 20]))
    articles = [candidate(number, "Bridge at Harrowby", text, number) for number, text in enumerate(chain, start=1)]
    assert find_duplicates(articles, []) == {2: 1, 3: 1, 4: 1, 5: 1}


def test_a_teaser_repeats_the_full_text_whichever_came_first() -> None:
    teaser, full = candidate(1, "Bridge stays open", PARAGRAPHS[0], 0), candidate(2, "Bridge", BRIDGE, 3)
    assert find_duplicates([teaser, full], []) == {1: 2}
    assert find_duplicates([full], [teaser]) == {}
    assert find_duplicates([teaser], [full]) == {1: 2}


def test_a_round_up_makes_no_reprints_of_what_it_rounds_up() -> None:
    reports = [
        article for event, article in events().values() if event in {"flood-saxony", "strike-rail", "rates-norway"}
    ]
    text = "\n\n".join(article.text for article in reports)
    found = find_duplicates([*reports, candidate(900, "The day in brief", text, -1)], [])
    assert len(found) <= 1


def test_reports_of_one_template_with_other_numbers_are_not_the_same() -> None:
    articles = [candidate(1, "Shares close lower", MONDAY), candidate(2, "Shares close higher", TUESDAY, 24)]
    assert find_duplicates(articles, []) == {}


def test_a_corrected_number_still_is_the_same_text() -> None:
    corrected = BRIDGE.replace("240,000", "260,000")
    assert find_duplicates([candidate(1, "Bridge", BRIDGE), candidate(2, "Bridge", corrected, 1)], []) == {2: 1}


def test_different_events_never_are_near_duplicates() -> None:
    articles = [article for _, article in events().values()]
    assert find_duplicates(articles, []) == {}


def test_a_false_claim_suppresses_nothing() -> None:
    original = candidate(1, "Harrowby bridge stays open", BRIDGE)
    event, other = events()[1]
    claim = replace(other, id=2, declared_canonical=original.canonical_url)
    assert find_duplicates([claim], [original]) == {}
    assert find_duplicates([replace(claim, canonical_url=original.canonical_url)], [original]) == {}
    assert event == "quake-chile"


def test_a_claim_helps_where_the_text_agrees_a_little() -> None:
    cut = f"{OWN} {OWN.replace('the', 'those')} {' '.join(WORDS[40:64])}"
    copy = candidate(2, "On the ferrymen and the bridge of Harrowby", cut, 1)
    original = candidate(1, "Harrowby bridge stays open", " ".join(WORDS[:110]))
    without = find_duplicates([copy], [original])
    claimed = find_duplicates([replace(copy, declared_canonical=original.canonical_url)], [original])
    assert (without, claimed) == ({}, {2: 1})


def test_a_notice_in_the_place_of_articles_makes_no_duplicates() -> None:
    notice = "To continue reading this please log in or subscribe. Already a member? Sign in here to enjoy everything."
    titles = ["Harrowby bridge stays open", "Elbe rises in Dresden", "Norway raises rates", "Norway raises rates"]
    articles = [candidate(number, title, notice, number) for number, title in enumerate(titles)]
    assert find_duplicates(articles, []) == {3: 2}


@pytest.mark.parametrize("text", ["", "Video", "...", "Read more below"])
def test_texts_that_say_nothing_repeat_nothing(text: str) -> None:
    articles = [candidate(1, "Bridge stays open", text), candidate(2, "Rates rise", text), candidate(3, "", text)]
    assert find_duplicates(articles, []) == {}


def test_small_print_makes_no_duplicates() -> None:
    news = [article for _, article in events().values() if article.language == "en"]
    articles = [replace(article, text=f"{article.text}\n\n{OWN}", signature=b"", content_hash="") for article in news]
    assert find_duplicates(articles, []) == {}


def test_ten_thousand_identical_texts_are_not_compared_with_each_other() -> None:
    original = candidate(0, "Bridge stays open", BRIDGE)
    articles = [replace(original, id=number) for number in range(10_000)]
    started = time.process_time()
    assert set(find_duplicates(articles, []).values()) == {0}
    assert time.process_time() - started < 10


def test_two_thousand_reports_of_one_template_are_not_all_compared() -> None:
    articles = [
        candidate(
            number, f"Shares close {number}", MONDAY.replace("7,412.6", str(number)).replace("4.1", f"{number}.1")
        )
        for number in range(2000)
    ]
    started = time.process_time()
    find_duplicates(articles, [])
    assert time.process_time() - started < 30


def test_a_sequel_is_no_reprint_of_what_it_goes_back_to() -> None:
    report = candidate(1, "Harrowby bridge stays open", BRIDGE)
    lead = (
        "Lorries queued for an hour at Harrowby on Monday after the crossing guard whom the county had promised fell "
        "ill and no one took her place.\n\nA driver from Little Emmet said that the wait had cost him a delivery, and "
        "the school sent a letter home. The county blamed a virus and a rota that nobody had read, and sent a clerk."
    )
    sequel = candidate(2, "Lorries queue at Harrowby", "\n\n".join([lead, *PARAGRAPHS[3:]]), 96)
    assert find_duplicates([sequel], [report]) == {}
    own = replace(candidate(3, "Bridge", "\n\n".join([PARAGRAPHS[0], lead, *PARAGRAPHS[3:]]), 96), canonical_url="")
    assert find_duplicates([own], [report]) == {3: 1}
    assert find_duplicates([replace(own, canonical_url=report.canonical_url + "0")], [report]) == {}


def test_an_address_that_cannot_be_read_is_no_obstacle() -> None:
    copy = replace(candidate(2, "Bridge", COPIES["the tail cut"], 1), canonical_url="http://[broken")
    assert find_duplicates([copy], [candidate(1, "Bridge", BRIDGE)]) == {2: 1}


ALL = [
    *(candidate(number, f"Bridge {number}", text, number % 3) for number, text in enumerate(COPIES.values())),
    *(article for _, article in events().values()),
    candidate(800, "Bridge stays open", PARAGRAPHS[0], 1),
]


@settings(max_examples=10, deadline=None)
@given(st.permutations(ALL), st.permutations(ALL[:4]))
def test_the_order_does_not_matter(articles: list[Candidate], known: list[Candidate]) -> None:
    assert find_duplicates(articles, []) == find_duplicates(ALL, [])
    new = [article for article in articles if article.id not in {each.id for each in known}]
    assert find_duplicates(new, by_age(known)) == find_duplicates(ALL[4:], by_age(ALL[:4]))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 99)), unique_by=lambda each: each[2]))
def test_articles_are_in_the_order_of_publication_then_the_fullest_first(drawn: list[tuple[int, int, int]]) -> None:
    articles = [candidate(number, "Bridge", "x" * length, hours) for hours, length, number in drawn]
    expected = sorted(articles, key=lambda article: (article.published, -len(article.text), article.id))
    assert by_age(articles) == expected
