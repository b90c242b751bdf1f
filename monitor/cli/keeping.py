"""`monitor check`, `status`, `sources`, `search`, `export`, `backfill`, `maintain`, `web`: what is watched and kept."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

from monitor.cli import output
from monitor.cli.options import Json, Root, settings_of
from monitor.errors import ConfigurationError
from monitor.loading import loading


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (check, status, sources, search, export, backfill, maintain, web):
        app.command(cls=_Search if command is search else None)(command)


def check(
    online: Annotated[bool, typer.Option("--online", help="Ask every source once.")] = False,
    json: Json = False,
    root: Root = None,
) -> None:
    """Validate configuration and seeds.

    With --online every source is asked once.

    Example: monitor check --online
    """
    from monitor.pipeline.check import check as checking

    report = checking(settings_of(root), online=online)
    if json:
        output.as_json(report.to_json())
    else:
        for line in report.lines():
            output.say(line)
    if report.failed:
        raise typer.Exit(1)


def status(json: Json = False, root: Root = None) -> None:
    """Is it alive, what broke, what waits, what does it cost. Exit code 1 where it is not alive.

    Example: monitor status --json
    """
    from monitor.pipeline.standing import standing_now

    standing = standing_now(settings_of(root))
    if json:
        output.as_json(standing.to_json())
    else:
        for line in standing.lines():
            output.say(line)
    if not standing.alive:
        raise typer.Exit(1)


def sources(
    add: Annotated[str, typer.Option("--add", metavar="URL", help="Declare a source from any address.")] = "",
    pause: Annotated[str, typer.Option("--pause", metavar="NAME", help="Do not ask this source any more.")] = "",
    resume: Annotated[str, typer.Option("--resume", metavar="NAME", help="Ask it again.")] = "",
    read: Annotated[Path | None, typer.Option("--import", metavar="FILE", help="Declare the feeds of an OPML.")] = None,
    write: Annotated[Path | None, typer.Option("--export", metavar="FILE", help="Write the feeds as OPML.")] = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """Each source's health; add, pause, import and export sources.

    Example: monitor sources --add https://example.com/
    """
    from monitor.pipeline.polling import sourcing

    _refuse_several("sources", add=add, pause=pause, resume=resume, **{"import": read}, export=write)
    settings = settings_of(root)
    done = ""
    if add:
        done = sourcing.add(settings, add)
    elif pause or resume:
        done = sourcing.pause(settings, pause or resume, paused=bool(pause))
    elif read:
        done = sourcing.read_opml(settings, read)
    elif write:
        done = sourcing.write_opml(settings, write)
    if done:
        for line in done.splitlines():
            output.say(line)
        return
    from monitor.pipeline.polling.health import sources_health

    health = sources_health(settings)
    if json:
        output.as_json({"sources": [each.to_row() for each in health]})
        return
    rows = [tuple(each.to_row().values()) for each in health]
    none = "none is declared; `monitor sources --add ADDRESS` declares one"
    output.show("sources", list(health[0].to_row()) if health else [], rows, none)


def _refuse_several(command: str, **options: object) -> None:
    """Nothing where one option at most is given; else ConfigurationError, for one of them would be passed over."""
    given = [f"--{name}" for name, value in options.items() if value]
    if len(given) > 1:
        message = f"{command}: {' and '.join(given)} are things of their own: do one, then the other"
        raise ConfigurationError(message)


class _Search(TyperCommand):
    """A command whose words may begin with a minus, as no option of its own does but -h."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        # What begins with a space is no option, and to a search one space more is nothing.
        is_word = re.compile(r"-(?!-|h$)")
        return super().parse_args(ctx, [f" {each}" if is_word.match(each) else each for each in args])


def search(
    words: Annotated[list[str], typer.Argument(help='Words, a "phrase in quotes", this OR that, and -without this.')],
    topic: Annotated[str, typer.Option("--topic", help="Only what is relevant for this topic.")] = "",
    source: Annotated[str, typer.Option("--source", help="Only from this source.")] = "",
    language: Annotated[str, typer.Option("--language", help="Only in this language, as en.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="At most so many.")] = 20,
    json: Json = False,
    root: Root = None,
) -> None:
    """Full-text search over what is kept, best first.

    Example: monitor search '"open weights" Qwen OR DeepSeek -phone' --language en
    """
    with loading():
        from monitor.pipeline.lookup import Query, lookup

    with _indexing() as progress:
        hits = lookup(settings_of(root), Query(" ".join(words), topic, source, language, limit), progress)
    if json:
        output.as_json({"hits": [hit.to_json() for hit in hits]})
        return
    given = {"--topic": topic, "--source": source, "--language": language}
    narrowed = "".join(f" {option} {value}" for option, value in given.items() if value)
    none = f"nothing that is kept holds these words{f', asked with{narrowed}' if narrowed else ''}"
    output.show("found", ["date", "source", "title", "url", "where"], [hit.row for hit in hits], none)


@contextmanager
def _indexing() -> Iterator[Callable[[str, int, int], None]]:
    """Says once that a search waits for the full-text index, and shows on a terminal how far that is."""
    with output.progress() as bar:
        told: list[str] = []

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in told:
                told.append(stage)
                output.note(f"{total} articles are put into the full-text index first; the next search finds it made")
            bar(stage, done, total)

        yield tell


def export(
    json_lines: Annotated[bool, typer.Option("--json-lines", help="One article a line, as JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, without the texts.")] = False,
    root: Root = None,
) -> None:
    """Everything that is kept, on standard output.

    Example: monitor export --json-lines > articles.jsonl
    """
    from monitor.pipeline.export import write_csv, write_json_lines

    if json_lines == csv:
        message = "export: choose one of --json-lines and --csv"
        raise ConfigurationError(message)
    (write_json_lines if json_lines else write_csv)(settings_of(root), sys.stdout)


def backfill(
    archives: Annotated[
        list[str], typer.Argument(metavar="WARC|FOLDER|SITEMAP...", help="WARC files, folders of pages, or sitemaps.")
    ],
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="Only what was published from then on.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Only what was published until then.")] = "",
    json: Json = False,
    root: Root = None,
) -> None:
    """The same pipeline over an archive of pages.

    An archive is a WARC file, a folder of HTML pages or WARC files, or a sitemap by date range.

    Example: monitor backfill https://news.example/sitemap.xml --from 2026-01-01 --to 2026-01-31
    """
    from monitor.pipeline.backfill import Span, backfill_now, in_doubt

    tally = backfill_now(settings_of(root), tuple(archives), Span.of(start, end))
    if json:
        output.as_json(tally.to_json())
    else:
        output.say(tally.read_and_stored)
        for failure in tally.failures:
            output.note(failure.line)
    if in_doubt(tally):
        raise typer.Exit(1)


def maintain(
    backup: Annotated[Path | None, typer.Option("--backup", metavar="FILE", help="Copy the database to FILE.")] = None,
    restore: Annotated[Path | None, typer.Option("--restore", metavar="FILE", help="Put a copy back in place.")] = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """Tidy the database; or back it up, or restore it.

    Tidying drops what is older than `store.keep`.

    Example: monitor maintain --backup backups/today.db
    """
    from monitor.pipeline import maintain as keeping

    _refuse_several("maintain", backup=backup, restore=restore)
    settings = settings_of(root)
    if backup:
        done = keeping.back_up(settings, backup)
    elif restore:
        done = keeping.put_back(settings, restore)
    else:
        done = keeping.maintain(settings)
    if json:
        output.as_json(done.to_json())
    else:
        output.say(done.summary)
        for fault in done.faults:
            output.note(fault)
    if done.faults:
        raise typer.Exit(1)


def web(root: Root = None) -> None:
    """The reading page alone, without the schedules.

    Stories and why they are there, verdicts, search, topics, sources, digests, status. For programs it has /api,
    described by /openapi.json, /metrics and /feeds.

    Example: monitor web
    """
    from monitor.web.serve import serve

    serve(settings_of(root))
