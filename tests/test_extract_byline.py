"""Authors from the layout: just those that trafilatura finds in the whole page, though it is given a part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from trafilatura.metadata import extract_author

from monitor.extract.byline import _known, byline
from monitor.extract.parsing import load

FOUND = [
    *(f"<{tag} class='author'>Ada Quay</{tag}>" for tag in ("a", "address", "div", "p", "span", "strong", "h4", "em")),
    *(
        f"<span class='{name}'>Ada Quay</span>"
        for name in ("author-name", "AuthorName", "authorName", "username", "byl", "BBL", "byline", "channel-name")
    ),
    *(
        f"<p class='x {name} y'>Ada Quay</p>"
        for name in ("zuozhe", "bianji", "xiaobian", "submitted-by", "posted-by", "journalist-name")
    ),
    *(f"<b class='{name}'>Ada Quay</b>" for name in ("screenname", "writer", "Byline", "theAuthors")),
    *(f"<b {name}>Ada Quay</b>" for name in ("itemprop='author name'", "data-component='TheByline'", "id='Author1'")),
    *(f"<a {name}>Ada Quay</a>" for name in ("rel='author'", "data-testid='AuthorCard'", "data-testid='AuthorURL'")),
    "<author>Ada Quay</author>",
    "<p id='author'>By <b class='writer'>Ada Quay</b> and Ben Oak</p>",
    "<o:p @click='x'><div :class='y'><span class='author'>Ada Quay</span></div></o:p>",
    "<div class='author'>x</div><div class='author'>Ada Quay</div>",
]
REJECTING = [
    *(f"<{tag}>" for tag in ("time", "figure")),
    *(
        f"<{tag} {name}>"
        for tag in ("a", "div", "section", "span", "p", "li")
        for name in ("id='comments'", "class='comments'", "class='sidebar'", "data-component='Figure'", "class='quote'")
    ),
]


def by_the_library(page: str) -> tuple[str, ...]:
    line = extract_author(load(page))
    return tuple(line.split("; ")) if line else ()


@pytest.mark.parametrize("markup", FOUND)
def test_an_author_is_found_where_the_library_finds_one(markup):
    page = f"<html><body><article><h1>Ferry</h1>{markup}<p>The ferry is late.</p></article></body></html>"
    found = byline(load(page), "")
    assert found == by_the_library(page)
    assert "Ada Quay" in " ".join(found)


@given(st.lists(st.sampled_from([*FOUND, *REJECTING, "</div>", "</section>", "<p>Text", "<footer>"]), max_size=12))
def test_whatever_surrounds_it_the_library_decides(pieces):
    page = f"<html><body>{''.join(pieces)}</body></html>"
    assert byline(load(page), "") == by_the_library(page)


def test_the_page_stays_as_it_is():
    tree = load(f"<html><body><div class='sidebar'>{FOUND[0]}</div>tail</body></html>")
    before = etree.tostring(tree)
    byline(tree, "")
    assert etree.tostring(tree) == before


def test_a_value_of_megabytes_is_not_remembered():
    before = _known.cache_info().currsize
    byline(load(f"<html><body><p class='{'x' * 1_000_000}'>Text</p></body></html>"), "")
    assert _known.cache_info().currsize == before
