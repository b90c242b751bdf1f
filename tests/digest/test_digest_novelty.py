from datetime import UTC, datetime

from monitor.digest.novelty import Added, added
from monitor.models import Article

FIRST = "The port of Eastmere ordered forty driverless cranes for its new terminal on Monday."
SAME = "On Monday the port of Eastmere ordered forty driverless cranes for the new terminal."
UNIONS = "The dockers' union agreed after a promise that no driver would lose work before 2031."
RIVALS = "Sandhaven and two other rival harbours ordered the same machines from the same maker."
PRICE = "Each machine costs eleven million crowns, a third more than the director had expected."


def article(number: int, *said: str, language: str = "en", title: str = "Cranes") -> Article:
    moment = datetime(2026, 11, 24, number, tzinfo=UTC)
    values = {"id": number, "canonical_url": f"https://a.example/{number}", "source": "s", "published": moment}
    return Article.model_validate(
        {**values, "stored_at": moment, "title": title, "text": "\n\n".join(said), "language": language}
    )


def test_a_report_adds_what_no_earlier_one_says_in_whatever_order_of_words() -> None:
    told = added([article(1, FIRST), article(2, SAME, UNIONS), article(3, UNIONS, FIRST), article(4, RIVALS, SAME)])
    assert told == [Added((FIRST,)), Added((UNIONS,)), Added(), Added((RIVALS,))]


def test_the_same_words_with_other_numbers_are_news() -> None:
    more = FIRST.replace("forty", "sixty")
    assert added([article(1, FIRST), article(2, more), article(3, FIRST, more)]) == [
        Added((FIRST,)),
        Added((more,)),
        Added(),
    ]


def test_what_does_not_fit_is_counted() -> None:
    assert added([article(1, FIRST, UNIONS, RIVALS, PRICE)], count=2) == [Added((FIRST, UNIONS), more=2)]


def test_headings_and_what_holds_no_sentence_are_no_news() -> None:
    assert added([article(1, "Cranes", "More on this"), article(2, "What we know", FIRST)]) == [None, Added((FIRST,))]
    assert added([]) == []


def test_reports_are_compared_with_those_in_their_own_language() -> None:
    german = "Der Hafen von Eastmere bestellt vierzig fahrerlose Kräne für das neue Terminal am Wasser."
    told = added([article(1, FIRST), article(2, german, language="de"), article(3, german, language="de-AT")])
    assert told == [Added((FIRST,)), Added((german,)), Added()]


def test_a_headline_has_told_what_a_later_report_repeats() -> None:
    assert added([article(1, UNIONS, title=FIRST), article(2, SAME)])[1] == Added()
