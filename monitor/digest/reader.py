"""Whom a message is for, as far as the message depends on it: where they answer, how they leave, how much they take."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """One audience. `verdict` gives the address where it says that an article is relevant, or is not.

    It takes the article's id, the topic, the probability with which the article was drawn (0 where it was not), and
    the verdict; None where no page is there to answer on. `unsubscribe` is where it leaves, "" likewise. `longest` is
    how many characters a message through its channel may have, title included, 0 for any number. `threaded`: the
    message is an opening, and what follows the first divider stands in its thread. `ballot` gives what a button
    carries, of the same without the verdict; None where the channel has no buttons.
    """

    verdict: Callable[[int, str, float, bool], str] | None = None
    unsubscribe: str = ""
    longest: int = 0
    threaded: bool = False
    ballot: Callable[[int, str, float], str] | None = None


# Somebody of whom nothing is known: a preview's reader.
ANYBODY = Reader()
