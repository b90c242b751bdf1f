"""What speaks for an article."""

import numpy as np
from relevance_topics import Newsroom, profile, profile_of

from monitor.relevance.evidence import measure, question
from monitor.relevance.items import words_of
from monitor.relevance.profile import interest
from monitor.text import read


def test_more_of_the_seed_is_more_evidence() -> None:
    asked = question(interest(profile("wind")))
    texts = [
        "Ministers met and talked about schools and pensions for an hour",
        "Ministers met and talked about turbines and pensions for an hour",
        "Ministers met and talked about turbines and cables at sea, auctions and subsidies",
    ]
    totals = measure(asked, [read(text, "en") for text in texts]).total
    assert totals[0] < totals[1] < totals[2]


def test_no_term_speaks_louder_than_any_other_may() -> None:
    evidence = measure(question(interest(profile())), [read("Alibaba " * 30, "en")])
    assert evidence.contributions(0).max() <= 3.0
    assert np.count_nonzero(evidence.contributions(0)) == 1


def test_long_articles_gather_no_more_by_being_long(newsroom: Newsroom) -> None:
    asked = question(interest(profile()))
    long = " ".join(item.text for item in newsroom.items if item.id.startswith("other"))
    totals = measure(asked, [words_of(item) for item in newsroom.items] + [read(long, "en")]).total
    assert totals[-1] < 3.3


def test_a_batch_full_of_the_subject_does_not_hide_it(newsroom: Newsroom) -> None:
    asked = question(interest(profile()))
    on = [words_of(item) for item in newsroom.items if newsroom.labels[item.id] == "on" and item.id.startswith("ai")]
    alone = [float(measure(asked, [words]).total[0]) for words in on]
    together = measure(asked, on * 5).total[: len(on)]
    assert np.median(together) > 0.6 * np.median(alone)


def test_a_seed_whose_words_are_all_stop_words_asks_nothing() -> None:
    evidence = measure(question(interest(profile_of("it is what it is", "en"))), [read("any article at all", "en")])
    assert evidence.total.tolist() == [0.0]
