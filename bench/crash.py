"""Whether a killed run loses or doubles anything: SIGKILL at random moments, one whole run after it, and a comparison.

    python bench/crash.py [--shared ../shared] [--rounds 20] [--seed 1]

An undisturbed `monitor collect --all` over 148 pages of 40 sites says how it should end. Then, round by round in a
fresh root, a collect is killed in one of five stages, the moment within it drawn by chance (`--seed`):

    polling    between its first row in the database and the first entry there
    reading    when a drawn number of pages has been settled, and up to half a second later
    storing    the same, at the moment at which the database's log grows: within the writing of a transaction
    grouping   between the last page settled and the last article that found its story
    judging    between that and the last article judged

In every other round the whole process group is killed, else its first process alone, as the kernel does when memory
runs out: then no process of the run may live on for more than a few seconds. After one whole run the database holds the
same articles with the same texts as after the undisturbed one, none twice, each in a story and judged, and is sound. A
last round kills five collects running in one root.

Each check is also made where it must fail: on a run whose pending entries were taken away after the kill, on articles
that were falsified, and with a worker that cannot end because it was stopped. Exits with 1 where a check does not come
out as it should.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kept import End, Progress, different, doubled, end_of, look, unjudged
from replayed import Checks, Replay, bench, make_root, unless
from running import Running, collect, database

HOSTS, REVEAL = 40, 0.25
PATIENCE = 10.0
"""Seconds for which a process may outlive the one that it worked for: it notices once it has loaded the readers."""
LOOK_EVERY = 0.01
"""Seconds between two looks at the database; one takes a millisecond."""
TRIES = 5


@dataclass(frozen=True)
class Moment:
    """When to kill: `delay` seconds after a run is so far, or when its log next grows after that."""

    stage: str
    reached: Callable[[Progress], bool]
    delay: float
    while_writing: bool = False


@dataclass(frozen=True)
class Undisturbed:
    """How a run goes that nobody disturbs: when (in seconds since its start) it first was how far."""

    end: End
    seconds: float
    entries: int
    reached: Mapping[str, float]


STAGES: Mapping[str, Callable[[Progress, int], bool]] = {
    "began": lambda now, _: now.runs > 0,
    "listed": lambda now, _: now.entries > 0,
    "read": lambda now, entries: now.entries > 0 and now.settled == entries,
    "grouped": lambda now, _: 0 < now.articles == now.placed,
    "judged": lambda now, _: 0 < now.articles == now.judged,
}
WITHIN: Mapping[str, Callable[[Progress], bool]] = {
    "polling": lambda now: now.entries == 0,
    "reading": lambda now: now.settled < now.entries,
    "storing": lambda now: now.settled < now.entries,
    "grouping": lambda now: now.settled == now.entries > 0 and now.placed < now.articles,
    "judging": lambda now: now.articles == now.placed > 0 and now.judged < now.articles,
}
"""What the database shows of a run that was killed in a stage."""


def survived(seconds: float) -> list[str]:
    """Processes that outlived the run for too long."""
    return unless(seconds < PATIENCE, f"alive {PATIENCE:.0f} s after the first process was killed")


# ---------------------------------------------------------------------------------------------------------------
# Killing


def undisturbed(root: Path) -> Undisturbed:
    """A run to its end, watched only: each watched moment as late as the next look."""
    running = Running(root, "collect", "--all", "--json")
    seen: list[tuple[float, Progress]] = []
    while running.lives():
        seen.append((time.monotonic() - running.begun, look(root)))
        time.sleep(LOOK_EVERY)
    ran, _ = running.ended(PATIENCE)
    if ran.code:
        message = f"the undisturbed run ended with {ran.code}: {ran.errors[-2000:]}"
        raise RuntimeError(message)
    entries = seen[-1][1].entries
    reached = {
        name: next((moment for moment, progress in seen if test(progress, entries)), ran.cost.wall)
        for name, test in STAGES.items()
    }
    return Undisturbed(end_of(root, ran), ran.cost.wall, entries, reached)


def moment(stage: str, whole: Undisturbed, chance: random.Random) -> Moment:
    """A moment of a stage, drawn."""
    spans = {"polling": ("began", "listed"), "grouping": ("read", "grouped"), "judging": ("grouped", "judged")}
    if stage in spans:
        first, last = spans[stage]
        span = whole.reached[last] - whole.reached[first]
        return Moment(stage, lambda now: STAGES[first](now, whole.entries), chance.uniform(0, max(span, 0.02)))
    settled = chance.randrange(1, whole.entries * 4 // 5)
    if stage == "storing":
        # The log must grow once more after this, so what it waits for is not the last batch.
        settled = chance.randrange(0, whole.entries * 3 // 4)
        return Moment(stage, lambda now: now.entries > 0 and now.settled >= settled, 0, while_writing=True)
    return Moment(stage, lambda now: now.settled >= settled, chance.uniform(0, 0.5))


def kill_at(root: Path, when: Moment, *, whole: bool) -> tuple[bool, float, float]:
    """Start a collect and kill it then: whether it still ran, at which second, and how long others outlived it."""
    running = Running(root, "collect", "--all", "--json")
    while not when.reached(look(root)) and running.lives():
        time.sleep(LOOK_EVERY)
    if when.while_writing:
        log = root / "var/monitor.db-wal"
        size = _written(log)
        while _written(log) == size and running.lives():
            time.sleep(0.0002)  # a transaction's writes take milliseconds
    else:
        time.sleep(when.delay)
    living = running.lives()
    moment_killed = time.monotonic() - running.begun
    running.kill(whole=whole)
    _, outlived = running.ended(PATIENCE)
    return living, moment_killed, outlived


def _written(log: Path) -> tuple[int, int]:
    try:
        status = log.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def killed(folder: Path, sources: Sequence[str], when: Moment, *, whole: bool) -> tuple[Path, str, float]:
    """A root whose collect was killed then, how far it was, and how long others outlived it.

    One that was out of the stage before the moment came is tried again with an earlier one.
    """
    for attempt in range(TRIES):
        root = make_root(folder / f"try-{attempt}", sources)
        living, second, outlived = kill_at(root, when, whole=whole)
        far = look(root)
        if living and WITHIN[when.stage](far):
            how = "all killed" if whole else "first killed"
            return root, f"{when.stage:8} {how:12} at {second:5.1f} s: {far}", outlived
        when = replace(when, delay=when.delay / 2)
    message = f"{when.stage}: over before it could be killed, {TRIES} times"
    raise RuntimeError(message)


def finish(root: Path) -> End:
    """One whole run, and what the root holds after it."""
    ran = collect(root)
    if ran.code:
        message = f"the run after the kill ended with {ran.code}: {ran.errors[-2000:]}"
        raise RuntimeError(message)
    return end_of(root, ran)


def compare(what: str, root: Path, right: End, outlived: float, checks: Checks) -> End:
    """A whole run after a kill, and all that must hold of it, as one check."""
    end = finish(root)
    against = [*survived(outlived), *different(end, right), *doubled(end), *unjudged(end, right), *end.faults]
    lived = f"; others lived {outlived:.1f} s longer" if "first" in what else ""
    checks.that(f"{what}; then {len(end.articles)} articles, {end.stories} stories{lived}", against)
    return end


# ---------------------------------------------------------------------------------------------------------------
# Where the checks must fail


def robbed(folder: Path, sources: Sequence[str], whole: Undisturbed, chance: random.Random, checks: Checks) -> None:
    """A program that does not keep pending entries would look so after a kill."""
    when = replace(moment("reading", whole, chance), reached=lambda now: now.settled >= 1)
    root, _, _ = killed(folder, sources, when, whole=True)
    with database(root, write=True) as connection:
        connection.execute("DELETE FROM sighting WHERE entry_id IN (SELECT id FROM entry WHERE state = 'pending')")
        connection.execute("DELETE FROM entry WHERE state = 'pending'")
    checks.can_fail("pending entries taken away after a kill", different(finish(root), whole.end))


def stopped(folder: Path, sources: Sequence[str], checks: Checks) -> None:
    """A worker that was stopped cannot end when the first process does."""
    running = Running(make_root(folder, sources), "collect", "--all", "--json")
    while look(folder).settled < 1:
        time.sleep(LOOK_EVERY)
    worker = max(running.alive())
    os.kill(worker, signal.SIGSTOP)
    running.kill(whole=False)
    _, outlived = running.ended(1.0)
    checks.can_fail("a worker that cannot end", survived(outlived))


def falsified(right: End, checks: Checks) -> None:
    """The comparisons on articles that were tampered with."""
    one, *others = right.articles
    for what, end, check in (
        ("an article lost", replace(right, articles=tuple(others)), lambda end: different(end, right)),
        (
            "a text changed",
            replace(right, articles=(replace(one, text=""), *others)),
            lambda end: different(end, right),
        ),
        (
            "an article twice",
            replace(right, articles=(replace(one, url=f"{one.url}?utm_source=x"), *right.articles)),
            doubled,
        ),
        (
            "one not judged",
            replace(right, articles=(replace(one, judged=False), *others)),
            lambda end: unjudged(end, right),
        ),
        (
            "one in no story",
            replace(right, articles=(replace(one, story=None), *others)),
            lambda end: unjudged(end, right),
        ),
    ):
        checks.can_fail(what, check(end))


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    checks, chance = Checks(), random.Random(arguments.seed)
    options = ("--hosts", str(HOSTS), "--reveal", str(REVEAL))
    with (
        tempfile.TemporaryDirectory() as temporary,
        Replay(arguments.shared, Path(temporary) / "log", *options) as replay,
    ):
        folder = Path(temporary)
        sources = [site.source for site in replay.sites]
        print(f"{replay.greeting}; {REVEAL:.0%} of the pages listed; seed {arguments.seed}")
        whole = undisturbed(make_root(folder / "undisturbed", sources))
        right = whole.end
        marks = ", ".join(f"{name} at {second:.1f} s" for name, second in whole.reached.items())
        print(f"undisturbed: {len(right.articles)} articles, {right.stories} stories, {whole.seconds:.1f} s ({marks})")
        checks.that("the undisturbed run is whole", [*doubled(right), *unjudged(right, right), *right.faults])
        stages = ("polling", "reading", "storing", "grouping", "judging")
        for number in range(arguments.rounds):
            when = moment(stages[number % len(stages)], whole, chance)
            root, what, outlived = killed(folder / f"round-{number}", sources, when, whole=number % 2 == 0)
            compare(f"{number + 1:2} {what}", root, right, outlived, checks)
        root = make_root(folder / "running", sources)
        for stage in ("polling", "storing", "reading", "storing", "grouping"):
            kill_at(root, moment(stage, whole, chance), whole=True)
        compare(f"five collects killed in one root: {look(root)}", root, right, 0.0, checks)
        falsified(right, checks)
        robbed(folder / "robbed", sources, whole, chance, checks)
        stopped(folder / "stopped", sources, checks)
    return checks.code()


if __name__ == "__main__":
    options = {
        "rounds": {"type": int, "default": 20, "help": "how many collects are killed, besides five in one root"},
        "seed": {"type": int, "default": 1, "help": "of the moments"},
    }
    sys.exit(bench(__doc__, main, **options))
