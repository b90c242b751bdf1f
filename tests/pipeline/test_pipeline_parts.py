"""Which worker asks which host, decided without asking anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigurationError
from monitor.pipeline.reading.parts import Part, batch, granted, lease_of

URLS = [f"https://paper{number}.example/news" for number in range(60)]
PARTS = st.integers(1, 50).flatmap(lambda of: st.builds(Part, st.integers(1, of), st.just(of)))


def same(url: str) -> str:
    return url


def owned(part: Part) -> list[str]:
    return [url for url in URLS if part.distance(lease_of(url)) == 0]


def test_a_part_is_written_as_which_of_how_many() -> None:
    assert Part.of_text("") == Part(1, 1)
    assert Part.of_text("2/3") == Part(2, 3)
    assert (Part(1, 1).lease, Part(2, 3).lease) == ("collect", "collect 2/3")
    for wrong in ("0/2", "3/2", "1", "1/", "a/b", "1/2/3", "-1/2", " 1/2"):
        with pytest.raises(ConfigurationError, match="write which of how many workers this is"):
            Part.of_text(wrong)


def test_each_host_is_one_parts_own() -> None:
    shares = [set(owned(Part(number, 3))) for number in (1, 2, 3)]
    assert set.union(*shares) == set(URLS)
    assert sum(map(len, shares)) == len(URLS)
    assert all(len(share) > 10 for share in shares)


def test_a_host_stays_with_its_part_on_every_machine() -> None:
    assert [Part(1, 4).distance(lease_of(url)) for url in URLS[:8]] == [0, 0, 2, 3, 2, 2, 1, 3]


def test_it_begins_with_its_own_and_goes_on_with_what_nobody_asks() -> None:
    part = Part(1, 2)
    mine = owned(part)
    others = [url for url in URLS if url not in mine]
    assert batch(part, URLS, same, (), 100) == mine
    assert batch(part, URLS, same, (), 5) == mine[:5]
    taken = {lease_of(url) for url in [*mine, others[0]]}
    assert batch(part, URLS, same, taken, 100) == others[1:26]
    assert batch(part, URLS, same, {lease_of(url) for url in URLS}, 100) == []
    assert batch(part, others, same, (), 1) == others[:1]
    assert batch(part, URLS, same, (), 0) == []


def test_one_site_is_one_lease_whatever_name_leads_there() -> None:
    assert len({lease_of(url) for url in ("https://paper.example/a", "http://www.paper.example:81/b")}) == 1
    assert lease_of("https://wwwpaper.example/") != lease_of("https://paper.example/")
    assert lease_of("mid:one@mail.example") != lease_of("mid:two@mail.example")
    assert granted(URLS, same, {lease_of(URLS[3])}) == [URLS[3]]


@given(part=PARTS, url=st.text(max_size=300))
def test_any_address_is_somebodys(part: Part, url: str) -> None:
    assert 0 <= part.distance(lease_of(url)) < part.of
