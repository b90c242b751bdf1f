"""`monitor export`: everything that is kept, as JSON lines or as CSV, in a stream."""

import csv
import json
from typing import Any, TextIO

from monitor.config import Settings
from monitor.pipeline.context import opened_database
from monitor.store.export import Exported, export

_COLUMNS = ("url", "title", "published", "language", "source", "grade", "story", "relevant_for")
# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_json_lines(settings: Settings, out: TextIO) -> None:
    """One article a line, with its text and its assessments by topic."""
    with opened_database(settings) as database, database.reading() as session:
        for each in export(session):
            out.write(json.dumps(to_json(each), ensure_ascii=False) + "\n")


def write_csv(settings: Settings, out: TextIO) -> None:
    """One article a row, without its text; cells that a spreadsheet would run as a formula get an apostrophe."""
    with opened_database(settings) as database, database.reading() as session:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for each in export(session):
            writer.writerow([_harmless(cell) for cell in _row(each)])


def to_json(each: Exported) -> dict[str, Any]:
    """An article as `monitor export --json-lines` gives it."""
    article = each.article
    return {
        "url": article.canonical_url,
        "declared_canonical": article.declared_canonical,
        "title": article.title,
        "text": article.text,
        "authors": article.authors,
        "published": article.published.isoformat(),
        "language": article.language,
        "source": article.source,
        "site": article.site,
        "grade": str(article.grade),
        "story": article.story_id,
        "duplicate_of": article.duplicate_of,
        "assessments": {
            assessment.topic: {
                "score": assessment.score,
                "relevant": assessment.relevant,
                "threshold": assessment.threshold,
                "reasons": assessment.reasons,
            }
            for assessment in each.assessments
        },
    }


def _row(each: Exported) -> tuple[object, ...]:
    article = each.article
    relevant = " ".join(assessment.topic for assessment in each.assessments if assessment.relevant)
    return (
        article.canonical_url,
        article.title,
        article.published.isoformat(),
        article.language,
        article.source,
        str(article.grade),
        article.story_id or "",
        relevant,
    )


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
