"""The pages of the sample newsroom: articles in four layouts, front pages, and the pictures above the articles."""

import zlib

from monitor.demo import feeds
from monitor.demo.articles import Newsroom, Piece, Publisher
from monitor.demo.places import Places
from monitor.demo.rendering import render, w3c


def article(newsroom: Newsroom, piece: Piece, places: Places) -> bytes:
    """An article's page: the text, and around it all that real sites put there."""
    publisher = newsroom.publisher(piece.publisher)
    others = [each for each in newsroom.of(publisher) if each != piece]
    return render(
        f"article-{publisher.layout}.html.j2",
        **_surroundings(newsroom, publisher, places),
        piece=piece,
        url=places.url(piece),
        canonical=_canonical(newsroom, publisher, piece, places),
        image=places.image(piece),
        linked_data=_linked_data(publisher, piece, places),
        related=[(each.title, places.path(each)) for each in others[:4]],
    )


def front(newsroom: Newsroom, publisher: Publisher, places: Places) -> bytes:
    """A publisher's home page, which announces its feed where it has one."""
    return render(
        "front.html.j2",
        **_surroundings(newsroom, publisher, places),
        entries=[(piece, places.path(piece)) for piece in newsroom.of(publisher)],
    )


def picture(piece: Piece) -> bytes:
    """A drawing in place of a photograph: two colours that depend on the address alone."""
    hue = zlib.crc32(piece.key.encode()) % 360
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630">'
        f'<rect width="1200" height="630" fill="hsl({hue} 35% 78%)"/>'
        f'<circle cx="{300 + hue}" cy="340" r="190" fill="hsl({(hue + 140) % 360} 40% 45%)"/></svg>'
    ).encode()


def _surroundings(newsroom: Newsroom, publisher: Publisher, places: Places) -> dict[str, object]:
    return {
        "publisher": publisher,
        "phrases": newsroom.phrases[publisher.language],
        "base": places.base(publisher),
        "feed": feeds.announced(publisher),
        "year": newsroom.first_run.year,
    }


def _canonical(newsroom: Newsroom, publisher: Publisher, piece: Piece, places: Places) -> str:
    """The address a page declares: its own, or the agency's where a publisher credits the original that way."""
    if piece.wire and publisher.credits_original:
        return places.url(newsroom.piece(piece.wire))
    return places.url(piece)


def _linked_data(publisher: Publisher, piece: Piece, places: Places) -> object:
    """The JSON-LD of an article, in one of the three shapes found on real sites: an object, a graph, a list."""
    organisation = {"@type": "NewsMediaOrganization", "name": publisher.title, "url": places.base(publisher) + "/"}
    news = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": piece.title,
        "datePublished": w3c(piece.published),
        "dateModified": w3c(piece.published),
        "inLanguage": piece.language,
        "author": [{"@type": "Person", "name": piece.author}],
        "publisher": organisation,
        "image": [places.image(piece)],
        "mainEntityOfPage": places.url(piece),
    }
    match publisher.layout:
        case "magazine":
            return {"@context": "https://schema.org", "@graph": [news, organisation]}
        case "bulletin":
            return [news]
        case _:
            return news
