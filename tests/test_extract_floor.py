"""A floor under reading: known texts in the markup that sites put around theirs; it is never lowered silently."""

import re
from collections import Counter
from statistics import mean

import pytest
from pipeline_house import CRANES, LOAVES

from monitor.extract import extract

FLOOR = 0.99
"""Mean F1 of word 4-grams over the frames below. It was 1.0 when they were written; bare trafilatura has 0.968."""

STANDFIRST = "Forty cranes without a driver go into service, and the dockers keep their jobs after all this time."
FRAMES = {
    "semantic": """<header><nav><ul><li><a href="/">Home</a><li><a href="/world">World</a></ul></nav></header><main>
<article><h1>{title}</h1><p class="byline">By <a href="/authors/q">Ada Quay</a></p>{text}</article>
<aside><h2>Most read</h2><ol><li><a href="/1">A storm closes the northern ferry line for days</a>
<li><a href="/2">What the budget means for small towns on the coast</a></ol></aside></main>
<footer><p>© 2026 The Eastmere Courier. All rights reserved.</p><a href="/terms">Terms</a></footer>""",
    "nested blocks": """<div id="page"><div class="menu"><a href="/a">News</a> <a href="/b">Sport</a></div>
<div class="content"><div class="article-header"><h1>{title}</h1><div class="social"><a href="#">Share</a>
<a href="#">Tweet</a></div></div><div class="article-body"><div class="rte">{text}</div></div>
<div class="newsletter"><h3>Sign up</h3><p>Get our best stories in your inbox every morning.</p></div></div></div>""",
    "pointers between": """<main><article><h1>{title}</h1>{first}
<p>Read also: <a href="/3">The ferry line that nobody wanted to run any more</a></p>{rest}
<ul class="related"><li><a href="/4">Ports order cranes abroad</a><li><a href="/5">A strike that never was</a></ul>
</article></main>""",
    "figures and captions": """<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">
{title}</h1><figure><img src="/i.jpg"><figcaption>The quay at dawn. Photo: Courier</figcaption></figure>
<div itemprop="articleBody">{text}</div></article><div id="cookie"><p>We use cookies. <a href="/c">Settings</a></p>
<button>Accept all</button></div>""",
    "standfirst in the head": """<header class="story"><h1>{title}</h1><p class="dek">{standfirst}</p></header>
<section class="story-body">{text}</section><div class="comments"><h2>Comments</h2><p>Be the first to comment.</p>
</div>""",
}


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def f1(expected: str, found: str) -> float:
    one, other = grams(expected), grams(found)
    return 2 * (one & other).total() / (one.total() + other.total())


def case(frame: str, sentences: tuple[str, ...]) -> tuple[bytes, str]:
    paragraphs = [f"<p>{sentence}</p>" for sentence in sentences]
    body = FRAMES[frame].format(
        title="Forty cranes at Eastmere",
        text="\n".join(paragraphs),
        first=paragraphs[0],
        rest="\n".join(paragraphs[1:]),
        standfirst=STANDFIRST,
    )
    head = f'<title>Forty cranes at Eastmere</title><meta name="description" content="{STANDFIRST}">'
    text = (STANDFIRST, *sentences) if "standfirst" in frame else sentences
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>".encode(), "\n".join(text)


@pytest.fixture(scope="module")
def reached() -> dict[tuple[str, int], float]:
    """F1 of each frame around each text."""
    found = {}
    for frame in FRAMES:
        for number, sentences in enumerate((CRANES, LOAVES)):
            content, expected = case(frame, sentences)
            found[frame, number] = f1(expected, extract(content, "https://courier.example/cranes").text)
    return found


def test_the_mean_stands_above_its_floor(reached: dict[tuple[str, int], float]) -> None:
    assert mean(reached.values()) >= FLOOR, reached


@pytest.mark.parametrize("frame", FRAMES)
def test_no_frame_hides_its_text(reached: dict[tuple[str, int], float], frame: str) -> None:
    assert min(value for (name, _), value in reached.items() if name == frame) >= 0.95
