"""Everything that is kept, as a program or a spreadsheet reads it."""

import csv
import io
import json
from pathlib import Path

import pytest
from pipeline_house import NOW, TOPIC, House

from monitor.models import Article
from monitor.pipeline.export import write_csv, write_json_lines
from monitor.pipeline.judging.scoring import group


@pytest.mark.parametrize("hostile", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", 'quote " and, comma\nline'])
def test_no_cell_is_a_formula_and_no_row_is_broken(house: House, hostile: str) -> None:
    house.keep("cranes", title=hostile)
    out = io.StringIO()
    write_csv(house.settings, out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["title"].lstrip("'") == hostile
    assert row["title"].startswith("'") == (hostile[0] in "=+-@\t")
    assert row["relevant_for"] == TOPIC
    assert row["url"] == "https://paper.example/cranes"
    assert "text" not in row


def test_a_line_holds_all_of_an_article(house: House) -> None:
    house.keep("cranes", authors=["Ada Quay"], declared_canonical="https://elsewhere.example/")
    house.keep("bread", score=0.1, title="two\nlines 中文")
    out = io.StringIO()
    write_json_lines(house.settings, out)
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["url"] == "https://paper.example/cranes"
    assert first["published"] == NOW.isoformat()
    assert first["authors"] == ["Ada Quay"]
    assert first["assessments"][TOPIC]["relevant"] is True
    assert first["assessments"][TOPIC]["reasons"]["facet"] == "Cranes"
    assert first["story"] != second["story"]
    assert second["title"] == "two\nlines 中文"
    assert set(first) >= {"declared_canonical", "title", "text", "language", "source", "grade"}


def test_what_is_exported_can_be_grouped_and_scored(house: House, tmp_path: Path) -> None:
    house.keep("a quay")
    path = tmp_path / "articles.jsonl"
    with path.open("w", encoding="utf-8") as out:
        write_json_lines(house.settings, out)
    (article,) = house.rows(Article)
    assert [key for key, _ in group(path)] == [article.canonical_url]


def test_nothing_kept_is_nothing_written(house: House) -> None:
    out = io.StringIO()
    write_json_lines(house.settings, out)
    assert out.getvalue() == ""
    write_csv(house.settings, out)
    assert out.getvalue().count("\n") == 1
