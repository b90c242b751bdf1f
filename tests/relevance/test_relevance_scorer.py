"""Articles to judgements."""

import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relevance_topics import DATA, SEEDS, Newsroom, profile, profile_of, topic
from threadpoolctl import threadpool_info, threadpool_limits

from monitor.errors import ConfigurationError
from monitor.models import Terms
from monitor.relevance import encoders, ordering, scorer, threshold
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, Item
from monitor.relevance.learn import fit
from monitor.relevance.neighbours import Graph, weave_vectors
from monitor.relevance.scorer import judge, scores

BASELINE = json.loads((DATA / "baseline.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("by", ["words", "meaning"])
@pytest.mark.parametrize("name", sorted(BASELINE))
def test_the_floor(newsroom: Newsroom, name: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never lowered silently: a change that needs a lower floor says why in its commit."""
    if by == "words":
        monkeypatch.setattr(encoders, "available", lambda: False)
    floor = BASELINE[name][by]
    judgements = judge(profile(name), topic(name), newsroom.items)
    labels = [newsroom.label(name, item) for item in newsroom.items]
    precision = average_precision([label == "on" for label in labels], [judgement.score for judgement in judgements])
    assert precision >= floor["average_precision"]
    taken = [label for label, judgement in zip(labels, judgements, strict=True) if judgement.relevant]
    assert taken.count("on") >= floor["taken"]
    assert taken.count("near") <= floor["near_taken"]
    assert taken.count("off") <= floor["off_taken"]


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_quiet_day_gives_nothing(newsroom: Newsroom, name: str) -> None:
    quiet = [item for item in newsroom.items if item.id.startswith("other")]
    assert not any(judgement.relevant for judgement in judge(profile(name), topic(name), quiet))


def test_one_article_is_judged_much_as_it_is_in_a_batch(newsroom: Newsroom) -> None:
    together = judge(profile(), topic(), newsroom.items)
    alone = [judge(profile(), topic(), [item])[0] for item in newsroom.items]
    agree = sum(one.relevant == other.relevant for one, other in zip(together, alone, strict=True))
    assert agree >= 0.95 * len(newsroom.items)


def test_one_article_against_an_archive(newsroom: Newsroom) -> None:
    archive = Archive(newsroom.items)
    by_id = {item.id: item for item in newsroom.items}
    (on,) = judge(profile(), topic(), [by_id["ai-competition-06"]], archive)
    (off,) = judge(profile(), topic(), [by_id["other-02"]], archive)
    assert on.relevant
    assert not off.relevant


def test_equal_input_gives_equal_output(newsroom: Newsroom) -> None:
    archive = Archive(newsroom.items[:40], {newsroom.items[0].id: True, newsroom.items[30].id: False})
    first = judge(profile(), topic(), newsroom.items[30:], archive)
    assert judge(profile(), topic(), newsroom.items[30:], archive) == first


def test_judgements_come_in_the_order_of_the_items(newsroom: Newsroom) -> None:
    judged = judge(profile(), topic(), newsroom.items)
    assert [judgement.id for judgement in judged] == [item.id for item in newsroom.items]
    assert all(0.0 <= judgement.score <= 1.0 for judgement in judged)
    assert judge(profile(), topic(), []) == []


def test_one_shared_word_carries_nothing_in() -> None:
    item = Item("1", "Alibaba Alibaba Alibaba", "Alibaba, said Alibaba, is Alibaba. " * 20, "en")
    (judgement,) = judge(profile(), topic(), [item])
    assert not judgement.relevant
    assert judgement.score < 0.21
    assert judgement.reasons.terms[0][0] == "alibaba"
    assert judgement.reasons.terms[0][1] > 0.5


def test_guards(newsroom: Newsroom) -> None:
    item = next(item for item in newsroom.items if item.id == "ai-competition-06")
    (kept,) = judge(profile(), topic(must=("Alibaba",)), [item])
    assert kept.relevant
    assert kept.reasons.rule == ""
    (missing,) = judge(profile(), topic(must=("Baidu",)), [item])
    assert (missing.relevant, missing.score, missing.reasons.rule) == (False, 0.0, 'must hold "Baidu"')
    (forbidden,) = judge(profile(), topic(must_not=("Eddie Wu",)), [item])
    assert (forbidden.relevant, forbidden.reasons.rule) == (False, 'must not hold "Eddie Wu"')
    assert forbidden.reasons.facet


def test_terms_that_a_reader_added_or_muted_count(newsroom: Newsroom) -> None:
    item = Item("1", "Moonshot raises money", "Kimi, an assistant that Moonshot builds, drew users in Beijing.", "en")
    before = judge(profile(), topic(), [item])[0].score
    added = {"": Terms(add=("Moonshot", "Kimi"))}
    assert judge(profile(terms=added), topic(terms=added), [item])[0].score > before + 0.1
    muted = {"": Terms(mute=("Beijing", "assistant"))}
    assert judge(profile(terms=muted), topic(terms=muted), [item])[0].score < before


def test_thresholds_are_nested(newsroom: Newsroom) -> None:
    taken = {}
    for cut in ("precise", "balanced", "inclusive", "0.0", "1"):
        judged = judge(profile(), topic(threshold=cut), newsroom.items)
        taken[cut] = {judgement.id for judgement in judged if judgement.relevant}
    assert taken["1"] <= taken["precise"] < taken["balanced"] < taken["inclusive"] < taken["0.0"]
    with pytest.raises(ConfigurationError, match="threshold"):
        judge(profile(), topic(threshold="strict"), newsroom.items)


def test_verdicts_help(newsroom: Newsroom) -> None:
    truth = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items}
    judged = sorted(judge(profile(), topic(), newsroom.items), key=lambda judgement: -judgement.score)
    asked = [judgement.id for judgement in judged[16:26]]
    rest = [judgement.id for judgement in judged if judgement.id not in asked]
    archive = Archive(verdicts={one: truth[one] for one in asked})
    after = {judgement.id: judgement.score for judgement in judge(profile(), topic(), newsroom.items, archive)}
    before = {judgement.id: judgement.score for judgement in judged}
    labels = [truth[one] for one in rest]
    assert average_precision(labels, [after[one] for one in rest]) >= average_precision(
        labels, [before[one] for one in rest]
    )


def test_verdicts_that_contradict_or_are_all_dislikes_still_give_sense(newsroom: Newsroom) -> None:
    dislikes = {item.id: False for item in newsroom.items if item.id.startswith("other")}
    judged = judge(profile(), topic(), newsroom.items, Archive(verdicts=dislikes))
    assert sum(judgement.relevant for judgement in judged if judgement.id.startswith("ai-")) >= 12
    twins = [Item(f"twin{number}", newsroom.items[0].title, newsroom.items[0].text, "en") for number in (1, 2)]
    archive = Archive(verdicts={"twin1": True, "twin2": False})
    first, second = judge(profile(), topic(), [*twins, *newsroom.items], archive)[:2]
    assert abs(first.score - second.score) < 0.25


def test_a_model_is_used_and_a_tampered_one_is_not(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items[::3]}
    model = fit(profile(), topic(), Archive(newsroom.items, verdicts))
    untaught = judge(profile(), topic(), newsroom.items)
    taught = judge(profile(), topic(), newsroom.items, Archive(verdicts=verdicts, model=model))
    assert [one.score for one in taught] != [one.score for one in untaught]
    model.content = model.content[:-1] + b"x"
    with caplog.at_level(logging.WARNING):
        assert judge(profile(), topic(), newsroom.items, Archive(model=model)) == untaught
    assert "was changed since it was kept" in caplog.text


def test_promises_without_verdicts_fall_back_and_say_so(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        judged = judge(profile(), topic(threshold="recall 0.9"), newsroom.items)
    assert {judgement.threshold for judgement in judged} == {0.5}
    assert "needs 10 verdicts" in caplog.text


def test_promises_with_verdicts(newsroom: Newsroom) -> None:
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items}
    archive = Archive(verdicts=verdicts)
    wide = [one for one in judge(profile(), topic(threshold="recall 1.0"), newsroom.items, archive) if one.relevant]
    narrow = [one for one in judge(profile(), topic(threshold="at most 0"), newsroom.items, archive) if one.relevant]
    assert sum(verdicts[one.id] for one in wide) == 20
    assert narrow
    assert all(verdicts[one.id] for one in narrow)


def test_a_promise_is_made_on_scores_that_do_not_know_the_verdict(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, list[tuple[float, bool]]] = {}
    decide = threshold.decide

    def noted(purpose: threshold.Purpose, scores: object, judged: list[tuple[float, bool]]) -> threshold.Cut:
        given[purpose.text] = judged
        return decide(purpose, scores, judged)

    monkeypatch.setattr(threshold, "decide", noted)
    off = next(item for item in newsroom.items if item.id == "other-02")
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items[:30:2]}
    archive = Archive(verdicts=verdicts | {off.id: True})
    knowing = {each.id: each.score for each in judge(profile(), topic(threshold="recall 0.9"), newsroom.items, archive)}
    assert len(given["recall 0.9"]) == 16
    assert knowing[off.id] > 2 * min(score for score, yes in given["recall 0.9"] if yes)
    judge(profile(), topic(), newsroom.items, archive)
    assert given["balanced"] == []


def test_reasons_can_be_checked(newsroom: Newsroom) -> None:
    by_id = {item.id: item for item in newsroom.items}
    (judgement,) = judge(profile(), topic(), [by_id["ai-competition-04"]])
    reasons = judgement.reasons
    assert reasons.facet == "Apple in China"
    assert "partner for AI services on iPhones" in reasons.seed_sentence
    assert "iPhone" in reasons.article_sentence
    shares = [share for _, share in reasons.terms]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001


def test_a_seed_of_three_words() -> None:
    made = profile_of("malaria vaccine Africa", "en")
    on = Item("1", "Malaria vaccine reaches Africa", "Nurses in East Africa gave the malaria vaccine to infants.", "en")
    off = Item("2", "A cake for Sunday", "Beat eggs and sugar, fold in flour, and bake for an hour.", "en")
    half = Item("3", "Lions of Africa", "Safari guides in Africa count lions by night.", "en")
    judged = judge(made, topic("test"), [on, off, half])
    assert [judgement.relevant for judgement in judged] == [True, False, False]


def test_a_chinese_article_for_an_english_seed_is_judged_by_the_names_it_shares() -> None:
    words = {"zh": Terms(add=("人工智能", "大模型", "阿里巴巴", "芯片", "出口管制"))}
    item = Item("1", "阿里巴巴发布Qwen大模型", "阿里巴巴的人工智能大模型Qwen与DeepSeek竞争,美国芯片出口管制。", "zh")
    off = Item("2", "周末天气晴朗", "周末全国大部分地区天气晴朗，适合出游。", "zh")
    judged = judge(profile(terms=words), topic(terms=words), [item, off])
    assert judged[0].relevant
    assert not judged[1].relevant


def test_a_seed_in_another_language_judges_its_own() -> None:
    made = profile_of(
        "# Bahn\n\n- Verspätung: Züge der Deutschen Bahn kommen zu spät, weil Gleise und Weichen veraltet sind.\n"
        "- Sanierung: Strecken werden monatelang gesperrt, der Bund zahlt Milliarden für das Netz.",
        "de",
    )
    on = Item("1", "Bahn sperrt Strecke", "Für die Sanierung der Gleise sperrt die Bahn die Strecke; Züge sind spät.")
    off = Item("2", "Ein Kuchen", "Eier und Zucker schlagen, Mehl dazu, eine Stunde backen, dann ruhen lassen.")
    assert [judgement.relevant for judgement in judge(made, topic("test"), [on, off])] == [True, False]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=300)), max_size=5))
def test_any_article_gets_a_judgement(texts: list[tuple[str, str]]) -> None:
    items = [Item(str(number), title, text) for number, (title, text) in enumerate(texts)]
    judged = judge(profile(), topic(must_not=("recipe",)), items, Archive(tuple(items[:2])))
    assert len(judged) == len(items)
    assert all(0.0 <= judgement.score <= 1.0 for judgement in judged)


@pytest.mark.parametrize(("name", "brief"), [("ai-competition", True), ("wind", False)])
def test_the_order_knows_whether_the_seed_is_a_brief(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, name: str, brief: bool
) -> None:
    seen: list[bool] = []

    def noted(stream: ordering.Stream, *arguments: Any) -> ordering.Order:
        seen.append(stream.brief)
        return ordering.put_in_order(stream, *arguments)

    monkeypatch.setattr(scorer, "put_in_order", noted)
    judge(profile(name), topic(name), newsroom.items)
    assert seen == [brief]


def test_judging_takes_one_core(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def noted(*arguments: Any) -> Graph:
        seen.extend(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")
        return weave_vectors(*arguments)

    monkeypatch.setattr(ordering, "weave_vectors", noted)
    with threadpool_limits(2, "blas"):
        judge(profile(), topic(), newsroom.items)
        scores(profile(), newsroom.items)
        assert {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"} == {2}
    assert len(seen) >= 2
    assert set(seen) == {1}
