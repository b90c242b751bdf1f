"""Seeds to a profile: the facets of what a reader cares about, in words that a reader can check.

A profile is kept as plain JSON (facets with their names and sentences, terms added and muted); what is computed from it
is `Interest`, made anew wherever articles are judged. Its version is the hash of all that went into it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from monitor.models import Profile, Terms, Topic
from monitor.relevance.passages import Passage, Passages, take_apart
from monitor.text import Vectors, Words, document_share, guess_language, read, sentences

# Grows with whatever makes another profile of the same seeds: those kept of another format are made anew.
_FORMAT = 3
# A facet of a pasted article is some 150 words, at most eight of them: fewer blur, more only tell paragraphs apart.
_FACET_WORDS = 150
_ARTICLE_FACETS = 8
# A brief of more facets than this, or a seed of more words, is a book: its first part says what it is about.
_MOST_FACETS = 40
# What an article says so often it comes back to. Of 183 words that name 61 facets of nine real articles 59 were said
# once ("repurposed, fourteenth, freed") and seven names held a figure, by weight alone; so chosen two, and none.
_COMES_BACK = 3
MOST_WORDS = 20_000
_PASSAGES_TO_CLUSTER = 60
_HEADLINE = range(55, 101)  # characters; shorter ones are names of sections, longer ones sentences
_LIST_MARKS = ("-", "*", "•", "–")
_STOPS, _CLOSING = ".!?…:。！？", "\"'”’»›)]】」』）"
# A brief also says what it leaves out ("gaming news matters only when ..."); those words must not draw such news in.
_LIMIT = re.compile(
    r"""\b(?:matters?\s+only|only\s+(?:matters?|when|where|if)|do(?:es)?\s+not\s+(?:want|matter|interest|care)|
    don't\s+(?:want|care)|not\s+interested|no\s+interest\s+in|leave\s+out|leaves\s+out|ignore|exclud(?:e|ing)|
    nur\s+wenn|nicht\s+interessiert|seulement\s+si|sólo\s+si|solo\s+si)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class SeedText:
    """A seed as plain text; `name` is its path or address, for messages."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of an interest: its name, its sentences, and the words of those.

    A sentence of two lines is a headline and what stands under it.
    """

    name: str
    sentences: tuple[str, ...]
    words: Words


@dataclass(frozen=True, slots=True)
class Interest:
    """A profile ready to judge with: its facets, and words that the topic adds ("" for any language) or mutes.

    `brief` tells that a seed names its facets one a line, so that they are all that is meant.
    """

    title: str
    facets: tuple[Facet, ...]
    added: tuple[Words, ...]
    muted: frozenset[str]
    brief: bool = False


def build(topic: Topic, seeds: Sequence[SeedText], now: datetime | None = None) -> Profile:
    """The profile of a topic; equal seeds and terms give an equal version, whenever it was made.

    Raises ConfigurationError, naming the topic or the seed, where there is no seed, or one that is empty or no text.
    """
    facets: list[dict[str, Any]] = []
    limits: list[str] = []
    brief = False
    for seed in seeds:
        parts = take_apart(seed.name, " ".join(seed.text.split(" ")[:MOST_WORDS]))
        brief = brief or parts.brief
        found, outside = _facets(seed, parts)
        facets.extend(found)
        limits.extend(outside)
    if not facets:
        take_apart(f"of topic {topic.name}", "")
    body: dict[str, Any] = {
        "format": _FORMAT,
        "title": topic.title,
        "facets": facets[:_MOST_FACETS],
        "brief": brief,
        "limits": limits,
        "terms": _terms(topic),
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    version = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    made_at = now or datetime.now(UTC)
    return Profile.model_validate({"topic": topic.name, "version": version, "body": body, "made_at": made_at})


def mark(topic: Topic, found: Sequence[bytes]) -> str:
    """A hash of what a profile is made of: the topic's own words, and its seeds as they were found, in their order."""
    made_of = hashlib.sha256(json.dumps([_FORMAT, topic.title, _terms(topic)], sort_keys=True).encode())
    for content in found:
        made_of.update(hashlib.sha256(content).digest())
    return made_of.hexdigest()


def _terms(topic: Topic) -> dict[str, dict[str, list[str]]]:
    """What a reader added and muted, by language."""
    return {
        language: {"add": list(terms.add), "mute": list(terms.mute)} for language, terms in sorted(topic.terms.items())
    }


def _facets(seed: SeedText, parts: Passages) -> tuple[list[dict[str, Any]], list[str]]:
    """The facets of a seed, and the sentences of a brief that say what the reader does not want."""
    everything = "\n".join(passage.text for passage in parts.passages)
    language = seed.language or guess_language(everything)
    passages = list(parts.passages) if parts.brief else _clustered(parts, language)
    said_often = Counter(read(everything, language).terms)
    facets: list[dict[str, Any]] = []
    limits: list[str] = []
    for passage in passages:
        said = [told for piece in passage.text.split("\n\n") for told in _told(piece, language)]
        outside = [sentence for sentence in said if parts.brief and _LIMIT.search(sentence)]
        kept = [sentence for sentence in said if sentence not in outside] or said
        limits.extend(sentence for sentence in outside if sentence not in kept)
        if kept:
            name = passage.name or _name(passage.text, language, said_often)
            facets.append({"name": name, "language": language, "sentences": kept})
    return facets, limits


def _told(piece: str, language: str) -> list[str]:
    """The sentences of a piece, a paragraph a line; a headline and the sentence under it are one, of two lines.

    They say one thing, which by itself the headline would count for twice: with the project's article as seed average
    precision fell from 0.858 to 0.853 by that.
    """
    long = [line for line in piece.split("\n") if len(line) in _HEADLINE and line.rstrip(_CLOSING)[-1:] not in _STOPS]
    headlines = {sentences(line, language)[-1] for line in long}
    told: list[str] = []
    before = ""
    for sentence in sentences(piece, language):
        if before in headlines and not sentence.startswith(_LIST_MARKS):
            told[-1] += f"\n{sentence}"
        else:
            told.append(sentence)
        before = sentence
    return told


def _clustered(parts: Passages, language: str) -> list[Passage]:
    """The paragraphs of an article joined to facets by average linkage over their TF-IDF cosines."""
    pieces = _pieces([passage.text for passage in parts.passages])
    total = sum(len(piece.split()) for piece in pieces)
    wanted = min(_ARTICLE_FACETS, max(1, round(total / _FACET_WORDS)))
    if wanted == 1 or len(pieces) <= wanted:
        texts = ["\n".join(pieces)] if wanted == 1 else pieces
        return [Passage("", text) for text in texts]
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - only a pasted article needs it
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    words = [read(piece, language) for piece in pieces]
    rows = Vectors.fit(words).transform(words).toarray()
    distances = (1.0 - rows @ rows.T).clip(0.0)
    distances = (distances + distances.T) / 2
    for at in range(len(pieces)):
        distances[at, at] = 0.0
    labels = fcluster(linkage(squareform(distances, checks=False), "average"), wanted, "maxclust")
    groups: dict[int, list[str]] = {}
    for label, piece in zip(labels.tolist(), pieces, strict=True):
        groups.setdefault(label, []).append(piece)
    return [Passage("", "\n\n".join(group)) for group in groups.values()]


def _pieces(paragraphs: list[str]) -> list[str]:
    """Paragraphs joined to at least 30 words, and to at most `_PASSAGES_TO_CLUSTER` pieces in all."""
    total = sum(len(paragraph.split()) for paragraph in paragraphs)
    least = max(30, total // _PASSAGES_TO_CLUSTER)
    pieces: list[str] = []
    length = least
    for paragraph in paragraphs:
        if length >= least:
            pieces.append(paragraph)
            length = 0
        else:
            pieces[-1] += "\n" + paragraph
        length += len(paragraph.split())
    return pieces


def facet_terms(profile: Profile, count: int = 8) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each facet's name with its `count` heaviest terms, as it writes them most often."""
    return tuple((facet.name, _heaviest(facet.words)[:count]) for facet in interest(profile).facets)


def _name(text: str, language: str, said_often: Counter[str]) -> str:
    """A short phrase for a facet nobody named: its three heaviest terms, first those that the seed comes back to."""
    heaviest = _heaviest(read(text, language), said_often)
    return ", ".join([term for term in heaviest if not term[0].isdigit()][:3]) or text[:40]


def _heaviest(words: Words, said_often: Counter[str] | None = None) -> tuple[str, ...]:
    """The terms that tell a text from others, heaviest first, each as it is written most often.

    What is `said_often` in all that the text is a part of weighs as much more, `_COMES_BACK` times at most.
    """
    counts = Counter(words.terms)
    forms: dict[str, Counter[str]] = {}
    for term, surface in zip(words.terms, words.surfaces, strict=True):
        forms.setdefault(term, Counter())[surface] += 1
    shown = {term: forms[term].most_common(1)[0][0] for term in counts if not term.isdigit()}
    times = {term: min(said_often[term], _COMES_BACK) if said_often else 1 for term in shown}
    weights = {
        term: (counts[term] ** 0.5) * times[term] / (0.01 + document_share(surface, words.language))
        for term, surface in shown.items()
    }
    return tuple(shown[term] for term in sorted(weights, key=lambda term: (-weights[term], term)))


def interest(profile: Profile) -> Interest:
    """What a profile's body says, ready to judge with."""
    return _interest(json.dumps(profile.body, sort_keys=True))


@lru_cache(maxsize=64)
def _interest(text: str) -> Interest:
    body = json.loads(text)
    facets = tuple(
        Facet(facet["name"], tuple(facet["sentences"]), read("\n".join(facet["sentences"]), facet["language"]))
        for facet in body["facets"]
    )
    usual = Counter(facet.words.language for facet in facets).most_common(1)[0][0] if facets else ""
    terms = {language: Terms(tuple(value["add"]), tuple(value["mute"])) for language, value in body["terms"].items()}
    added = [read(term, language or usual) for language, value in terms.items() for term in value.add]
    muted = [read(term, language or usual) for language, value in terms.items() for term in value.mute]
    return Interest(
        body["title"],
        facets,
        tuple(words for words in added if words.terms),
        frozenset(term for words in muted for term in words.terms),
        body["brief"],
    )
