"""A search saved as a topic in two clicks: one that shows what it would be, and one that writes it."""

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from monitor.errors import ConfigurationError
from monitor.pipeline.topics.saving import proposed_name, save_search, topic_of_search
from monitor.store.articles import articles_of
from monitor.store.query import query_of, written
from monitor.store.search import search
from monitor.web.finding import Asked, asked_of
from monitor.web.forms import OwnForm
from monitor.web.house import Here, House
from monitor.web.pages import page, seen, teller
from monitor.web.shown import parts_of
from monitor.web.topics import changed

router = APIRouter()

# The best answers, of which the first few are taken for what is looked for.
OFFERED, CHOSEN = 10, 3
LONGEST_TITLE = 120


@router.get("/search/save")
def offer(request: Request, house: Here) -> Response:
    """What a search would be as a topic: its name, its words, and which of its answers say what is looked for."""
    return _form(request, house, asked_of(house, request.query_params))


@router.post("/search/save")
def save(request: Request, house: Here, fields: OwnForm) -> Response:
    """Write the topic."""
    asked = asked_of(house, fields)
    if not query_of(asked.words).groups:
        raise HTTPException(400, "A search without a word is no topic.")
    name, title = str(fields.get("name", "")).strip(), str(fields.get("title", ""))[:LONGEST_TITLE]
    with house.database.reading() as session:
        answers = articles_of(session, _chosen(fields))
    topic = topic_of_search(name, title, asked.words, [asked.source] if asked.source else [])
    try:
        save_search(house.settings, topic, answers)
    except ConfigurationError as error:
        return _form(request, house, asked, refused=str(error), name=name, title=title)
    return changed(house, name, "search")


def _form(
    request: Request, house: House, asked: Asked, *, refused: str = "", name: str = "", title: str = ""
) -> Response:
    if not query_of(asked.words).groups:
        return seen("/search")
    with house.database.reading() as session:
        hits = search(session, asked.words, filters=asked.filters(house.zone), limit=OFFERED)
    shows = teller(house)
    return page(
        request,
        house,
        "save_search",
        400 if refused else 200,
        asked=asked,
        refused=refused,
        name=name or proposed_name(_title(asked.words), [each.name for each in house.settings.topics]),
        title=title or _title(asked.words),
        topic=topic_of_search("search", "", asked.words),
        answers=[(shows.article(hit.article), parts_of(hit.snippet.text, hit.snippet.marks)) for hit in hits],
        chosen=CHOSEN,
        longest=LONGEST_TITLE,
    )


def _title(words: str) -> str:
    """What a search wants as a title."""
    wanted = [group for group in written(words) if not group[0].unwanted]
    plain = " ".join(" or ".join(term.text for term in group) for group in wanted)[:LONGEST_TITLE]
    return plain[:1].upper() + plain[1:]


def _chosen(fields: FormData) -> list[int]:
    given = [str(each) for each in fields.getlist("answer")[:OFFERED]]
    return list(dict.fromkeys(int(each) for each in given if each.isascii() and each.isdigit() and len(each) <= 9))
