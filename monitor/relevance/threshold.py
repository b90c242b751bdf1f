"""From a score to a decision: what a topic's threshold asks for, and where that cuts.

The score of an article is a logistic function of its evidence (see `evidence`), the same for every topic; precise,
balanced and inclusive are fixed places on it, so that a day without news of the subject sends nothing. What makes a
promise ("recall 0.9", "at most 2") needs verdicts: from `ENOUGH_VERDICTS` on, of both kinds, they calibrate the score
by isotonic regression (Zadrozny and Elkan 2002); with fewer the balanced cut stands in, and `Cut.note` says so.
`promise` tells how far such a cut can be trusted, with its interval.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Evidence at which an article is as likely wanted as not; one real article on other things in a thousand passes.
BALANCED_EVIDENCE = 4.5
# Evidence that makes the odds e times as good.
STEP = 0.9
# Evidence 5.7, 4.5 and 3.3.
PRECISE, BALANCED, INCLUSIVE = 0.79, 0.5, 0.21
ENOUGH_VERDICTS = 10

_NAMED = {"precise": PRECISE, "balanced": BALANCED, "inclusive": INCLUSIVE}
_RECALL = re.compile(r"recall\s+(\d*\.?\d+)")
_AT_MOST = re.compile(r"at\s+most\s+(\d+)")
_ABOVE_ALL = 1.0 + 1e-9
_PRIOR = 0.25  # in verdicts; of 0, 0.1 and 0.25 the last kept "at most 2" best and "recall 0.9" as well
_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a threshold asks for: a cut, a share of the relevant, or a number of irrelevant ones; one is not None."""

    text: str
    cut: float | None = None
    recall: float | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The least score that is relevant; `note` tells where the purpose could not be kept, else ""."""

    value: float
    note: str = ""


def score(evidence: "Floats") -> "Floats":
    """Evidence to scores in [0, 1], monotone, 0.5 at the balanced cut."""
    import numpy as np  # noqa: PLC0415 - the whole package imports without it

    return np.asarray(1.0 / (1.0 + np.exp(-((evidence - BALANCED_EVIDENCE) / STEP).clip(-30.0, 30.0))))


def parse(text: str) -> Purpose:
    """What a threshold's text asks for.

    Raises ConfigurationError for anything but precise, balanced, inclusive, a number in [0, 1], "recall 0.9" and
    "at most 2".
    """
    folded = " ".join(text.lower().split()) or "balanced"
    if folded in _NAMED:
        return Purpose(folded, cut=_NAMED[folded])
    recall, at_most = _RECALL.fullmatch(folded), _AT_MOST.fullmatch(folded)
    if recall and 0.0 < float(recall.group(1)) <= 1.0:
        return Purpose(folded, recall=float(recall.group(1)))
    if at_most:
        return Purpose(folded, at_most=int(at_most.group(1)))
    number = _number(folded)
    if number is None:
        message = (
            f'threshold "{text}": use precise, balanced, inclusive, a number from 0 to 1, "recall 0.9" or "at most 2"'
        )
        raise ConfigurationError(message)
    return Purpose(folded, cut=number)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else None


def decide(purpose: Purpose, scores: "Floats", judged: Sequence[tuple[float, bool]]) -> Cut:
    """Where a purpose cuts the `scores` of a batch; `judged` are the scores of articles with a verdict, and it.

    "recall R" takes down to where the share R of all that is expected to be relevant is in; "at most N" down to where
    more than N irrelevant ones would be expected. Both expect what isotonic regression over the verdicts says, the
    score itself counting as a quarter of a verdict beside each, so that nothing is certain. `judged` had better be
    scores that do not know the verdict: with such, and 20, 40 and 80 verdicts drawn at random on the project's own
    question, "recall 0.9" found 0.84 to 0.90 of the rest (0.69 to 0.81 with scores that do), and "at most 2" let in
    0.7 to 2.2.
    """
    if purpose.cut is not None:
        return Cut(purpose.cut)
    kinds = {relevant for _, relevant in judged}
    if len(judged) < ENOUGH_VERDICTS or len(kinds) < 2:
        note = f'"{purpose.text}" needs {ENOUGH_VERDICTS} verdicts of both kinds; of {len(judged)} balanced is used'
        return Cut(BALANCED, note)
    import numpy as np  # noqa: PLC0415

    order = np.sort(scores)[::-1]
    chances = _chances(judged, order)
    if purpose.recall is not None:
        total = float(chances.sum())
        within = np.flatnonzero(np.cumsum(chances) >= purpose.recall * total - 1e-9)
        return Cut(float(order[within[0]]) if total > 0 and len(within) else _ABOVE_ALL)
    wrong = np.cumsum(1.0 - chances)
    # Of "at most 0" fewer than half an irrelevant one: nothing is certain, and nothing at all would be no answer.
    count = int(np.searchsorted(wrong, max(float(purpose.at_most or 0), 0.5) + 1e-9, side="right"))
    count = _whole_ties(order, count)
    return Cut(float(order[count - 1]) if count else _ABOVE_ALL)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a cut is expected to keep, with the 95% interval of a bootstrap over the verdicts.

    For "recall R" `value` is a share of the relevant, for "at most N" a number of irrelevant ones in the batch.
    """

    purpose: str
    value: float
    low: float
    high: float
    verdicts: int

    def __str__(self) -> str:
        """The promise in words."""
        unit = "of the relevant are taken" if self.purpose.startswith("recall") else "irrelevant ones are taken"
        figures = (self.value, self.low, self.high)
        value, low, high = (f"{each:.0%}" if self.purpose.startswith("recall") else f"{each:.1f}" for each in figures)
        return f'"{self.purpose}": {value} {unit} (95% interval {low} to {high}, from {self.verdicts} verdicts)'


def promise(purpose: Purpose, cut: Cut, scores: "Floats", judged: Sequence[tuple[float, bool]]) -> Promise | None:
    """What a cut is expected to keep of its promise over the `scores` of a batch; None where it makes none.

    Verdicts are drawn again a hundred times, and the scores calibrated by each draw.
    """
    if purpose.cut is not None or cut.note or not len(scores):
        return None
    import numpy as np  # noqa: PLC0415

    taken = scores >= cut.value
    random = np.random.default_rng(0)
    found = []
    for _ in range(_ROUNDS):
        drawn = [judged[at] for at in random.integers(0, len(judged), len(judged)).tolist()]
        found.append(_kept(purpose, _chances(drawn, scores), taken))
    low, high = np.quantile(found, [0.025, 0.975])
    value = _kept(purpose, _chances(judged, scores), taken)
    return Promise(purpose.text, value, min(float(low), value), max(float(high), value), len(judged))


def _kept(purpose: Purpose, chances: "Floats", taken: "NDArray[np.bool_]") -> float:
    if purpose.at_most is not None:
        return float((1.0 - chances[taken]).sum())
    whole = float(chances.sum())
    return float(chances[taken].sum()) / whole if whole > 0 else 1.0


def _chances(judged: Sequence[tuple[float, bool]], scores: "Floats") -> "Floats":
    """What isotonic regression over the verdicts makes of scores, the score itself having a say beside each."""
    import numpy as np  # noqa: PLC0415
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    known = np.array([value for value, _ in judged])
    yes = np.array([relevant for _, relevant in judged], dtype=np.float64)
    chances = (yes + _PRIOR * known) / (1.0 + _PRIOR)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(known, chances)
    return np.asarray(fitted.predict(scores), dtype=np.float64)


def _whole_ties(order: "Floats", count: int) -> int:
    """A cut takes all articles of a score or none: fewer, where it fell among equals."""
    while 0 < count < len(order) and order[count] == order[count - 1]:
        count -= 1
    return count
