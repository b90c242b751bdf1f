"""One seed, no labels: how well do scorers rank what is about the same thing?

    .venv/bin/python bench/relevance.py ../shared/corpus/topics [--sets ag_news_test bbc_news_train ...] [--per-label 3]

Each set has articles with a section for a label. A query is one article of a section, drawn at random; the section is
thinned to 5% of the stream. 40% of the stream is the archive, which nobody labelled; the other 60% are ranked. Printed:
mean average precision a set and scorer, and its ratio to the first scorer. A scorer is a function of (seed, archive,
new) that returns a score for each new one: add one to SCORERS to compare it.
"""

import argparse
import gzip
import json
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.models import Topic
from monitor.relevance.evaluate import average_precision, best_f1
from monitor.relevance.items import Archive, Item, words_of
from monitor.relevance.profile import SeedText, build
from monitor.relevance.scorer import judge

SETS = {
    "ag_news_test": ("ag_news_test", "", 1500),
    "bbc_news_train": ("bbc_news_train", "", 700),
    "masakhanews_test/eng": ("masakhanews_test", "eng", 700),
    "masakhanews_test/fra": ("masakhanews_test", "fra", 400),
}
SHARE = 0.05
ARCHIVE = 0.4
LANGUAGES = {"eng": "en", "fra": "fr"}

Scorer = Callable[[Item, Sequence[Item], Sequence[Item]], Sequence[float]]


@dataclass(frozen=True)
class Query:
    """A seed, what is known, what is to be ranked, and which of that is about the same thing."""

    seed: Item
    archive: tuple[Item, ...]
    new: tuple[Item, ...]
    relevant: tuple[bool, ...]


def read_set(folder: Path, name: str) -> list[tuple[str, Item]]:
    """The labels and articles of a set."""
    file, language, _ = SETS[name]
    found = []
    with gzip.open(folder / file / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if language in ("", row["lang"]):
                code = LANGUAGES.get(row["lang"], row["lang"])
                found.append((row["label"], Item(f"{name}/{row['id']}", row.get("title", ""), row["text"], code)))
    return found


def queries(articles: Sequence[tuple[str, Item]], most: int, per_label: int, seed: int) -> Iterator[Query]:
    """`per_label` queries for each label, each over a stream of its own draw."""
    draw = random.Random(seed)
    for label in sorted({label for label, _ in articles}):
        same = [item for other, item in articles if other == label]
        rest = [item for other, item in articles if other != label]
        others = min(most, len(rest))
        wanted = min(len(same), max(6, int(SHARE * others / (1 - SHARE))))
        for _ in range(per_label):
            about, other = draw.sample(same, wanted), draw.sample(rest, others)
            kept, kept_other = round(ARCHIVE * wanted), int(ARCHIVE * others)
            archive = about[1:kept] + other[:kept_other]
            new = [(item, True) for item in about[kept:]] + [(item, False) for item in other[kept_other:]]
            draw.shuffle(archive)
            draw.shuffle(new)
            yield Query(about[0], tuple(archive), tuple(item for item, _ in new), tuple(yes for _, yes in new))


def plain(item: Item) -> str:
    """An article as one text."""
    return f"{item.title}\n\n{item.text}"


def tfidf(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """scikit-learn's TfidfVectorizer with its defaults, and the cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer().fit([plain(item) for item in (seed, *archive, *new)])
    rows = vectorizer.transform([plain(item) for item in new])
    return list((rows @ vectorizer.transform([plain(seed)]).T).toarray().ravel())


def bm25(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """Okapi BM25 (k1 1.2, b 0.75) with the whole seed as query, over stems without stop words."""
    documents = [words_of(item).terms for item in (*archive, *new)]
    counts = Counter(term for terms in documents for term in set(terms))
    mean = statistics.fmean(len(terms) for terms in documents)
    weight = {term: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
    query = set(words_of(seed).terms)
    scores = []
    for item in new:
        terms = Counter(words_of(item).terms)
        norm = 1.2 * (0.25 + 0.75 * terms.total() / mean)
        scores.append(sum(weight[term] * n * 2.2 / (n + norm) for term, n in terms.items() if term in query))
    return scores


TOPIC = Topic("bench", "", ("seed.txt",))


def cold(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """Ours on a first day: each article by itself."""
    del archive
    profile = build(TOPIC, [SeedText("seed.txt", plain(seed), seed.language)])
    return [judge(profile, TOPIC, [item])[0].score for item in new]


def warm(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """Ours with the archive, the new ones as one batch."""
    profile = build(TOPIC, [SeedText("seed.txt", plain(seed), seed.language)])
    return [judgement.score for judgement in judge(profile, TOPIC, new, Archive(tuple(archive)))]


SCORERS: dict[str, Scorer] = {"TF-IDF": tfidf, "BM25": bm25, "cold": cold, "warm": warm}


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--scorers", nargs="+", default=list(SCORERS), choices=list(SCORERS))
    parser.add_argument("--per-label", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    means: dict[str, list[float]] = {name: [] for name in arguments.scorers}
    for name in arguments.sets:
        articles = read_set(arguments.folder, name)
        asked = list(queries(articles, SETS[name][2], arguments.per_label, arguments.seed))
        for scorer in arguments.scorers:
            started = time.process_time()
            ranked = [list(SCORERS[scorer](query.seed, query.archive, query.new)) for query in asked]
            seconds = time.process_time() - started
            pairs = list(zip(asked, ranked, strict=True))
            precision = statistics.fmean(average_precision(query.relevant, scores) for query, scores in pairs)
            oracle = statistics.fmean(best_f1(query.relevant, scores) for query, scores in pairs)
            means[scorer].append(precision)
            ratio = precision / means[arguments.scorers[0]][-1]
            print(
                f"{name:22} {scorer:8} AP {precision:.3f}  x{ratio:.2f}  best F1 {oracle:.3f}"
                f"  {len(asked)} queries  {seconds:.1f} s",
                flush=True,
            )
    for scorer, values in means.items():
        ratio = statistics.fmean(values) / statistics.fmean(means[arguments.scorers[0]])
        print(f"{'mean':22} {scorer:8} AP {statistics.fmean(values):.3f}  x{ratio:.2f}")


if __name__ == "__main__":
    main()
