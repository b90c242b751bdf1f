"""Pages that answer in place of an article, and articles whose titles are not their entries'."""

import pytest

from monitor.models import Document, Entry
from monitor.pipeline.reading.substitute import is_substitute

TITLE = "Harbour council buys eleven electric cranes"
SUMMARY = "The council of Lunden voted on Monday for eleven electric cranes, which a yard in Turku builds by spring."
ARTICLE = f"{SUMMARY} The old ones burn diesel, and their drivers are trained anew until the summer. " * 3
TRY_AGAIN = "We could not show you this. Please try again later, or go back to the front page of our newspaper."
CONSENT = "We and our 812 partners store and read information on your device, as identifiers, for many purposes. " * 30


def entry(title: str = TITLE, summary: str = SUMMARY) -> Entry:
    return Entry(url="https://a.example/1", source="wire", title=title, summary=summary)


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("Something went wrong", TRY_AGAIN, "en"),
        ("Page not found", TRY_AGAIN, "en"),
        ("Just a moment...", "Verifying you are no program.", "en"),
        ("Access denied", "You have no permission for this page. Reference #18.2d", "en"),
        ("Before you continue", CONSENT, "en"),
        ("Seite nicht gefunden", "Leider gibt es diese Seite nicht mehr, oder es gab sie nie.", "de"),
        ("Página não encontrada", "A página que procura não existe.", "pt"),
        ("页面不存在", "您访问的页面不存在。", "zh"),
        ("", "Error 503: backend fetch failed. Guru meditation.", "en"),
        ("The Lunden Herald", TRY_AGAIN, "en"),  # no sign: short, and about nothing that the entry tells of
    ],
)
def test_what_answers_in_place_of_an_article_is_known(title: str, text: str, language: str) -> None:
    assert is_substitute(Document(title, text, language=language), entry())


@pytest.mark.parametrize(
    ("told", "title", "text", "language"),
    [
        (entry(), TITLE, "A photograph.", "en"),
        (entry(), "Eleven of them: what the port decided", ARTICLE, "en"),
        (entry(), "You will not believe what they bought", ARTICLE, "en"),  # another headline for the same text
        (entry(), "You will not believe what they bought", TRY_AGAIN * 20, "en"),  # as long as an article
        (entry(), "Elf Kräne für Lunden", "Der Rat kauft elf elektrische Kräne aus Turku, die bald kommen.", "de"),
        (entry(), "We value your privacy", ARTICLE, "en"),  # a box's heading over the article itself
        (entry("Access denied: how a port lost its keys"), "Access denied: how a port lost its keys", "Soon.", "en"),
        (entry("What was that? | Forum of the port's crane drivers", ""), "What was that?", "Who saw it?", "en"),
        (entry("Live"), "From the harbour", "It goes on here.", "en"),  # a word that tells nothing
        (entry(""), "Page not found", TRY_AGAIN, "en"),
    ],
)
def test_an_article_is_taken_for_none_of_them(told: Entry, title: str, text: str, language: str) -> None:
    assert not is_substitute(Document(title, text, language=language), told)
