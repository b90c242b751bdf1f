"""Neighbours and the order they mend."""

import numpy as np
from relevance_topics import Newsroom

from monitor.relevance.items import Item, words_of
from monitor.relevance.neighbours import weave
from monitor.relevance.ordering import Stream, put_in_order
from monitor.text import Words, read


def test_what_speaks_for_one_speaks_for_its_neighbours() -> None:
    texts = ["tide turbine cable", "cable ship harbour", "flour sugar oven", "oven bread flour"]
    graph = weave([read(text, "en") for text in texts], read("tide turbine", "en"))
    reached = graph.spread(np.array([0.0, 0.0, 0.0, 0.0, 1.0]))
    assert reached[0] > reached[1] > max(reached[2], reached[3])
    assert 1 in graph.nearest(0)
    assert 4 not in graph.nearest(0)


def test_an_order_gives_out_the_evidence_there_was(newsroom: Newsroom) -> None:
    words = [words_of(item) for item in newsroom.items]
    evidence = np.linspace(8.0, -1.0, len(words))
    order = put_in_order(Stream(words, evidence, {}), words[0], None)
    assert sorted(order.evidence) == sorted(evidence)


def test_few_documents_keep_their_own_evidence(newsroom: Newsroom) -> None:
    words = [words_of(item) for item in newsroom.items[:5]]
    evidence = np.arange(5.0)
    order = put_in_order(Stream(words, evidence, {}), words[0], None)
    assert order.graph is None
    assert order.evidence.tolist() == evidence.tolist()
    assert order.near(0) == []


def test_documents_without_a_word_are_no_trouble() -> None:
    empty = [Words((), ())] * 30
    order = put_in_order(Stream(empty, np.zeros(30), {0: True, 1: False}), read("tide turbine", "en"), None)
    assert np.isfinite(order.evidence).all()


def test_of_a_very_large_archive_the_graph_takes_a_part() -> None:
    words = [words_of(Item(str(n), f"word{n % 50} thing{n % 31}", "", "en")) for n in range(2600)]
    order = put_in_order(Stream(words, np.linspace(3, -3, 2600), {2599: True}), words[0], None)
    assert len(order.nodes) <= 2501
    assert 2599 in order.nodes
    assert np.isfinite(order.evidence).all()
