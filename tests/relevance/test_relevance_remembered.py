"""What was made of texts, remembered without the texts."""

import gc
import sys

from monitor.relevance.items import Item, words_of
from monitor.relevance.remembered import Remembered


def test_what_was_made_of_the_latest_texts_is_known() -> None:
    known = Remembered[int](2)
    for number, text in enumerate(["one", "two", "\udcff three"]):
        known.keep(text, number)
    assert [known.of(text) for text in ("one", "two", "\udcff three", "four")] == [None, 1, 2, None]
    assert len(known) == 2


def test_words_are_read_once_and_shared_by_articles_whose_texts_are_let_go() -> None:
    text = "The zephyrometer of Quantock measured a tailwind. " + "It rained on. " * 400
    item = Item("1", "A zephyrometer", text, "en")
    before = sys.getrefcount(text)
    words = words_of(item)
    assert words_of(Item("2", item.title, item.text, "en")) is words
    assert words_of(Item("1", item.title, item.text, "de")) is not words
    other = words_of(Item("3", "Another", "One more zephyrometer for Quantock.", "en"))
    assert (
        next(each for each in other.surfaces if each == "quantock") is words.surfaces[words.surfaces.index("quantock")]
    )
    gc.collect()
    assert sys.getrefcount(text) == before
