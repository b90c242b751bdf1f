"""Which of very many documents a graph is woven of."""

import numpy as np
from numpy.typing import NDArray


def nearest_and_even(evidence: NDArray[np.float64], judged: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """The rows to take, ascending: all of at most `most`, else half of the most evidence, half an even sample of all.

    Rows that were `judged` are always among them.
    """
    if len(evidence) <= most:
        return np.arange(len(evidence))
    near = np.argsort(-evidence, kind="stable")[: most // 2]
    even = np.linspace(0, len(evidence) - 1, most // 2).astype(np.intp)
    return np.unique(np.concatenate([near, even, judged]))
