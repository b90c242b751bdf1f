"""Which near-duplicates are later editions: most of an agency's text as it was, and a headline with a new figure.

"At least 45 dead" over a text whose first edition told of twelve repeats nine sentences of ten, and is news all the
same. Only a figure tells: other headlines are put over a text by whoever prints it. Pure.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from monitor.stories.candidates import Candidate
from monitor.text import figures


def later_editions(
    repeats: Mapping[int, int], given: Mapping[int, Candidate], held: Mapping[int, Candidate]
) -> set[int]:
    """Those of the repetitions that give in their headline and text a figure that no report before them has.

    `repeats` maps repetitions, which are among the `given`, to their originals; reports are the original, the articles
    that were `held` in its story, and its other editions, as far as they were not published after it, and one of them
    before: an agency's text has the same moment wherever it is printed.
    """
    counting = {number: figures(given[number].title, given[number].language) for number in repeats}
    counting = {number: found for number, found in counting.items() if found}
    if not counting:
        return set()
    stories = {held[repeats[number]].story for number in counting if repeats[number] in held}
    told = defaultdict[int | None, list[Candidate]](list)
    for article in held.values():
        if article.story in stories and article.duplicate_of is None:
            told[article.story].append(article)

    @cache
    def reported(report: Candidate) -> set[str]:
        return figures(f"{report.title}\n{report.text}", report.language)

    editions: set[int] = set()
    among = defaultdict[int, list[Candidate]](list)
    for number in sorted(counting, key=lambda number: (given[number].published, number)):
        article, original = given[number], repeats[number]
        first = held.get(original) or given[original]
        reports = [first, *(told[first.story] if first.story is not None else ()), *among[original]]
        until_then = [each for each in reports if each.published <= article.published]
        if all(each.published == article.published for each in until_then):
            continue
        own = counting[number] & figures(article.text, article.language)
        if own and not any(own & reported(each) for each in until_then):
            editions.add(number)
            among[original].append(article)
    return editions
