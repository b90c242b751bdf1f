from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Article, Assessment, Feedback, Story
from monitor.store.reading_page import Judged, TopicStory
from monitor.web.shown import Part, Teller, paragraphs, parts_of, standing_for, why

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SHOWS = Teller("Europe/London", NOW)


def article(number: int, hours: float = 1, **changes: object) -> Article:
    values = {
        "id": number,
        "canonical_url": f"https://quay.example/{number}",
        "source": f"source-{number}",
        "title": f"Title {number}",
        "published": NOW - timedelta(hours=hours),
        "stored_at": NOW,
    }
    return Article.model_validate(values | changes)


def judged(number: int, score: float, hours: float = 1, **changes: object) -> Judged:
    assessment = Assessment.model_validate(
        {"topic": "t", "article_id": number, "score": score, "relevant": score >= 0.5, "assessed_at": NOW}
    )
    return Judged(article(number, hours, **changes), assessment)


def story(*articles: Judged, lead: int | None = None) -> TopicStory:
    kept = Story.model_validate({"id": 1, "lead_article_id": lead, "first_published": NOW, "last_published": NOW})
    return TopicStory(kept, articles)


def test_a_story_is_shown_by_its_lead_where_that_is_relevant() -> None:
    assert standing_for(story(judged(1, 0.6), judged(2, 0.9), lead=1)).article.id == 1  # type: ignore[union-attr]
    assert standing_for(story(judged(1, 0.4), judged(2, 0.9), lead=1)).article.id == 2  # type: ignore[union-attr]
    reprint = judged(2, 0.9, duplicate_of=3)
    assert standing_for(story(reprint, judged(3, 0.8))).article.id == 3  # type: ignore[union-attr]
    assert standing_for(story(judged(1, 0.4), Judged(article(2)))) is None
    assert SHOWS.story(story(judged(1, 0.4)), NOW) is None


def test_a_story_counts_sources_and_sets_reprints_apart() -> None:
    shown = SHOWS.story(
        story(judged(1, 0.9, 30), judged(2, 0.6, 3), judged(3, 0.2, 2), judged(4, 0.8, 1, duplicate_of=1)),
        NOW - timedelta(days=3),
    )
    assert shown is not None
    assert (shown.lead.id, [each.id for each in shown.others], [each.id for each in shown.reprints]) == (1, [2, 3], [4])
    assert shown.day == date(2026, 11, 24)
    assert len(shown.sources) == 1
    assert shown.sources == ("quay.example",)


def test_days_are_named_as_people_name_them() -> None:
    assert SHOWS.day(date(2026, 11, 24)) == "Today"
    assert SHOWS.day(date(2026, 11, 23)) == "Yesterday"
    assert SHOWS.day(date(2026, 11, 22)) == "Sunday 22 November 2026"
    assert Teller("Pacific/Auckland", NOW).day_of(NOW) == date(2026, 11, 24)
    assert Teller("Pacific/Kiritimati", NOW + timedelta(hours=4)).day_of(NOW + timedelta(hours=4)) == date(2026, 11, 25)
    assert SHOWS.moment(None) == ""


def test_an_article_says_how_far_its_text_is_to_be_trusted() -> None:
    assert SHOWS.article(article(1)).note == ""
    assert "paywall" in SHOWS.article(article(1, grade="paywalled")).note
    assert SHOWS.article(article(1, grade="unheard of")).note == ""


def test_an_article_without_anything_is_shown_all_the_same() -> None:
    bare = article(1, title="\u202e\x00", canonical_url="javascript:alert(1)", source="", language="<x>")
    shown = SHOWS.article(bare)
    assert (shown.url, shown.language, shown.source) == ("", "", "?")


def test_a_verdict_is_shown_with_its_id() -> None:
    given_verdict = Feedback.model_validate({"id": 7, "topic": "t", "article_id": 1, "relevant": False, "made_at": NOW})
    shown = SHOWS.article(article(1), None, given_verdict)
    assert (shown.verdict, shown.feedback) == ("no", 7)


def test_reasons_name_the_facet_once_and_leave_out_weightless_terms() -> None:
    assessment = Assessment.model_validate(
        {
            "topic": "t",
            "article_id": 1,
            "score": 1.7,
            "relevant": True,
            "threshold": -0.2,
            "reasons": {
                "facet": "Cranes",
                "seed_sentence": "Cranes: who runs them.",
                "terms": [["a", 0.5], ["b", 0]],
            },
            "assessed_at": NOW,
        }
    )
    shown = why(assessment)
    assert (shown.percent, shown.threshold_percent) == (100, 0)
    assert (shown.facet, shown.seed_sentence, shown.terms) == ("Cranes", "who runs them.", ("a",))


def test_the_sentence_that_mattered_is_marked_in_its_paragraph() -> None:
    shown = paragraphs("One. Two  is\tlonger. Three.\n\n \nFour.", ["Two is longer.", "", "x"])
    assert shown == [[Part("One. "), Part("Two is longer.", marked=True), Part(" Three.")], [Part("Four.")]]


def test_marks_that_overlap_are_taken_once() -> None:
    assert parts_of("abcdef", [(2, 4), (0, 3), (5, 6)]) == [
        Part("abc", marked=True),
        Part("de"),
        Part("f", marked=True),
    ]


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=8))
def test_cutting_a_text_loses_nothing(text: str, marks: list[tuple[int, int]]) -> None:
    inside = [(min(a, b), max(a, b)) for a, b in marks if max(a, b) <= len(text)]
    assert "".join(part.text for part in parts_of(text, inside)) == text


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_shown(text: str, sentences: list[str]) -> None:
    assert all(part.text for paragraph in paragraphs(text, sentences) for part in paragraph)
