from monitor.digest.quoting import is_joined, run_on


def test_sentences_that_follow_one_another_are_one_quote(make_article):
    article = make_article(1, text="One is here.\nTwo follows it. Three came between. Four ends it.")
    quotes = [
        {"sentence": sentence, "source": "Paper 1", "url": article.canonical_url}
        for sentence in ("One is here.", "Two follows it.", "Four ends it.")
    ]
    other = {"sentence": "Two follows it.", "source": "Paper 2", "url": "https://paper2.example/"}

    told = run_on([*quotes, other], [article])

    assert [is_joined(quote) for quote in told] == [False, True, False, False]
    assert [quote["sentence"] for quote in told] == [
        "One is here.",
        "Two follows it.",
        "Four ends it.",
        "Two follows it.",
    ]
