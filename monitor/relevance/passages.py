"""Seed text to passages: what the seed says, without what its page said around it.

A seed is either a brief, that is a list with one facet a line (`- Name: explanation`) under a leading paragraph, or a
pasted article, whose newsletter box, photograph credit and share line are left out.
"""

import re
from dataclasses import dataclass

from monitor.errors import ConfigurationError

_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(?:[-*•–]|\d{1,2}[.)])\s+(.+)$")
_NAMED = re.compile(r"^\**([^:：*]{2,60}?)\**\s*[:：]\**\s*(\S.*)$", re.DOTALL)
_EMPHASIS = re.compile(r"\*\*|__|`")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")

# What pages wrap round an article, in the words such boxes are written in; only short paragraphs are tried.
_BOILERPLATE = re.compile(
    r"""\b(?:newsletters?|sign\s+up|subscribe|subscription|privacy\s+(?:policy|notice)|cookies?\b.*\b(?:accept|policy)|
    protects?\s+your\s+data|all\s+rights\s+reserved|advertisement|share\s+(?:this|on|via)\b|follow\s+us|read\s+more|
    most\s+(?:read|viewed)|related\s+(?:articles|stories|topics)|getty\s+images|this\s+article\s+(?:was|is)\s+amended|
    click\s+here|download\s+(?:our|the)\s+app|abonnieren|datenschutz|s'abonner|suscríbete)\b
    |^(?:photo(?:graph)?s?|image|illustration|picture|video|credit|source|foto|bild)\s*(?:\bby\b|credit|:)
    |^by\s+\S+(?:\s+\S+){0,4}$|^\S+@\S+$|^(?:©|\(c\)\s)""",
    re.IGNORECASE | re.VERBOSE,
)
_SHORT_WORDS = 35
# Share of characters that no text holds (controls, replacement marks) above which the seed was no text at all.
_NOISE = 0.02
_ITEMS_OF_A_BRIEF = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a seed: the name its author gave it, or "", and what it says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Passages:
    """A seed taken apart. `brief` tells that its author wrote one facet a line, so that each passage is a facet."""

    title: str
    brief: bool
    passages: tuple[Passage, ...]


def take_apart(name: str, text: str) -> Passages:
    """The passages of the seed called `name`.

    Raises ConfigurationError, naming the seed, where it holds no word or is no text.
    """
    text = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    _check(name, text)
    title, lines = _title(text.split("\n"))
    items, rest = _items(lines)
    if len(items) >= _ITEMS_OF_A_BRIEF and _words(items) > 0.4 * (_words(items) + len(" ".join(rest).split())):
        lead = " ".join(" ".join(rest).split())
        general = (Passage(title, lead),) if lead else ()
        return Passages(title, brief=True, passages=(*general, *items))
    return Passages(title, brief=False, passages=tuple(Passage("", text) for text in _article(title, lines)))


def _check(name: str, text: str) -> None:
    if not any(character.isalnum() for character in text):
        message = f"seed {name} is empty: write what you want to read about, or paste an article into it"
        raise ConfigurationError(message)
    noise = sum(
        1 for character in text if character in "\ufffd\x00" or (ord(character) < 32 and character not in "\n\t\f")
    )
    if noise > _NOISE * len(text):
        message = f"seed {name} is no text (a picture, a PDF or an archive?): give it as .md, .txt or .html"
        raise ConfigurationError(message)


def _title(lines: list[str]) -> tuple[str, list[str]]:
    """The seed's title, its first heading or a first short line that stands alone, and the other lines, plain."""
    title, kept = "", []
    for line in lines:
        heading = _HEADING.match(line.strip())
        if heading is None:
            kept.append(_LINK.sub(r"\1", _EMPHASIS.sub("", line)))
        elif not title:
            title = heading.group(1)
        else:
            kept.extend(["", heading.group(1), ""])
    if title:
        return title, kept
    first = next((at for at, line in enumerate(kept) if line.strip()), 0)
    alone = first + 1 >= len(kept) or not kept[first + 1].strip()
    if alone and len(kept[first].split()) <= _SHORT_WORDS and not _ITEM.match(kept[first].strip()):
        return kept[first].strip(), kept
    return "", kept


def _items(lines: list[str]) -> tuple[list[Passage], list[str]]:
    """The list items, each with the indented lines that go on with it, and the lines that are none."""
    items: list[str] = []
    rest: list[str] = []
    within = False
    for line in lines:
        match = _ITEM.match(line.strip())
        if match and not line.startswith("    "):
            items.append(match.group(1))
            within = True
        elif within and line.strip() and line[:1].isspace():
            items[-1] += " " + line.strip()
        else:
            within = False
            rest.append(line)
    return [_passage(item) for item in items], rest


def _passage(item: str) -> Passage:
    named = _NAMED.match(item)
    if named:
        return Passage(named.group(1).strip(), f"{named.group(1).strip()}: {named.group(2).strip()}")
    return Passage(item.strip(" .") if len(item.split()) <= 8 else "", item)


def _words(passages: list[Passage]) -> int:
    return sum(len(passage.text.split()) for passage in passages)


def _article(title: str, lines: list[str]) -> list[str]:
    """The paragraphs of an article, without boilerplate and without saying anything twice."""
    text = "\n".join(lines)
    paragraphs = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else lines
    folded = [" ".join(paragraph.split()) for paragraph in paragraphs]
    told = [paragraph for paragraph in dict.fromkeys(folded) if any(map(str.isalnum, paragraph))]
    kept = [paragraph for paragraph in told if not _is_boilerplate(paragraph)]
    return kept or told or [title]


def _is_boilerplate(paragraph: str) -> bool:
    return len(paragraph.split()) <= _SHORT_WORDS and _BOILERPLATE.search(paragraph) is not None
