"""Plain text in columns: wrapped by the width that characters take on a screen, addresses left whole."""

import unicodedata
from collections.abc import Iterator

# Mail programs and terminals show 80; 72 leaves room for being quoted (RFC 3676, 4.2).
WIDTH = 72
# Marks that no Chinese or Japanese line begins with (JIS X 4051).
_NEVER_FIRST = "、。，．！？：；）〉》」』】〕”’…ー々"


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """The text in lines of at most 72 columns, the first starting with `first`, the others with `rest`.

    Words are kept whole where they fit on a line; Chinese and Japanese, which have no spaces, break between characters;
    an address is never broken, since a broken one leads nowhere.
    """
    indent = " " * width(first) if rest is None else rest
    lines: list[str] = []
    line = first
    empty = True
    for piece in _pieces(text):
        glue = "" if empty or not piece.startswith(" ") else " "
        word = piece.lstrip(" ")
        if not empty and width(line + glue + word) > WIDTH:
            lines.append(line.rstrip())
            line, glue = indent, ""
        line += glue + word
        empty = False
    lines.append(line.rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """The columns that a text takes: two for a wide character, none for a mark on another."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _pieces(text: str) -> Iterator[str]:
    """What may not be broken, each with the space before it if there is one."""
    for word in text.split():
        if word.startswith(("http://", "https://")) or (word.isascii() and len(word) <= WIDTH // 2):
            yield f" {word}"
        else:
            yield from _broken(f" {word}")


def _broken(word: str) -> Iterator[str]:
    """A word in pieces between which a line may end: after a wide character, and at worst every half line."""
    piece = ""
    for char in word:
        wide = _columns(char) == 2 and char not in _NEVER_FIRST
        if piece.strip() and (wide or width(piece) >= WIDTH // 2):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece
