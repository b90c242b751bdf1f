"""Seeds read, from files and from addresses, and the profile that they make."""

from collections.abc import AsyncIterator

import pytest
from pipeline_house import CRANES, SEED, TOPIC, House, page
from servers import Route, Site, says

from monitor.errors import ConfigurationError, FetchError
from monitor.models import Profile
from monitor.pipeline.judging import profiles
from monitor.pipeline.judging.profiles import current_profile, local_seed, refuse_unreadable_seeds, standing_profile


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        yield running


async def profile(house: House) -> Profile:
    async with house.context() as context:
        return await current_profile(context, context.settings.topic(TOPIC))


async def test_the_profile_of_a_file_is_kept_once(house: House) -> None:
    first = await profile(house)
    assert [facet["name"] for facet in first.body["facets"]][1:] == ["Cranes", "Unions", "Makers"]
    again = await profile(house)
    assert again.version == first.version
    assert [kept.version for kept in house.rows(Profile)] == [first.version]


async def test_an_address_is_a_seed_and_the_last_profile_stands_in_while_it_does_not_answer(
    house: House, site: Site
) -> None:
    site.routes["/brief"] = says(page("Cranes without drivers"))
    house.topic(seeds=[site.url("/brief")])
    first = await profile(house)
    assert "dockers' union" in str(first.body)
    site.routes["/brief"] = says(b"", status=500)
    assert (await profile(house)).version == first.version
    site.routes["/brief"] = says(page("Cranes without drivers", CRANES[:3]))
    assert (await profile(house)).version != first.version
    assert len(house.rows(Profile)) == 2


@pytest.mark.parametrize(
    ("now", "because"),
    [
        (says(b"", status=500), "answered 500"),
        (says(b"<html><body></body></html>"), "the page holds no article"),
        (says(b"%PDF-1.7", content_type="application/pdf"), "not html"),
    ],
)
async def test_why_an_earlier_profile_stands_in_is_told(house: House, site: Site, now: Route, because: str) -> None:
    site.routes["/brief"] = says(page("Cranes without drivers"))
    house.topic(seeds=[site.url("/brief"), f"seeds/{TOPIC}.md"])
    async with house.context() as context:
        topic = context.settings.topic(TOPIC)
        first = await standing_profile(context, topic)
        assert first.warning == ""
        site.routes["/brief"] = now
        house.clock.move(days=2)
        later = await standing_profile(context, topic)
    assert later.profile.version == first.profile.version
    assert because in later.warning
    assert later.warning.startswith(site.url("/brief"))
    assert later.warning.endswith("its seeds as they were on 2026-11-24 stand in")


async def test_for_a_file_that_cannot_be_read_nothing_stands_in(house: House) -> None:
    await profile(house)
    for content in (b"caf\xe9", b""):
        (house.root / "seeds" / f"{TOPIC}.md").write_bytes(content)
        with pytest.raises(ConfigurationError, match="harbours"):
            await profile(house)
        async with house.context() as context:
            with pytest.raises(ConfigurationError, match="harbours"):
                refuse_unreadable_seeds(context)


async def test_an_address_that_never_answered_is_an_error(house: House, site: Site) -> None:
    house.topic(seeds=[site.url("/nowhere")])
    with pytest.raises(FetchError, match="404"):
        await profile(house)


async def test_an_address_that_holds_no_article_says_what_to_do(house: House, site: Site) -> None:
    site.routes["/empty"] = says(b"<html><body></body></html>")
    house.topic(seeds=[site.url("/empty")])
    with pytest.raises(ConfigurationError, match=r"paste its text into a \.txt file"):
        await profile(house)


def test_a_file_is_text_or_a_page(house: House) -> None:
    house.write("seeds/plain.txt", "\ufeffOnly text.")
    house.write("seeds/page.html", page("Cranes without drivers").decode())
    assert local_seed("seeds/plain.txt", house.root).text == "Only text."
    seed = local_seed("seeds/page.html", house.root)
    assert seed.text.startswith("Cranes without drivers\n\n")
    assert CRANES[0] in seed.text
    assert seed.language == "en"
    assert local_seed(f"seeds/{TOPIC}.md", house.root).text == SEED


def test_a_file_that_is_no_seed_is_named(house: House) -> None:
    (house.root / "seeds" / "latin.txt").write_bytes(b"caf\xe9")
    house.write("seeds/empty.html", "<html></html>")
    for seed, says_what in (
        ("seeds/nowhere.md", r"seeds/nowhere\.md: the seed cannot be read: No such file"),
        ("seeds", "seeds: the seed cannot be read"),
        ("seeds/latin.txt", r"seeds/latin\.txt: the seed is no UTF-8 text"),
        ("seeds/empty.html", r"seeds/empty\.html: the page holds no article"),
    ):
        with pytest.raises(ConfigurationError, match=says_what):
            local_seed(seed, house.root)


async def test_seeds_that_stayed_the_same_are_not_taken_apart_again(
    house: House, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.routes["/brief"] = says(page("Cranes without drivers"))
    house.topic(seeds=[site.url("/brief"), f"seeds/{TOPIC}.md"])
    first = await profile(house)
    with monkeypatch.context() as patched:
        patched.setattr(profiles, "build", None)
        assert (await profile(house)).version == first.version
    site.routes["/brief"] = says(page("Cranes without drivers", CRANES[:3]))
    second = await profile(house)
    assert second.version != first.version
    site.routes["/brief"] = says(page("Cranes without drivers"))
    assert (await profile(house)).version == first.version
    house.topic(seeds=[site.url("/brief"), f"seeds/{TOPIC}.md"], title="Other cranes")
    assert (await profile(house)).version not in (first.version, second.version)
    assert len(house.rows(Profile)) == 3


async def test_a_page_that_says_the_same_in_other_bytes_keeps_its_profile(house: House, site: Site) -> None:
    site.routes["/brief"] = says(page("Cranes without drivers"))
    house.topic(seeds=[site.url("/brief")])
    first = await profile(house)
    site.routes["/brief"] = says(page("Cranes without drivers") + b"<!-- drawn at noon -->")
    again = await profile(house)
    assert (again.version, again.made_of != first.made_of) == (first.version, True)
    assert [kept.made_of for kept in house.rows(Profile)] == [again.made_of]


async def test_where_files_stayed_the_same_nothing_is_taken_apart_to_see_that_they_can_be_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await profile(house)
    async with house.context() as context:
        with monkeypatch.context() as patched:
            patched.setattr(profiles, "build", None)
            refuse_unreadable_seeds(context)
        house.write(f"seeds/{TOPIC}.md", "")
        with pytest.raises(ConfigurationError, match="harbours"):
            refuse_unreadable_seeds(context)
