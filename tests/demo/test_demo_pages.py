"""Pages look like those of real sites, hold their article, and give no answer away."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trafilatura
from lxml import html

from monitor.demo import Newsroom, Piece, feeds
from monitor.demo.answers import Catalogue
from monitor.demo.places import Places
from monitor.demo.rendering import w3c

NEWSROOM = Newsroom.load(datetime(2025, 11, 24, 7, 15, tzinfo=UTC))
PLACES = Places.of(
    NEWSROOM, {each.name: f"http://127.2.0.{number}:8765" for number, each in enumerate(NEWSROOM.publishers, 1)}
)
CATALOGUE = Catalogue(NEWSROOM, PLACES)


def page(piece: Piece, catalogue: Catalogue = CATALOGUE) -> bytes:
    answer = catalogue.answer(NEWSROOM.publisher(piece.publisher), PLACES.path(piece), {})
    assert answer.status == 200
    return answer.body


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("piece", NEWSROOM.pieces, ids=lambda piece: piece.key)
def test_a_page_holds_its_article_and_says_what_it_is(piece: Piece) -> None:
    tree = html.document_fromstring(page(piece).decode())
    text = folded(tree.text_content())
    for _, block in piece.blocks:
        assert folded(block) in text
    assert tree.findtext(".//h1") == piece.title
    assert tree.get("lang") == piece.language
    assert tree.xpath("string(//meta[@property='article:published_time']/@content)") == w3c(piece.published)
    assert piece.title in tree.xpath("string(//meta[@property='og:title']/@content)")
    linked = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
    assert json.dumps(piece.title) in json.dumps(linked)
    assert tree.xpath("//nav|//div[@id='menu']")
    phrases = NEWSROOM.phrases[piece.language]
    for furniture in ("cookies", "newsletter", "related", "notice"):
        assert folded(phrases[furniture]) in text or phrases[furniture] in tree.xpath("//@aria-label")


def test_canonical_links_name_the_page_or_the_agencys_original() -> None:
    elsewhere = 0
    for piece in NEWSROOM.pieces:
        canonical = html.document_fromstring(page(piece).decode()).xpath("string(//link[@rel='canonical']/@href)")
        if canonical != PLACES.url(piece):
            assert canonical == PLACES.url(NEWSROOM.piece(piece.wire))
            elsewhere += 1
    assert elsewhere > 0


def test_articles_can_be_told_from_what_surrounds_them() -> None:
    for piece in NEWSROOM.pieces:
        text = folded(trafilatura.extract(page(piece).decode(), favor_recall=True) or "")
        missing = [block for _, block in piece.blocks if folded(block) not in text]
        assert len(missing) <= 1, (piece.key, missing)


def test_layouts_differ() -> None:
    assert {publisher.layout for publisher in NEWSROOM.publishers} == {"broadsheet", "magazine", "bulletin", "journal"}


def test_no_page_and_no_feed_tells_how_an_article_was_labelled() -> None:
    marked = replace(
        NEWSROOM,
        pieces=tuple(replace(piece, label="zzlabelzz", event="zzeventzz", follow_up=True) for piece in NEWSROOM.pieces),
    )
    catalogue = Catalogue(marked, PLACES)
    for publisher in marked.publishers:
        own = [path(piece) for piece in marked.of(publisher) for path in (PLACES.path, PLACES.image_path)]
        listings = ["/", "/robots.txt", feeds.path(publisher), "/sitemaps/newest.xml", "/rss/search?q=chatbot"]
        for target in [*own, *listings, "/api/v2/doc/doc?query=chatbot"]:
            assert b"zz" not in catalogue.answer(publisher, target, {}).body.lower().replace(b"puzz", b"").replace(
                b"jazz", b""
            )
