"""Where everything of the sample newsroom stands: each publisher's base address, and each article's path below it."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.demo.articles import Newsroom, Piece, Publisher

# Each layout writes its addresses in another way, as the systems it imitates do.
_PATHS = {
    "broadsheet": "/{date:%Y/%m/%d}/{slug}",
    "magazine": "/articles/{slug}/",
    "bulletin": "/news/{date:%Y%m%d}-{slug}.html",
    "journal": "/{date:%Y}/{slug}.html",
}


@dataclass(frozen=True, slots=True)
class Places:
    """The base address of each publisher ("http://127.2.0.1:PORT", without a slash) and all that follows from it."""

    bases: Mapping[str, str]
    layouts: Mapping[str, str]

    @classmethod
    def of(cls, newsroom: Newsroom, bases: Mapping[str, str]) -> "Places":
        """The places of a newsroom whose publishers are reached at `bases`."""
        return cls(bases, {publisher.name: publisher.layout for publisher in newsroom.publishers})

    def base(self, publisher: Publisher) -> str:
        """A publisher's address."""
        return self.bases[publisher.name]

    def path(self, piece: Piece) -> str:
        """An article's path on its publisher's site."""
        return _PATHS[self.layouts[piece.publisher]].format(date=piece.published, slug=piece.slug)

    def url(self, piece: Piece, tracking: str = "") -> str:
        """An article's address, with what a feed appends to it where it appends anything."""
        return self.bases[piece.publisher] + self.path(piece) + (f"?{tracking}" if tracking else "")

    def image_path(self, piece: Piece) -> str:
        """The path of the picture above an article."""
        return f"/images/{piece.slug}.svg"

    def image(self, piece: Piece) -> str:
        """The address of the picture above an article."""
        return self.bases[piece.publisher] + self.image_path(piece)
