"""Verdicts to a model: logistic regression over TF-IDF, with the stream as weak negatives.

Most of any stream is about other things, so articles nobody judged stand in for negatives at a small weight (positive
and unlabelled learning, Elkan and Noto 2008), and the seed counts as two likes. A model is kept as skops bytes, which
unlike pickle run no code, with their hash; one that was changed, or taught for another profile, is refused.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigurationError, StoreError
from monitor.models import Model, Profile, Topic
from monitor.relevance.items import Archive, words_of
from monitor.relevance.profile import Interest, interest
from monitor.text import Vectors, Words

_SEED_WEIGHT = 2.0
_LIKE_WEIGHT = 1.0
_DISLIKE_WEIGHT = 0.5
_STREAM_WEIGHT = 0.5  # all unlabelled articles together, as a multiple of the likes with the seed
_STREAM_ARTICLES = 1000
_STRENGTH = 10.0  # scikit-learn's C
_FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What verdicts taught: a weight for each term, and vectors to read it with."""

    vectors: Vectors
    classifier: Any

    def margins(self, documents: Sequence[Words]) -> NDArray[np.float64]:
        """How far each document lies on the liked side; only the order and the distances mean something."""
        return np.asarray(self.classifier.decision_function(self.vectors.transform(documents)), dtype=np.float64)


def seed_words(topic_interest: Interest) -> Words:
    """All words of an interest as one document."""
    facets = [facet.words for facet in topic_interest.facets]
    terms = tuple(term for words in facets for term in words.terms)
    surfaces = tuple(surface for words in facets for surface in words.surfaces)
    return Words(terms, surfaces, facets[0].language if facets else "")


def teach(seed: Words, judged: Sequence[tuple[Words, bool]], stream: Sequence[Words]) -> Taught:
    """What verdicts teach; `stream` are articles without one, of which at most a thousand, evenly spaced, are used."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - 1.8 s that judging without verdicts can spare

    step = max(1, -(-len(stream) // _STREAM_ARTICLES))
    unlabelled = list(stream[::step])
    documents = [seed, *(words for words, _ in judged), *unlabelled]
    liked = sum(yes for _, yes in judged)
    weights = [_SEED_WEIGHT, *(_LIKE_WEIGHT if yes else _DISLIKE_WEIGHT for _, yes in judged)]
    share = _STREAM_WEIGHT * (_SEED_WEIGHT + _LIKE_WEIGHT * liked) / max(1, len(unlabelled))
    weights += [share] * len(unlabelled)
    labels = [True, *(yes for _, yes in judged), *([False] * len(unlabelled))]
    if all(labels):
        documents.append(Words((), ()))
        labels.append(False)
        weights.append(1.0)
    vectors = Vectors.fit(documents, unlabelled)
    classifier = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0)
    classifier.fit(vectors.transform(documents), labels, sample_weight=weights)
    return Taught(vectors, classifier)


def fit(profile: Profile, topic: Topic, archive: Archive, now: datetime | None = None) -> Model:
    """The model that the verdicts of an archive teach for a profile, with figures to judge it by.

    `figures` holds "verdicts", "relevant" and, with both kinds, "average_precision" held out over five folds beside
    "average_precision_seed", what the seed alone ranks. Raises ConfigurationError where no archived article has a
    verdict.
    """
    judged = [(words_of(item), archive.verdicts[item.id]) for item in archive.items if item.id in archive.verdicts]
    if not judged:
        message = f"topic {topic.name} has no verdict yet: give some with `monitor feedback` or `monitor ask`"
        raise ConfigurationError(message)
    stream = [words_of(item) for item in archive.items if item.id not in archive.verdicts]
    seed = seed_words(interest(profile))
    taught = teach(seed, judged, stream)
    content = _dump(taught)
    digest = hashlib.sha256(content).hexdigest()
    return Model.model_validate(
        {
            "topic": topic.name,
            "version": digest[:16],
            "profile_version": profile.version,
            "content": content,
            "sha256": digest,
            "figures": _figures(seed, judged, stream),
            "accepted": True,
            "made_at": now or datetime.now(UTC),
        }
    )


def _figures(seed: Words, judged: Sequence[tuple[Words, bool]], stream: Sequence[Words]) -> dict[str, float]:
    from monitor.relevance.evaluate import average_precision  # noqa: PLC0415 - beside its only use

    truth = [yes for _, yes in judged]
    figures: dict[str, float] = {"verdicts": len(truth), "relevant": sum(truth)}
    if len(set(truth)) < 2:
        return figures
    held_out = np.zeros(len(judged))
    for fold in range(min(_FOLDS, len(judged))):
        rest = [pair for at, pair in enumerate(judged) if at % _FOLDS != fold]
        held = [at for at in range(len(judged)) if at % _FOLDS == fold]
        held_out[held] = teach(seed, rest, stream).margins([judged[at][0] for at in held])
    plain = teach(seed, [], stream).margins([words for words, _ in judged])
    figures["average_precision"] = average_precision(truth, held_out.tolist())
    figures["average_precision_seed"] = average_precision(truth, plain.tolist())
    return figures


def _dump(taught: Taught) -> bytes:
    from skops.io import dumps  # noqa: PLC0415 - 1 s that only training and trained models need

    terms = sorted(taught.vectors.vocabulary, key=taught.vectors.vocabulary.__getitem__)
    return bytes(dumps({"terms": terms, "weights": taught.vectors.weights, "classifier": taught.classifier}))


def open_model(model: Model, profile: Profile) -> Taught:
    """What a kept model was taught.

    Raises StoreError where its bytes are not those that were kept, are no model, hold a type that skops does not trust,
    or were taught for another profile; the remedy is always to train again.
    """
    from skops.io import get_untrusted_types, loads  # noqa: PLC0415 - as above

    name = f"model {model.version} of topic {model.topic}"
    if hashlib.sha256(model.content).hexdigest() != model.sha256:
        message = f"{name} was changed since it was kept: run `monitor train`"
        raise StoreError(message)
    if model.profile_version != profile.version:
        message = f"{name} was taught for other seeds: run `monitor train`"
        raise StoreError(message)
    try:
        untrusted = get_untrusted_types(data=model.content)
        kept = loads(model.content, trusted=[]) if not untrusted else {}
        vocabulary = {term: column for column, term in enumerate(kept["terms"])}
        return Taught(Vectors(vocabulary, kept["weights"]), kept["classifier"])
    except Exception as error:  # what skops raises for bytes that are no model is not documented
        message = f"{name} cannot be read ({type(error).__name__}): run `monitor train`"
        raise StoreError(message) from error
