"""Every command, end to end, on what the demo kept: its exit code, and what it prints for people and for programs."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.prefect


@pytest.fixture
def kept(demo) -> list[tuple[str, str]]:
    """Address and title of the articles that were told, most relevant first."""
    with closing(sqlite3.connect(f"file:{demo.root / 'var' / 'monitor.db'}?mode=ro", uri=True)) as connection:
        return list(connection.execute("SELECT url, headline FROM digestitem ORDER BY position"))


@pytest.fixture
def lines(tmp_path: Path, run) -> Path:
    """The demo's articles as a JSON-lines file."""
    path = tmp_path / "articles.jsonl"
    rows = run("export", "--json-lines").lines
    path.write_text(
        "".join(
            json.dumps({"id": row["url"], "title": row["title"], "text": row["text"], "published": row["published"]})
            + "\n"
            for row in rows
        ),
        encoding="utf-8",
    )
    return path


def test_help_needs_neither_prefect_nor_scikit_learn(run) -> None:
    for command in ("", "collect", "serve", "demo", "score"):
        ended = run(*command.split(), "--help", PYTHONPROFILEIMPORTTIME="1")
        assert ended.code == 0
        assert "Usage" in ended.out
        assert "prefect.main" not in ended.err
        assert "sklearn" not in ended.err
        assert "import time" in ended.err


def test_check(run) -> None:
    ended = run("check", "--json")
    assert ended.code == 0
    assert ended.json["sources"] == 17
    assert "configuration sound" in run("check").out


def test_sources(run) -> None:
    rows = {row["source"]: row for row in run("sources", "--json").json["sources"]}
    assert rows["weathervane"]["condition"] in ("failing", "broken")
    assert "500" in rows["weathervane"]["cause"]
    assert sum(row["condition"] == "well" for row in rows.values()) == 16
    assert "harbour-wire" in run("sources").out


def test_sources_are_paused_exported_and_imported(run, tmp_path: Path) -> None:
    assert run("sources", "--pause", "weathervane").code == 0
    assert "paused" in run("sources").out
    assert run("sources", "--resume", "weathervane").code == 0
    assert run("sources", "--pause", "wethervane").code == 2
    written = tmp_path / "feeds.opml"
    assert run("sources", "--export", written).code == 0
    assert "harbour-wire" in written.read_text(encoding="utf-8")
    assert "added 0" in run("sources", "--import", written).out


def test_search(run) -> None:
    hits = run("search", '"export"', "--limit", 5, "--json").json["hits"]
    assert hits
    assert all("export" in hit["snippet"].lower() or "export" in hit["title"].lower() for hit in hits)
    assert run("search", "zzzyx", "--json").json["hits"] == []


def test_explain_from_the_store(run, kept) -> None:
    url, title = kept[0]
    explained = run("explain", url, "--json").json
    assert explained["title"] == title
    assert explained["told"]
    assert explained["topics"][0]["relevant"] is True
    assert explained["topics"][0]["reasons"]["seed_sentence"]
    assert "relevant" in run("explain", url).out


def test_verdicts_are_recorded_learnt_from_and_measured(run, kept) -> None:
    asked = run("ask", "--topic", "ai-competition", "--count", 3, "--json").json["questions"]
    assert len(asked) == 3
    for url, _ in kept[:3]:
        assert run("feedback", url, "yes", "--topic", "ai-competition").code == 0
    for question in asked:
        assert run("feedback", question["url"], "no", "--topic", "ai-competition").code == 0
    trained = run("train", "--json").json["topics"][0]
    assert trained["verdicts"] >= 5
    assert trained["average_precision_after"] is not None
    evaluated = run("evaluate", "--topic", "ai-competition", "--json").json
    figures = {each["figure"]: each for each in evaluated["figures"]}
    assert any("figures are flattered" in note for note in evaluated["notes"])
    assert 0 <= figures["average precision"]["low"] <= figures["average precision"]["value"] <= 1
    assert run("feedback", kept[0][0], "perhaps", "--topic", "ai-competition").code == 2
    assert run("feedback", "https://nowhere.example/", "yes", "--topic", "ai-competition").code == 2


def test_digest_preview_sends_nothing(run, demo) -> None:
    before = run("deliveries", "--json").json["deliveries"]
    preview = run("digest", "--preview", "--threshold", "inclusive", "--json").json["digests"][0]
    assert Path(preview["path"]).is_file()
    assert preview["items"] >= len(demo.first.json["stories"])
    assert run("deliveries", "--json").json["deliveries"] == before


def test_deliveries_are_listed_and_sent_again_by_hand(run) -> None:
    first = run("deliveries", "--json").json["deliveries"][-1]
    assert first["state"] == "sent"
    again = run("deliveries", "--resend", first["id"], "--json")
    assert again.code == 0
    assert again.json["deliveries"][-1]["message_id"] == first["message_id"]
    assert run("deliveries", "--resend", 9999).code == 2


def test_export_as_csv(run, demo) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "--csv").out)))
    assert len(rows) == len(run("export", "--json-lines").lines)
    assert {"url", "title", "story", "relevant_for"} <= set(rows[0])
    assert run("export").code == 2


def test_score_stories_ask_and_evaluate_without_a_store(run, lines: Path, tmp_path: Path) -> None:
    seed = ["--seed", "seeds/ai-competition.md", "--input", lines]
    scored = run("score", *seed).lines
    given = [json.loads(line)["id"] for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in scored] == given
    assert all(0 <= each["score"] <= 1 for each in scored)
    in_order = run("score", *seed, "--batch", 20).lines
    assert [each["id"] for each in in_order] == given
    grouped = run("stories", "--input", lines).lines
    assert [each["id"] for each in grouped] == given
    assert len({each["story"] for each in grouped}) < len(given)
    labels = tmp_path / "labels.jsonl"
    labels.write_text(
        "".join(json.dumps({"id": each["id"], "relevant": each["relevant"]}) + "\n" for each in scored),
        encoding="utf-8",
    )
    figures = run("evaluate", *seed, "--labels", labels, "--json").json["figures"]
    assert {each["figure"]: each["value"] for each in figures}["average precision"] == pytest.approx(1.0)
    assert len(run("ask", *seed, "--count", 4).lines) == 4


def test_entries_and_extract_go_on_after_a_failure(run, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(
        "<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://a.example/1</link></item>"
        "</channel></rss>",
        encoding="utf-8",
    )
    found = run("entries", feed, tmp_path / "missing.xml", feed).lines
    assert [line["input"] for line in found] == [str(feed), str(tmp_path / "missing.xml"), str(feed)]
    assert found[0]["kind"] == "rss"
    assert found[0]["entries"][0]["url"] == "https://a.example/1"
    assert "error" in found[1]
    page = tmp_path / "page.html"
    text = "The ministry published the rule on Tuesday, and exporters must apply for a licence from next month. " * 6
    page.write_text(f"<html><head><title>Rule</title></head><body><article><p>{text}</p></article></body></html>")
    extracted = run("extract", page).lines[0]
    assert "exporters must apply" in extracted["text"]


def test_new_topic_from_a_pasted_article(run, demo, tmp_path: Path) -> None:
    article = tmp_path / "earthquake.txt"
    article.write_text(
        "An earthquake shook the coast before dawn. Rescue teams searched collapsed houses for survivors, and the "
        "harbour was closed while engineers checked the quay. Seismologists warned of aftershocks for days to come.",
        encoding="utf-8",
    )
    proposal = run("new-topic", "earthquakes", article, "--json").json
    assert proposal["facets"]
    assert set(proposal["would_have_given"]) == {"precise", "balanced", "inclusive"}
    assert proposal["kept"] > 0
    assert (demo.root / proposal["path"]).is_file()
    assert run("new-topic", "earthquakes", article).code == 2
    (demo.root / proposal["path"]).unlink()


def test_maintain_backup_and_restore(run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("maintain", "--backup", copy).code == 0
    assert run("maintain", "--json").json["faults"] == []
    assert run("maintain", "--restore", copy).code == 0
    assert run("search", "export", "--json").json["hits"]


def test_backfill_of_a_folder(run, tmp_path: Path) -> None:
    text = "Archivists found the missing ledgers of the old observatory in a cellar, and began to copy them. " * 8
    (tmp_path / "old.html").write_text(
        "<html><head><title>Ledgers</title><link rel=canonical href='https://old.example/ledgers'></head>"
        f"<body><article><h1>Ledgers</h1><p>{text}</p></article></body></html>",
        encoding="utf-8",
    )
    done = run("backfill", tmp_path, "--json").json
    assert done["articles"]["stored"] == 1
    assert run("search", "observatory", "--json").json["hits"][0]["url"] == "https://old.example/ledgers"
    assert run("backfill", tmp_path, "--from", "yesterday").code == 2


def test_bad_input_is_one_line_that_names_it(run, demo) -> None:
    config = demo.root / "config" / "monitor.toml"
    before = config.read_text(encoding="utf-8")
    try:
        config.write_text(before.replace("pause_per_host", "pause_pr_host"), encoding="utf-8")
        ended = run("collect")
    finally:
        config.write_text(before, encoding="utf-8")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "config/monitor.toml" in ended.err
    assert 'did you mean "pause_per_host"?' in ended.err
    assert "Traceback" not in ended.err
    for wrong in (
        ("collect", "--source", "harbor-wire"),
        ("collect", "--topic", "nothing"),
        ("digest", "--digest", "x"),
    ):
        ended = run(*wrong)
        assert ended.code == 2
        assert "there is no" in ended.err
        assert "Traceback" not in ended.err


def test_an_unreadable_database_is_named(run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database at all, it only looks like a file" * 100)
    ended = run("search", "x", MONITOR_STORE__URL=f"sqlite:///{broken}")
    assert ended.code == 2
    assert str(broken) in ended.err
    assert "Traceback" not in ended.err
