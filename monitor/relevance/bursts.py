"""Days on which a subject was in the news out of proportion.

After Kleinberg 2002, "Bursty and Hierarchical Structure in Streams", section 4 (batched arrivals), with two states: of
the articles of a day a share is on the subject, either the usual one or twice that. The cheapest way through the days
is the story told; going up costs the logarithm of their number, so that one odd day must be very odd to count.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# The paper's s and gamma, at their usual values.
_TIMES = 2.0
_RISE = 1.0
_SUREST = 0.99


@dataclass(frozen=True, slots=True)
class Burst:
    """Days `first` to `last`, counted from 0 and both within; `weight` is what it saves, in nats: how marked it is."""

    first: int
    last: int
    weight: float


def bursts(relevant: Sequence[int], judged: Sequence[int]) -> tuple[Burst, ...]:
    """The bursts of a stream of days, in order; `relevant` of the `judged` articles of each day are on the subject."""
    everything, found = sum(judged), sum(relevant)
    if not found or found == everything:
        return ()
    usual = found / everything
    high = min(_SUREST, _TIMES * usual)
    costs = [(_cost(of, out_of, usual), _cost(of, out_of, high)) for of, out_of in zip(relevant, judged, strict=True)]
    return tuple(_spans(_cheapest(costs), costs))


def _cost(relevant: int, judged: int, share: float) -> float:
    """The surprise at a day, in nats, but for what is the same in both states."""
    return -(relevant * math.log(share) + (judged - relevant) * math.log1p(-share))


def _cheapest(costs: Sequence[tuple[float, float]]) -> list[bool]:
    """Which days are high, by the Viterbi algorithm; the stream begins low."""
    rise = _RISE * math.log(max(2, len(costs)))
    low, high = 0.0, math.inf
    came_from: list[tuple[bool, bool]] = []
    for at_low, at_high in costs:
        stayed_low, stayed_high = low <= high, high <= low + rise
        low, high = min(low, high) + at_low, min(high, low + rise) + at_high
        came_from.append((not stayed_low, stayed_high))
    state = high < low
    states = []
    for from_high_to_low, stayed_high in reversed(came_from):
        states.append(state)
        state = stayed_high if state else from_high_to_low
    return states[::-1]


def _spans(states: Sequence[bool], costs: Sequence[tuple[float, float]]) -> list[Burst]:
    found: list[Burst] = []
    for day, is_high in enumerate(states):
        if not is_high:
            continue
        saved = costs[day][0] - costs[day][1]
        if found and found[-1].last == day - 1:
            found[-1] = Burst(found[-1].first, day, found[-1].weight + saved)
        else:
            found.append(Burst(day, day, saved))
    return found
