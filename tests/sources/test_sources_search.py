"""Addresses of keyword searches."""

from monitor.models import Source
from monitor.sources import search

TEMPLATE = "https://search.example/rss?q={query}&hl=en"


def test_the_query_is_escaped() -> None:
    source = Source("search", TEMPLATE, kind="search", query='"AI race" OR 人工智能 & more')
    assert search.address(source) == (
        "https://search.example/rss?q=%22AI%20race%22%20OR%20%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD%20%26%20more&hl=en"
    )


def test_an_address_without_a_place_for_the_query_stays() -> None:
    assert search.address(Source("search", "https://search.example/rss", kind="search", query="x")) == (
        "https://search.example/rss"
    )
