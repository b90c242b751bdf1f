"""Markup to plain text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.markup import line, paragraphs


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Plain", "Plain"),
        ("  two\n words\u00a0here ", "two words here"),
        ("AT&amp;T", "AT&T"),
        ("x &nbsp; &copy; & y", "x © & y"),
        ("&#8220;So&#X201D; &#39;it&#39; goes", "“So” 'it' goes"),
        ("a <b>bold</b> claim", "a bold claim"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("List<T> in C#", "List<T> in C#"),
        ("1 < 2 &amp; 3 > 2", "1 < 2 & 3 > 2"),
        ("a history of the &lt;blink&gt; tag", "a history of the <blink> tag"),
        ("&lt;p&gt;Escaped twice&lt;/p&gt;", "Escaped twice"),
        ("<script>steal()</script><style>p{}</style>seen", "seen"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("one<br/>two", "one two"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<!-- hidden -->", ""),
        ("<b>unclosed", "unclosed"),
        ("</div>", ""),
        ("Itâ€™s MÃ¼nchen", "It’s München"),
        ("don\x92t", "don’t"),
        ("Ã la carte", "Ã la carte"),
        ("zero\u200dwidth", "zero\u200dwidth"),
    ],
)
def test_line(value: str, expected: str) -> None:
    assert line(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("One\n\n\nTwo\n \nThree\nthree", "One\n\nTwo\n\nThree three"),
        ("<p>One\none</p>\n<p>Two</p>", "One one\n\nTwo"),
        ("One<br><br>Two<br>two", "One\n\nTwo two"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<h2>Head</h2>Text <em>here</em>.<p></p>", "Head\n\nText here."),
        ("", ""),
    ],
)
def test_paragraphs(value: str, expected: str) -> None:
    assert paragraphs(value) == expected


@given(st.text() | st.text("<>&;/pbrscitdiv=\"' \né&#x3C", max_size=60))
def test_text_is_folded_whatever_comes(value: str) -> None:
    value = value.encode("utf-8", "ignore").decode()
    found = line(value)
    assert found == " ".join(found.split())
    assert "\n\n\n" not in paragraphs(value)


@given(st.text("ab <>&;", max_size=30))
def test_no_tag_survives(text: str) -> None:
    assert "<script" not in line(f"{text}<script src='//x.example'></script>{text}&lt;script&gt;")


@pytest.mark.parametrize("before", ["<script>never closed", "<p>One<p>Two", "&lt;svg&gt;<title>", "\x00<b>"])
def test_nothing_of_a_text_is_left_over_for_the_next(before: str) -> None:
    line(before)
    assert paragraphs("<p>One</p>two") == "One\n\ntwo"


def test_texts_are_read_side_by_side() -> None:
    texts = [f"<p>{number}</p>" * 200 + f"<b>{number}</b>" for number in range(64)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(line, texts))
    assert [set(text.split()) for text in found] == [{str(number)} for number in range(64)]
