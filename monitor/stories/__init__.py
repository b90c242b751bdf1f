"""Articles to stories: which repeat one another, which tell of one event, and which of them speaks for it.

Articles come in as values, placements go out. Nothing here reads a file, the network or the database, and importing it
loads neither scikit-learn nor SciPy: workers that only make signatures import it too.
"""

from monitor.stories.candidates import Candidate, Placement, StorySettings
from monitor.stories.fingerprint import signature
from monitor.stories.grouping import is_short
from monitor.stories.meaning import Vectors
from monitor.stories.placing import lead, place
from monitor.stories.slices import rounds, slices

__all__ = [
    "Candidate", "Placement", "StorySettings", "Vectors", "is_short", "lead", "place", "rounds", "signature", "slices",
]  # fmt: skip
