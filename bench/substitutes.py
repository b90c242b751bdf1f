"""How often an article is taken for a page that stands in its place (`monitor/pipeline/reading/substitute.py`).

    python bench/substitutes.py [--corpus ../shared/corpus/pages]

Real pages, each read as a run reads it, beside entries that might have led to it: under the title that its source
states, the one in its head, the one that it is shared with, and the words of its address, which nobody wrote as a
headline; with what the page is described by as the entry's summary, and without any. Prints each page that is taken so;
ends with exit code 1 where it is more than one of 200 of any kind of entry.
"""

import argparse
import gzip
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from given import SHARED, needed

from monitor.extract import extract
from monitor.extract.declared import Declared, declared
from monitor.extract.decoding import decode
from monitor.extract.parsing import load
from monitor.models import Entry, Grade
from monitor.pipeline.reading.substitute import is_substitute

FLOOR = 1 / 200


def main() -> int:
    """Print the table; 1 where articles are taken for substitutes too often."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--corpus", type=Path, default=SHARED / "corpus" / "pages")
    corpus: Path = arguments.parse_args().corpus
    needed(corpus / "index.jsonl", option="--corpus")
    logging.disable(logging.WARNING)
    taken: dict[str, int] = {}
    asked: dict[str, int] = {}
    for line in (corpus / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        content = gzip.decompress((corpus / row["file"]).read_bytes())
        document, tree = extract(content, row["url"] or ""), load(decode(content, ""))
        if tree is None or document.grade == Grade.EMPTY:
            continue
        for kind, entry in entries(row, declared(tree)):
            asked[kind] = asked.get(kind, 0) + 1
            if is_substitute(document, entry):
                taken[kind] = taken.get(kind, 0) + 1
                print(f"{kind}: {entry.title!r} led to {document.title!r}, {row['url']}")
    for kind, number in asked.items():
        print(f"{kind:45} {taken.get(kind, 0):4} of {number}")
    return int(any(number > FLOOR * asked[kind] for kind, number in taken.items()))


def entries(row: dict[str, str], page: Declared) -> Iterator[tuple[str, Entry]]:
    """The entries that might have led to a page, with what each is."""
    titles = {
        "stated by the source": row["title"] or "",
        "title element": page.title,
        "shared title": page.titles[-1] if page.titles else "",
        "words of the address": words_of(row["url"] or ""),
    }
    summary = page.descriptions[0] if page.descriptions else ""
    for kind, title in titles.items():
        if title:
            yield kind, Entry(url=row["url"] or "", source="corpus", title=title)
            yield f"{kind}, with a summary", Entry(url=row["url"] or "", source="corpus", title=title, summary=summary)


def words_of(url: str) -> str:
    """The words in the part of an address that has most of them."""
    best = max(urlsplit(url).path.split("/"), key=lambda part: part.count("-") + part.count("_"))
    return " ".join(word for word in re.split(r"[-_.+]", unquote(best)) if word.isalpha())


if __name__ == "__main__":
    raise SystemExit(main())
