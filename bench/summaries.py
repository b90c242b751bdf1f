"""How near our summaries come to what publishers wrote under their own headlines.

    python bench/summaries.py [../shared/corpus/pages]

Reads the English pages whose full text is known and whose own description is 60 to 400 characters long, summarises each
text in three sentences, and prints the mean F1 of terms (stems without stop words, as multisets) against the
description: for the first three fit sentences, for the weights in force, and for others. Descriptions that open the
text word for word favour the first sentences, so the pages without are printed apart.
"""

import gzip
import html
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from given import SHARED, needed

from monitor.digest import summary
from monitor.models import Article
from monitor.text import read, sentences

_DESCRIPTION = re.compile(
    r"""<meta[^>]+(?:property|name)=["'](?:og:)?description["'][^>]+content=["']([^"']{60,400})["']""", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]*>([^<]+)", re.IGNORECASE)
# Centroid, interest, position and MMR's balance: interest has nothing to say here.
_WEIGHTS = ((1.0, 0.0, 0.7), (0.5, 0.5, 0.7), (0.3, 0.7, 0.7), (0.2, 0.8, 0.7), (0.3, 0.7, 0.5))


@dataclass(frozen=True)
class Case:
    """A page: its article, and what its publisher wrote of it."""

    article: Article
    description: str

    @property
    def opens_the_text(self) -> bool:
        """Whether the description is the beginning of the text."""
        return self.description[:60] in self.article.text


def cases(folder: Path) -> Iterable[Case]:
    """The pages that can be measured on."""
    for number, line in enumerate((folder / "index.jsonl").read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        if row["ground_truth"] != "full_text" or row["lang"] != "en" or len(row["text"] or "") < 1200:
            continue
        page = gzip.decompress((folder / row["file"]).read_bytes()).decode("utf-8", "replace")
        found, title = _DESCRIPTION.search(page), _TITLE.search(page)
        if found:
            values = {
                "id": number,
                "canonical_url": row["url"],
                "source": row["publisher"],
                "title": html.unescape(row["title"] or (title[1] if title else "")),
                "text": row["text"],
                "language": "en",
                "published": datetime(2026, 1, 1, tzinfo=UTC),
                "stored_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
            yield Case(Article.model_validate(values), html.unescape(found[1]))


def f1(chosen: Sequence[str], wanted: str) -> float:
    """The F1 of terms between the chosen sentences and the wanted text."""
    ours, theirs = Counter(read(" ".join(chosen), "en").terms), Counter(read(wanted, "en").terms)
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def measured(listed: Sequence[Case]) -> float:
    """The mean F1 of our summaries."""
    made = [[quote["sentence"] for quote in summary.summarise([c.article], [], c.article.title)] for c in listed]
    return mean(f1(chosen, case.description) for chosen, case in zip(made, listed, strict=True))


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "corpus/pages"
    needed(folder / "index.jsonl", option="summaries.py FOLDER")
    found = list(cases(folder))
    for name, listed in (("all", found), ("not the text's opening", [c for c in found if not c.opens_the_text])):
        lead = [f1(sentences(case.article.text, "en")[:3], case.description) for case in listed]
        print(f"{name}: {len(listed)} pages\n  {mean(lead):.3f}  first three sentences")
        started = time.perf_counter()
        print(
            f"  {measured(listed):.3f}  as it is, {1000 * (time.perf_counter() - started) / len(listed):.1f} ms a story"
        )
        kept = summary._CENTROID, summary._POSITION, summary._BALANCE
        for weights in _WEIGHTS:
            summary._CENTROID, summary._POSITION, summary._BALANCE = weights  # type: ignore[misc]
            print(f"  {measured(listed):.3f}  centroid {weights[0]}, position {weights[1]}, balance {weights[2]}")
        summary._CENTROID, summary._POSITION, summary._BALANCE = kept  # type: ignore[misc]


if __name__ == "__main__":
    main()
