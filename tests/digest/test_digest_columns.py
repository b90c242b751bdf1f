import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.columns import WIDTH, width, wrapped


@given(st.text(max_size=400))
def test_no_word_is_lost_and_no_line_too_wide(text):
    lines = wrapped(text, "   ").split("\n")

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= WIDTH or "http" in line for line in lines)


def test_an_address_stays_whole():
    address = "https://example.org/" + "a" * 100

    assert address in wrapped(f"see {address} for more", "- ").split("\n")[1]


@pytest.mark.parametrize("text", ["word " * 40, "港口管理局自周一起使用程序统计抵港船只的数量，" * 8])
def test_lines_are_filled_and_indented(text):
    lines = wrapped(text, "1. ").split("\n")

    assert lines[0].startswith("1. ")
    assert all(line.startswith("   ") for line in lines[1:])
    assert all(width(line) > WIDTH - 8 for line in lines[:-1])
    assert not any(line.strip().startswith("，") for line in lines)


def test_wide_characters_and_marks_are_counted_as_shown():
    assert width("中文") == 4
    assert width("e\u0301") == 1
