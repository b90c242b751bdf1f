"""New articles in slices of time, so that each is placed beside what was published about then and no more is read.

Between a straggler of last year and this morning's news lies all that was kept since, which neither is compared with.
"""

from collections.abc import Iterable, Iterator

from monitor.stories.candidates import Candidate, StorySettings

# The longest slice, in windows: two weeks with the usual window of one. What a collect brings, at most a week old
# (`collect.max_age`), stays whole; an archive of years is cut, and what a cut parts meets again, for the earlier slice
# is kept when the later one is placed.
LONGEST = 2


def rounds(new: Iterable[Candidate], settings: StorySettings) -> Iterator[list[list[Candidate]]]:
    """The slices, in order, those together that lie more than a window apart from one another.

    None of a round would be compared with what another slice of it brings: they may be kept at once, which costs a
    round what it would cost each of them.
    """
    current: list[list[Candidate]] = []
    for part in slices(new, settings):
        if current and part[0].published - current[-1][-1].published <= settings.window:
            yield current
            current = []
        current.append(part)
    if current:
        yield current


def slices(new: Iterable[Candidate], settings: StorySettings) -> Iterator[list[Candidate]]:
    """The articles in the order of publication, cut where the next is further away than the window, or too many days.

    None is empty; nothing of one slice would be compared with anything that lies beyond the window around its ends.
    """
    current: list[Candidate] = []
    for article in sorted(new, key=lambda article: (article.published, article.id)):
        if current and (
            article.published - current[-1].published > settings.window
            or article.published - current[0].published > LONGEST * settings.window
        ):
            yield current
            current = []
        current.append(article)
    if current:
        yield current
