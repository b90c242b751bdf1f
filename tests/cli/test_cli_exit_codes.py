"""How commands end: 0 done, 1 too much failed, 2 could not run; and what is said on which stream."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline_house import CRANES, DESK, LOAVES, House, apart, item, mail_channel, page, rss
from servers import Site, says

from monitor import __main__ as program
from monitor.errors import ConfigurationError
from monitor.pipeline import indexing
from monitor.pipeline.context import clock
from monitor.store.database import Database

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the program in this process, in the house's root: its exit code, and what it said on either stream."""
    monkeypatch.chdir(house.root)
    monkeypatch.setenv("PYTHONSAFEPATH", "")  # the program sets it for all that it starts, and other tests start more

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["monitor", *map(str, arguments)])
        try:
            program.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def site(house: House) -> Iterator[Site]:
    """A site with one feed, and a house of today that reads it."""
    house.clock.time = clock()
    with apart(Site("127.1.0.1")) as running:
        running.routes["/feed"] = says(rss(item(running.url("/1"), published=None)), content_type="application/xml")
        running.routes["/1"] = says(page("Cranes without drivers"))
        yield running


def declare(house: House, site: Site, well: int, broken: int) -> None:
    urls = {f"well-{number}": site.url(f"/feed?{number}") for number in range(well)}
    urls |= {f"broken-{number}": site.url(f"/broken-{number}") for number in range(broken)}
    house.sources(**urls)


@pytest.mark.parametrize(
    ("sources", "options", "code"),
    [((1, 0), (), 0), ((0, 1), (), 1), ((4, 1), (), 0), ((4, 1), ("--strict",), 1), ((3, 1), (), 1)],
)
def test_a_collect_fails_where_more_than_a_fifth_failed_or_any_where_it_is_strict(
    house: House, site: Site, run: Run, sources: tuple[int, int], options: tuple[str, ...], code: int
) -> None:
    well, broken = sources
    declare(house, site, well, broken)
    ended, out, err = run("collect", "--json", *options)
    assert ended == code
    tally = json.loads(out)
    assert (tally["sources"]["polled"], tally["sources"]["failed"]) == (well + broken, broken)
    assert [failure["source"] for failure in tally["failures"]] == [f"broken-{number}" for number in range(broken)]
    assert err == ""


def test_for_a_person_failures_are_listed_beside_the_result(house: House, site: Site, run: Run) -> None:
    declare(house, site, 1, 1)
    code, out, err = run("collect")
    assert code == 1
    assert "sources asked" in out
    assert "broken-0: " in err
    assert "404" in err
    assert "broken-0" not in out


def a_digest(house: House, channel: str, name: str) -> None:
    house.clock.time = clock()
    house.monitor(channel)
    house.digest(channels=[name])
    house.keep("cranes", stored_at=house.clock.move(seconds=-5))
    house.collected()


def test_a_digest_that_was_sent_is_a_success(house: House, run: Run) -> None:
    a_digest(house, DESK, "desk")
    code, out, _ = run("digest", "--now", "--json")
    assert code == 0
    (digest,) = json.loads(out)["digests"]
    assert (digest["digest"], digest["items"]) == ("morning", 1)
    assert (house.root / digest["path"]).is_file()
    assert digest["deliveries"] == [{"channel": "desk", "recipient": "var/digests", "state": "sent"}]
    code, out, _ = run("digest", "--now")
    assert code == 0
    assert "Nothing relevant: no new article was read" in out


@pytest.mark.parametrize(
    "arguments", [("digest", "--now"), ("digest", "--now", "--json"), ("digest",), ("run",), ("check",)]
)
def test_a_digest_that_reaches_nobody_is_no_success_and_says_why(
    house: House, run: Run, arguments: tuple[str, ...]
) -> None:
    a_digest(house, '[channels.reader]\nkind = "email"\nhost = "127.0.0.1"\nfrom = "monitor@a.example"\n', "reader")
    code, out, err = run(*arguments)
    assert code == 1
    said = out if arguments == ("check",) else err
    (line,) = [each for each in said.splitlines() if "reaches nobody" in each]
    assert 'channels.reader: digest "morning"' in line
    assert "name another channel" in line
    assert "nothing to tell" not in out


def test_a_delivery_that_failed_is_none_and_neither_is_sending_it_again_in_vain(house: House, run: Run) -> None:
    a_digest(house, mail_channel(9), "analyst")  # port 9 of loopback: nobody listens
    code, out, _ = run("digest", "--now")
    assert code == 1
    assert "failed" in out
    code, out, _ = run("deliveries", "--json")
    assert code == 0
    (delivery,) = json.loads(out)["deliveries"]
    assert delivery["state"] == "failed"
    assert run("deliveries", "--resend", delivery["id"])[0] == 1
    code, _, err = run("deliveries", "--resend", 99)
    assert (code, err.count("\n")) == (2, 1)


def test_a_digest_composed_before_is_said_to_be_and_its_deliveries_are_told_once(house: House, run: Run) -> None:
    a_digest(house, DESK, "desk")
    code, first, _ = run("digest")
    assert (code, "1 story from 1 article" in first, "deliveries" in first) == (0, True, True)
    code, again, _ = run("digest")
    assert code == 0
    assert again.startswith("morning: composed before, ")
    assert "1 story from 1 article; `monitor digest --digest morning --now` tells what came since" in again
    assert "deliveries" not in again
    (told,) = json.loads(run("digest", "--json")[1])["digests"]
    assert (told["earlier"], told["composed_at"][:10]) == (True, f"{clock():%Y-%m-%d}")


def test_a_failed_delivery_of_a_digest_composed_before_is_told_again(house: House, run: Run) -> None:
    a_digest(house, mail_channel(9), "analyst")
    assert run("digest")[0] == 1
    code, again, _ = run("digest")
    assert code == 1
    assert "composed before" in again
    assert "failed" in again


def test_what_lies_in_the_folder_of_a_command_is_not_taken_for_a_part_of_the_program(house: House, site: Site) -> None:
    declare(house, site, 1, 0)
    for name in ("monitor/__init__.py", "trafilatura.py", "json.py"):
        house.write(name, 'raise RuntimeError("imported from the folder")\n')
    ended = subprocess.run(
        [Path(sys.executable).with_name("monitor"), "collect", "--json"],
        cwd=house.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["articles"]["stored"] == 1


def test_a_table_that_would_be_empty_is_a_line_that_says_so(house: House, run: Run) -> None:
    assert run("search", "zeppelins") == (0, "found: nothing that is kept holds these words\n", "")
    house.sources(wire="https://wire.example/")
    house.keep("zeppelins", source="paper")
    none = "found: nothing that is kept holds these words, asked with --topic harbours --source wire --language en\n"
    narrow = ("--language", "en", "--source", "wire", "--topic", "harbours")
    assert run("search", "zeppelins", *narrow) == (0, none, "")
    house.sources()
    assert run("sources") == (0, "sources: none is declared; `monitor sources --add ADDRESS` declares one\n", "")
    assert run("deliveries")[1] == "deliveries: none\n"


@pytest.mark.parametrize("command", [("collect",), ("digest", "--now"), ("run",)])
def test_what_ends_with_1_for_an_earlier_delivery_says_which(house: House, run: Run, command: tuple[str, ...]) -> None:
    house.keep("cranes", 0.9)
    house.monitor(DESK)
    house.digest(schedule="0 7 1 1 *")
    assert run("digest", "--now")[0] == 0
    with house.database() as database, database.writing() as session:
        session.connection().exec_driver_sql("UPDATE delivery SET state = 'sending', changed_at = '2026-01-01'")
    code, _, err = run(*command)
    assert code == 1
    assert err.count("desk to var/digests: unknown: interrupted while sending") == 1
    assert "`monitor deliveries`" in err


def test_a_word_to_be_left_out_of_a_search_needs_no_quotation_marks(house: House, run: Run) -> None:
    house.keep("quay")
    house.keep("crane")
    found = run("search", "happened", "--limit", "5", "--json")
    assert found[0] == 0
    assert run("search", "happened", "-health", "-phone", "--limit", "5", "--json") == found
    without = run("search", "happened", "-quay", "--json")
    assert run("search", "happened -quay", "--json") == without != found
    assert run("search", "happened", "--", "-quay", "--json")[0] == 0
    assert "Usage: " in run("search", "-h")[1]
    assert run("search", "happened", "--langauge", "en")[0] == 2


def test_what_a_source_added_lists_stands_line_by_line(site: Site, run: Run) -> None:
    code, out, _ = run("sources", "--add", site.url("/feed"))
    assert code == 0
    first, *entries = out.splitlines()
    assert first.startswith("added 127-1-0-1-feed: rss")
    assert len(entries) == 1
    assert entries[0].startswith("  ")


def test_a_brief_that_is_proposed_stands_line_by_line(house: House, run: Run, tmp_path: Path) -> None:
    (tmp_path / "pasted.txt").write_text("\n\n".join((*CRANES, *LOAVES)), encoding="utf-8")
    code, out, _ = run("new-topic", "cranes", tmp_path / "pasted.txt")
    assert code == 0
    assert "the brief proposed:\n- " in out
    brief = (house.root / "seeds/cranes-brief.md").read_text(encoding="utf-8")
    assert [line for line in brief.splitlines() if line.startswith("- ")] == [
        line for line in out.splitlines() if line.startswith("- ")
    ]
    assert "no article of the last days is kept yet" in out


def test_a_collect_without_a_source_says_that_it_can_find_nothing(house: House, run: Run) -> None:
    house.sources()
    for command in ("collect", "run"):
        code, _, err = run(command)
        (line,) = err.splitlines()
        assert code == 0
        assert line.startswith(
            "warning: config/sources.toml: no source is declared, so nothing is read: `monitor sources"
        )


def test_without_any_digest_nobody_is_told_and_that_is_said(run: Run) -> None:
    assert run("digest") == (0, "config/digests declares no digest, so there is nobody to tell\n", "")


def test_run_collects_and_sends_every_digest_now(house: House, site: Site, run: Run) -> None:
    declare(house, site, 1, 0)
    house.monitor(DESK)
    house.digest()
    code, out, _ = run("run", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["collect"]["articles"]["stored"] == 1
    assert document["digests"][0]["items"] == 1
    declare(house, site, 0, 1)
    assert run("run")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "says_what"),
    [
        (("collect", "--source", "wires"), 'there is no source "wires"'),
        (("collect", "--topic", "harbor"), 'did you mean "harbours"'),
        (("digest", "--digest", "evening"), 'there is no digest "evening"'),
        (("digest", "--as-of", "2026-11-24"), "need --preview"),
        (("digest", "--preview", "--as-of", "yesterday"), '"yesterday" is no moment'),
        (("digest", "--preview", "--as-of", "0001-01-01"), '"0001-01-01" is no moment'),
        (("digest", "--preview", "--as-of", "2999-01-01"), '"2999-01-01" has not come yet'),
        (("flow", "evening"), '"evening" is neither a flow nor a digest of config/digests; there are: collect, train'),
        (("flow", "backfill"), "backfill needs what to read"),
        (("digest", "--preview", "--as-of", "9999-12-31T23:59-12:00"), "is no moment"),
        (("sources", "--add", "http://[x/"), '"http://[x/" is no http or https address; write one as https://'),
        (("new-topic", "chips", "seeds/harbours.md", "http://[x/"), "http://[x/: not an address that can be asked"),
        (("feedback", "https://a.example/", "maybe", "--topic", "harbours"), '"maybe" is no verdict'),
        (("export",), "choose one of --json-lines and --csv"),
        (("sources", "--pause", "wire", "--resume", "paper"), "--pause and --resume are things of their own"),
        (("maintain", "--backup", "a", "--restore", "b"), "--backup and --restore are things of their own"),
        (("maintain", "--backup", "config"), "config: is a folder; name the file in it"),
        (("backfill", "pages", "--from", "2026-03-01", "--to", "2026-02-01"), "2026-02-01 is before 2026-03-01"),
        (("ask", "--seed", "seeds/harbours.md"), "ask: --seed and --labels need --input beside them"),
        (("evaluate", "--labels", "labels.jsonl"), "evaluate: --seed and --labels need --input beside them"),
        (("stories", "--input", "config"), "config: cannot be read: Is a directory"),
        (("evaluate", "--input", "x.jsonl"), "--input needs --seed and --labels"),
        (("explain", "nowhere"), "nowhere"),
        (("sources", "--pause", "wires"), "there is none yet"),
        (("search", "x", "--root", "/nowhere/at/all"), "no such file"),
    ],
)
def test_what_cannot_run_is_one_line_on_standard_error(
    house: House, run: Run, arguments: tuple[str, ...], says_what: str
) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("monitor: ")
    assert err.count("\n") == 1
    assert says_what in err


@pytest.mark.parametrize(
    "arguments", [("serve", "--port", 70_000), ("serve", "--port", -1), ("deliveries", "--resend", 10**30)]
)
def test_a_number_that_cannot_be_is_a_wrong_use(run: Run, arguments: tuple[object, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert "Invalid value" in err
    assert "Traceback" not in err


def test_a_disk_without_room_for_the_result_is_one_line(house: House) -> None:
    house.keep("cranes")
    for command in (("status",), ("export", "--json-lines")):
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "monitor", *command],
                cwd=house.root,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        said = "monitor: No space left on device; make room on the disk\n"
        assert (ended.returncode, ended.stderr) == (2, said)


def test_what_the_system_refuses_names_the_file_and_a_remedy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(number: int) -> None:
        def broken() -> Callable[[], None]:
            raise OSError(number, os.strerror(number), "/srv/var/words")

        monkeypatch.setattr(program, "application", broken)

    refused(errno.EROFS)
    code, _, err = run()
    assert (code, err) == (2, "monitor: /srv/var/words: Read-only file system; see that it may be written\n")
    refused(errno.EINVAL)  # nothing that a person can mend: a fault of ours stays loud
    with pytest.raises(OSError, match="Invalid argument"):
        run()


def test_a_verdict_is_for_the_only_topic_where_none_is_named(house: House, run: Run) -> None:
    house.keep("cranes")
    code, out, _ = run("feedback", "https://paper.example/cranes", "yes")
    assert (code, "is relevant for harbours" in out) == (0, True)
    house.topic("bread")
    code, _, err = run("feedback", "https://paper.example/cranes", "yes")
    assert (code, "say for which topic, as --topic NAME; there are: bread, harbours" in err) == (2, True)


def test_a_search_that_waits_for_the_index_says_so_beside_the_result(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(indexing, "sleep", lambda _seconds: None)
    for number in range(5):
        house.keep(f"cranes-{number}", text="Cranes on the quay.")
    code, out, err = run("search", "quay", "--json")
    assert (code, len(json.loads(out)["hits"])) == (0, 5)
    assert err == "5 articles are put into the full-text index first; the next search finds it made\n"
    assert run("search", "quay", "--json")[2] == ""


def test_a_database_found_damaged_is_no_success_of_its_upkeep(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("maintain")[0] == 0
    monkeypatch.setattr(Database, "faults", lambda _database: ["row 1 of sighting points nowhere"])
    code, out, err = run("maintain")
    assert (code, "the database has 1 fault: `monitor maintain --restore FILE`" in out) == (1, True)
    assert err == "row 1 of sighting points nowhere\n"


def test_an_option_that_is_none_is_a_wrong_use(run: Run) -> None:
    code, _, err = run("collect", "--everything")
    assert code == 2
    assert "--everything" in err
    assert "Traceback" not in err


def test_nothing_hostile_stands_in_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Callable[[], None]:
        raise ConfigurationError("a\x1b[31m name\u202e\nwith a line")

    monkeypatch.setattr(program, "application", broken)
    assert run() == (2, "", "monitor: a[31m name with a line\n")


def test_an_interrupt_before_the_command_began_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> Callable[[], None]:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "application", interrupted)
    assert run() == (130, "", "")


def test_a_reader_that_has_gone_is_no_error(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def gone() -> Callable[[], None]:
        raise BrokenPipeError

    with (tmp_path / "out").open("w", encoding="utf-8") as out:
        monkeypatch.setattr(program, "application", gone)
        monkeypatch.setattr(sys, "stdout", out)
        assert run()[0] == 0


def test_the_root_is_named_by_an_option_a_variable_or_the_folder(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def topics(*options: Any) -> int:
        code, out, _ = run("check", "--json", *options)
        return int(json.loads(out)["topics"]) if code == 0 else -1

    assert topics() == 1
    monkeypatch.chdir(house.root / "config" / "topics")
    assert topics() == 1
    monkeypatch.chdir(elsewhere)
    assert topics() == -1
    assert topics("--root", house.root) == 1
    monkeypatch.setenv("MONITOR_ROOT", "/nowhere/at/all")  # what the program writes there is undone with the test
    assert run("--root", house.root, "check", "--json")[0] == 0
    assert run("--root", "/nowhere/at/all", "check", "--root", house.root, "--json")[0] == 0
    monkeypatch.setenv("MONITOR_ROOT", str(house.root))
    assert topics() == 1


@pytest.mark.parametrize(
    "arguments", [("--root", "newsroom", "demo", "--fresh"), ("demo", "--root", "newsroom", "--fresh")]
)
def test_the_demo_works_in_the_root_that_is_named_before_its_name_or_after_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """--fresh empties it: that of another folder must stay."""
    from flows import demo

    asked: list[tuple[Path | None, bool]] = []

    def noted(root: Path | None, *, fresh: bool) -> None:
        asked.append((root, fresh))
        raise ConfigurationError("that is all")

    monkeypatch.setattr(demo, "run", noted)
    monkeypatch.setenv("MONITOR_ROOT", "/nowhere/at/all")
    monkeypatch.chdir(tmp_path)
    assert run(*arguments)[0] == 2
    assert asked == [(tmp_path / "newsroom", True)]


def test_a_root_that_is_named_first_is_the_same_folder_for_what_works_elsewhere(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_ROOT", "/nowhere/at/all")
    monkeypatch.chdir(house.root.parent)
    assert run("--root", house.root.name, "check", "--json")[0] == 0
    assert os.environ["MONITOR_ROOT"] == str(house.root.resolve())
