"""Neighbours and the order they mend."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from relevance_topics import Newsroom, profile

from monitor.relevance import ordering
from monitor.relevance.evidence import measure, question
from monitor.relevance.flowing import Woven
from monitor.relevance.items import Item, words_of
from monitor.relevance.learn import seed_words
from monitor.relevance.meaning import Meant, Said, weigh
from monitor.relevance.neighbours import weave, weave_vectors
from monitor.relevance.ordering import Stream, put_in_order
from monitor.relevance.profile import interest
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
    assert order.graphs is None
    assert order.evidence.tolist() == evidence.tolist()
    assert order.near(0) == []


def test_graphs_once_woven_serve_other_verdicts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [words_of(item) for item in newsroom.items]
    stream = Stream(words, np.linspace(4.0, -2.0, len(words)), {0: True, 5: False})
    known = put_in_order(stream, words[0], None).graphs
    other = replace(stream, verdicts={1: True})
    anew = put_in_order(other, words[0], None).evidence
    monkeypatch.setattr(ordering, "weave", None)
    assert put_in_order(other, words[0], None, known).evidence.tolist() == anew.tolist()


def test_documents_without_a_word_are_no_trouble() -> None:
    empty = [Words((), ())] * 30
    order = put_in_order(Stream(empty, np.zeros(30), {0: True, 1: False}), read("tide turbine", "en"), None)
    assert np.isfinite(order.evidence).all()


def test_of_a_very_large_archive_the_graph_takes_a_part() -> None:
    words = [words_of(Item(str(n), f"word{n % 50} thing{n % 31}", "", "en")) for n in range(2600)]
    order = put_in_order(Stream(words, np.linspace(3, -3, 2600), {2599: True}), words[0], None)
    assert order.graphs is not None
    assert len(order.graphs.words.nodes) <= 2501
    assert 2599 in order.graphs.words.nodes
    assert np.isfinite(order.evidence).all()


def test_what_a_source_keeps_for_itself_is_not_passed_on() -> None:
    texts = ["tide turbine cable", "cable ship harbour", "flour sugar oven", "oven bread flour"]
    graph = weave([read(text, "en") for text in texts], read("tide turbine", "en"))
    source = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    assert graph.passed_on(source)[0] < graph.spread(source)[0]
    assert graph.passed_on(source)[1:].tolist() == graph.spread(source)[1:].tolist()


def _lone(words: list[Words], evidence: list[float]) -> Stream:
    """A stream of documents none of which means what another does."""
    vectors = np.eye(len(words), 512, dtype=np.float32)
    seed = np.eye(1, 512, 511, dtype=np.float32)[0]
    total = np.array(evidence)
    return Stream(words, total, {}, Meant(total, np.arange(len(words)), vectors, seed, np.zeros_like(seed)))


@pytest.mark.parametrize(("length", "rises"), [(200, True), (8, False)])
def test_beside_meaning_words_say_the_more_the_longer_documents_are(length: int, rises: bool) -> None:
    """The last document shares its words with the one that is on the subject, and has a little less evidence."""
    texts = [" ".join(f"w{number}x{word}" for word in range(length)) for number in range(59)]
    evidence = [6.0, *np.linspace(1.0, 0.5, 58).tolist(), 0.4]
    words = [read(text, "en") for text in [*texts, texts[0]]]
    order = put_in_order(_lone(words, evidence), read("tide turbine", "en"), None)
    assert (order.evidence[59] > np.median(order.evidence)) == rises


def _two_kinds() -> Stream:
    """Two kinds of document that seem to be on the subject, one document beside each, and others on nothing.

    Rows 0 to 9 and 10 to 19 are the kinds; row 20 means what rows 0 to 4 mean beyond their kind, row 21 the same for
    rows 10 to 14, with a little less evidence. Neither is like rows 5 to 9 or 15 to 19.
    """
    vectors = np.zeros((62, 512), dtype=np.float32)
    for first, kind in ((0, 0), (10, 1)):
        vectors[first : first + 10, kind] = 1.0
        vectors[first : first + 5, 2 + kind] = 1.0
        vectors[20 + kind, [2 + kind, 4 + kind]] = 1.0
    vectors[22:, 100:140] = np.eye(40)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    total = np.array([*(6.0 for _ in range(20)), 2.0, 1.9, *np.linspace(0.5, -0.5, 40)])
    seed = np.eye(1, 512, 511, dtype=np.float32)[0]
    return Stream([Words((), ())] * 62, total, {}, Meant(total, np.arange(62), vectors, seed, np.zeros_like(seed)))


def test_what_is_like_the_disliked_is_no_source_of_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """What verdicts say elsewhere is left out, so that the sources alone decide."""
    monkeypatch.setattr(ordering, "_HEARD_BY_MEANING", 0.0)
    monkeypatch.setattr(ordering, "_HEARD_BY_WORDS", 0.0)
    monkeypatch.setattr(ordering, "_LESSON_BESIDE_MEANING", 0.0)
    stream, seed = _two_kinds(), read("tide turbine", "en")
    before = put_in_order(stream, seed, None).evidence
    after = put_in_order(replace(stream, verdicts=dict.fromkeys(range(5, 10), False)), seed, None).evidence
    assert before[20] > before[21]
    assert after[20] < after[21]


def test_all_that_is_surely_on_the_subject_is_a_source_of_the_graph() -> None:
    """Twelve documents of one kind stand above twelve of another, all sure: what is like the second rises too.

    Row 24 means what the second kind does, and has a little less evidence than row 25, which is like nothing.
    """
    vectors = np.zeros((64, 512), dtype=np.float32)
    vectors[:12, 0] = vectors[12:25, 1] = 1.0
    vectors[25:, 100:139] = np.eye(39)
    total = np.array([*[7.0] * 12, *[6.0] * 12, 1.0, 1.1, *np.linspace(0.5, -0.5, 38)])
    seed = np.eye(1, 512, 511, dtype=np.float32)[0]
    meant = Meant(total, np.arange(64), vectors, seed, np.zeros_like(seed))
    found = put_in_order(Stream([Words((), ())] * 64, total, {}, meant), read("tide turbine", "en"), None).evidence
    assert found[24] > found[25]


@pytest.mark.parametrize("brief", [False, True])
@pytest.mark.parametrize("verdicts", [{}, {0: True, 60: False}])
def test_every_flow_knows_whether_the_seed_is_a_brief(
    monkeypatch: pytest.MonkeyPatch, brief: bool, verdicts: dict[int, bool]
) -> None:
    seen: list[bool] = []
    flow = Woven.flow

    def noted(woven: Woven, evidence: NDArray[np.float64], known: dict[int, bool], *, brief: bool) -> Any:
        seen.append(brief)
        return flow(woven, evidence, known, brief=brief)

    monkeypatch.setattr(Woven, "flow", noted)
    stream = replace(_two_kinds(), verdicts=verdicts, brief=brief)
    put_in_order(stream, read("tide turbine", "en"), None)
    put_in_order(replace(stream, meant=None), read("tide turbine", "en"), None)
    assert set(seen) == {brief}
    assert len(seen) == (5 if verdicts else 3)


def test_what_all_news_has_in_common_joins_nothing() -> None:
    common, one, other = np.eye(3, dtype=np.float32)
    documents = np.array([common + one, common + other]) / np.sqrt(2.0)
    source = np.array([1.0, 0.0, 0.0])
    assert weave_vectors(documents, one, np.zeros(3, dtype=np.float32)).passed_on(source)[1] > 1e-3
    assert weave_vectors(documents, one, common / np.float32(np.sqrt(2.0))).passed_on(source)[1] < 1e-6


def _dealt(newsroom: Newsroom, lowered: float, verdicts: dict[int, bool]) -> NDArray[np.float64]:
    subject = interest(profile())
    words = [words_of(item) for item in newsroom.items]
    said = Said(measure(question(subject), words).total, np.zeros(len(words)))
    meant = weigh(subject, newsroom.items, said, sorted(verdicts))
    assert meant is not None
    return put_in_order(Stream(words, meant.total, verdicts, meant, lowered), seed_words(subject), None).evidence


def test_dislikes_at_the_top_empty_no_digest_of_a_broad_seed(newsroom: Newsroom) -> None:
    before = _dealt(newsroom, 1.0, {})
    top = np.argsort(-before)[:6].tolist()
    disliked = _dealt(newsroom, 1.0, dict.fromkeys(top, False))
    assert np.median(disliked) == pytest.approx(np.median(before))
    assert disliked[top].mean() < before[top].mean() - 1.0
    mixed = _dealt(newsroom, 1.0, dict.fromkeys(top, False) | {top[0]: True})
    assert np.median(mixed) > np.median(disliked)


def test_dislikes_lower_what_is_like_them_where_the_seed_says_what_is_meant(newsroom: Newsroom) -> None:
    before = _dealt(newsroom, 0.0, {})
    top = np.argsort(-before)[:6].tolist()
    assert np.median(_dealt(newsroom, 0.0, dict.fromkeys(top, False))) < np.median(before)
