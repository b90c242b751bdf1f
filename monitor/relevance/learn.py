"""Verdicts to a model: logistic regression over TF-IDF, with the stream as weak negatives.

Most of any stream is about other things, so articles nobody judged stand in for negatives at a small weight (positive
and unlabelled learning, Elkan and Noto 2008), and the seed counts as two likes. A model is kept as skops bytes, which
unlike pickle run no code, with their hash; one that was changed, or taught for another profile, is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigurationError, StoreError
from monitor.models import Model, Profile, Topic
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, words_of
from monitor.relevance.profile import Interest, interest
from monitor.text import Vectors, Words

_SEED_WEIGHT = 2.0
_LIKE_WEIGHT = 1.0
_DISLIKE_WEIGHT = 0.5
_STREAM_WEIGHT = 0.5  # all unlabelled articles together, as a multiple of the likes with the seed
_STREAM_ARTICLES = 1000
_STRENGTH = 10.0  # scikit-learn's C
_FOLDS = 10
_LEAVE_ONE_OUT_BELOW = 30
# Platt's fit: rounds of Newton's method, and a weak pull to even chances that keeps it from running away.
_ROUNDS = 25
_CALM = 0.1


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
    return Lesson.of(seed, judged, stream).taught([yes for _, yes in judged])


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """All that there is to learn from, as rows: the seed, the `judged` articles, the stream, and a text of no word."""

    vectors: Vectors
    rows: Any
    judged: int
    unlabelled: int

    @classmethod
    def of(cls, seed: Words, judged: Sequence[tuple[Words, bool]], stream: Sequence[Words]) -> "Lesson":
        """The rows, weighted by how rare their words are in the stream."""
        step = max(1, -(-len(stream) // _STREAM_ARTICLES))
        unlabelled = list(stream[::step])
        documents = [seed, *(words for words, _ in judged), *unlabelled, Words((), ())]
        vectors = Vectors.fit(documents, unlabelled)
        return cls(vectors, vectors.transform(documents), len(judged), len(unlabelled))

    def taught(self, verdicts: Sequence[bool | None]) -> Taught:
        """What these verdicts teach, one for each judged article; None is not looked at."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - 1.8 s that judging may be able to spare

        known = [at for at, yes in enumerate(verdicts) if yes is not None]
        labels = [True, *(bool(verdicts[at]) for at in known)]
        weights = [_SEED_WEIGHT, *(_LIKE_WEIGHT if yes else _DISLIKE_WEIGHT for yes in labels[1:])]
        share = _STREAM_WEIGHT * (_SEED_WEIGHT + _LIKE_WEIGHT * (sum(labels) - 1)) / max(1, self.unlabelled)
        first = 1 + self.judged
        taken = [0, *(1 + at for at in known), *range(first, first + self.unlabelled)]
        labels += [False] * self.unlabelled
        weights += [share] * self.unlabelled
        if all(labels):
            taken.append(first + self.unlabelled)
            labels.append(False)
            weights.append(1.0)
        classifier = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0)
        classifier.fit(self.rows[taken], labels, sample_weight=weights)
        return Taught(self.vectors, classifier)

    def held_out(self, verdicts: Sequence[bool | None], folds: int) -> NDArray[np.float64]:
        """The margin of each judged article by what the verdicts of the other folds teach."""
        margins = np.zeros(self.judged)
        for fold in range(folds):
            rest = [None if at % folds == fold else yes for at, yes in enumerate(verdicts)]
            held = [at for at in range(self.judged) if at % folds == fold]
            classifier = self.taught(rest).classifier
            margins[held] = classifier.decision_function(self.rows[[1 + at for at in held]])
        return margins


def fit(
    profile: Profile,
    topic: Topic,
    archive: Archive,
    now: datetime | None = None,
    earlier: Mapping[str, bool] | None = None,
) -> Model:
    """The model that the verdicts of an archive teach for a profile, with figures to judge it by.

    `figures` holds "verdicts", "relevant" and, with both kinds, what `compare` finds beside the model that the verdicts
    `earlier` taught (none: the seed alone). `accepted` where it is no worse. Raises ConfigurationError where no article
    of the archive has a verdict.
    """
    known = [item for item in archive.items if item.id in archive.verdicts]
    judged = [(words_of(item), archive.verdicts[item.id]) for item in known]
    if not judged:
        message = f"topic {topic.name} has no verdict yet: give some with `monitor feedback` or `monitor ask`"
        raise ConfigurationError(message)
    stream = [words_of(item) for item in archive.items if item.id not in archive.verdicts]
    lesson = Lesson.of(seed_words(interest(profile)), judged, stream)
    truth = [yes for _, yes in judged]
    taught = lesson.taught(truth)
    content = _dump(taught)
    before = [(earlier or {}).get(item.id) for item in known]
    comparison = compare(lesson, truth, before) if len(set(truth)) == 2 else None
    figures: dict[str, float] = {"verdicts": len(truth), "relevant": sum(truth)}
    return Model.model_validate(
        {
            "topic": topic.name,
            "version": _version(taught, profile),
            "profile_version": profile.version,
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "figures": figures | (comparison.to_json() if comparison else {}),
            "accepted": comparison is not None and comparison.no_worse,
            "made_at": now or datetime.now(UTC),
        }
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new model beside the one before, both held out on the same verdicts.

    `log_loss` in nats a verdict (0.69 is a coin), `error` the standard error of the mean difference of the two;
    `folds` as many as verdicts where one was left out at a time.
    """

    folds: int
    log_loss: float
    log_loss_before: float
    error: float
    average_precision: float
    average_precision_before: float

    @property
    def no_worse(self) -> bool:
        """Whether the new one loses no more than chance explains (the one standard error rule, Breiman et al. 1984)."""
        return self.log_loss <= self.log_loss_before + self.error

    def to_json(self) -> dict[str, float]:
        """The same as plain JSON values."""
        return asdict(self)


def compare(lesson: Lesson, truth: Sequence[bool], before: Sequence[bool | None]) -> Comparison:
    """What all verdicts teach beside what those known `before` taught, on what was held out of both.

    Below 30 verdicts one is left out at a time, from there on ten folds are made. Margins become chances by Platt's
    method (1999), with the same prior for both, so that only what was learnt differs.
    """
    folds = len(truth) if len(truth) < _LEAVE_ONE_OUT_BELOW else _FOLDS
    new, old = lesson.held_out(truth, folds), lesson.held_out(before, folds)
    losses, earlier = _losses(new, truth), _losses(old, truth)
    return Comparison(
        folds=folds,
        log_loss=float(losses.mean()),
        log_loss_before=float(earlier.mean()),
        error=float((losses - earlier).std(ddof=1) / np.sqrt(len(truth))),
        average_precision=average_precision(truth, new.tolist()),
        average_precision_before=average_precision(truth, old.tolist()),
    )


def _losses(margins: NDArray[np.float64], truth: Sequence[bool]) -> NDArray[np.float64]:
    """The logarithmic loss of each verdict; margins that run against the verdicts count as none at all."""
    yes = np.asarray(truth, dtype=np.float64)
    likes, dislikes = yes.sum(), len(yes) - yes.sum()
    wanted = np.where(yes > 0, (likes + 1) / (likes + 2), 1 / (dislikes + 2))
    spread = float(margins.std())
    standard = (margins - margins.mean()) / spread if spread > 0 else np.zeros(len(margins))
    columns = np.stack([standard, np.ones(len(yes))])
    beta = np.zeros(2)
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-(beta @ columns).clip(-30, 30)))
        slope = columns @ (wanted - chance) - _CALM * beta
        beta = beta + np.linalg.solve((columns * (chance * (1 - chance))) @ columns.T + _CALM * np.eye(2), slope)
    if beta[0] < 0:
        chance = np.full(len(yes), float(wanted.mean()))
    else:
        chance = 1.0 / (1.0 + np.exp(-(beta @ columns).clip(-30, 30)))
    return np.asarray(-(yes * np.log(chance) + (1 - yes) * np.log(1 - chance)))


def _version(taught: Taught, profile: Profile) -> str:
    """Equal lessons have an equal version; their bytes differ, for skops writes the time and addresses in memory."""
    told = hashlib.sha256(profile.version.encode())
    told.update("\n".join(taught.vectors.vocabulary).encode("utf-8", "surrogatepass"))
    for numbers in (taught.vectors.weights, taught.classifier.coef_, taught.classifier.intercept_):
        told.update(np.asarray(numbers, dtype="<f8").round(9).tobytes())
    return told.hexdigest()[:16]


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
    if not model.is_whole:
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
