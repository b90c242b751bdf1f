from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.summary import summarise
from monitor.models import Grade


def sentences_of(summary):
    return [quote["sentence"] for quote in summary]


def test_sentences_are_quoted_exactly_and_attributed(make_article):
    article = make_article(1)

    summary = summarise([article], ["Which ports let programs count ships?"], article.title)

    assert 2 <= len(summary) <= 3
    for quote in summary:
        assert quote["sentence"] in article.text
        assert (quote["source"], quote["url"]) == ("Paper 1", article.canonical_url)


def test_they_stand_in_the_order_of_the_text(make_article):
    article = make_article(1)

    places = [article.text.index(sentence) for sentence in sentences_of(summarise([article], [], article.title))]

    assert places == sorted(places)


def test_none_repeats_the_headline(make_article):
    headline = "Tannwick harbour counts ships by machine"
    article = make_article(
        1,
        title=headline,
        text="The harbour of Tannwick counts its ships by machine. " + make_article(1).text,
    )

    assert "The harbour of Tannwick counts its ships by machine." not in sentences_of(
        summarise([article], [], headline)
    )


def test_none_repeats_another(make_article):
    first, second = make_article(1), make_article(2)

    sentences = sentences_of(summarise([first, second], [], "Something else altogether"))

    assert len(sentences) == len(set(sentences))


def test_what_was_known_is_not_told_again(make_article):
    article = make_article(1)
    known = ["Two inspectors check every tenth count by hand and found one mistake in a week."]

    sentences = sentences_of(summarise([article], [], article.title, known=known))

    assert sentences
    assert known[0] not in sentences


def test_a_toll_that_rose_is_told_though_its_sentence_was_known_with_another(make_article):
    before = "At least 12 people were killed and 40 were injured when the quay of Tannwick gave way, officials said."
    after = before.replace("12", "45")
    background = "The quay had been built a century ago and was to be renewed in spring."
    risen = make_article(1, text=f"{after} {background}")

    known = [before, background]
    assert sentences_of(summarise([risen], [], "The quay of Tannwick", known=known)) == [after]
    assert sentences_of(summarise([risen], [], "The quay of Tannwick", known=[*known, after])) == []


def test_everything_known_leaves_nothing(make_article):
    article = make_article(1)
    known = [sentence + "." for sentence in article.text.split(".") if sentence.strip()]

    assert summarise([article], [], article.title, known=known) == []


def test_the_interest_draws_its_sentence(make_article):
    article = make_article(1, text=make_article(1).text + " Rents near the fish market rose by a tenth since summer.")

    asked = sentences_of(summarise([article], ["How do rents at the fish market develop?"], article.title, count=2))

    assert "Rents near the fish market rose by a tenth since summer." in asked


def test_headings_and_torn_ends_are_not_quoted(make_article):
    text = (
        "What the harbour master said about it\n\n"
        "The port authority has let a program count arriving ships since Monday.\n\n"
        "The trade union of the dockers says that nobody was asked before the machine and its cameras..."
    )
    article = make_article(1, text=text, grade=Grade.TEASER)

    assert sentences_of(summarise([article], [], "News")) == [
        "The port authority has let a program count arriving ships since Monday."
    ]


def test_other_articles_are_quoted_under_their_own_name(make_article):
    first = make_article(1)
    second = make_article(2, text="Fishermen at the northern pier blocked the cameras with nets on Tuesday evening.")

    summary = summarise([first, second], ["Fishermen blocked cameras"], first.title)

    assert {"source": "Paper 2", "url": second.canonical_url}.items() <= summary[-1].items()


def test_chinese_is_summarised_too(make_article):
    text = (
        "港口管理局自周一起使用程序统计抵港船只的数量。"
        "工会表示事先没有人征求过码头工人的意见。"
        "第二座港口计划明年春天采用同样的系统。"
    )
    article = make_article(1, text=text, language="zh", title="港口新闻")

    summary = sentences_of(summarise([article], [], article.title))

    assert len(summary) >= 2
    assert all(sentence in text for sentence in summary)


def test_no_article_no_summary(make_article):
    assert summarise([], ["x"], "y") == []
    assert summarise([make_article(1, text="")], [], "y") == []


@given(text=st.text(max_size=400), headline=st.text(max_size=60), interest=st.lists(st.text(max_size=60), max_size=3))
def test_any_text_is_summarised_the_same_twice(make_article, text, headline, interest):
    article = make_article(1, text=text)

    assert summarise([article], interest, headline) == summarise([article], interest, headline)
