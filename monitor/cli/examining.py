"""`monitor entries`, `extract`, `score`, `stories` and `evaluate`: one stage on given inputs, always JSON lines."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.options import Json, Root, root_folder, settings_of
from monitor.errors import ConfigurationError

if TYPE_CHECKING:
    from monitor.fetch.settings import FetchSettings
    from monitor.pipeline.examine import Examined

Inputs = Annotated[
    list[str], typer.Argument(metavar="FILE|URL...", help="Files or addresses, one result each, in order.")
]
Articles = Annotated[
    Path,
    typer.Option("--input", metavar="F.jsonl", help="Articles, one a line: id, title, text (published, language)."),
]
Seeds = Annotated[list[str], typer.Option("--seed", metavar="FILE", help="A seed document; may be repeated.")]
Labels = Annotated[Path | None, typer.Option("--labels", metavar="F.jsonl", help="Verdicts, one a line: id, relevant.")]
Background = Annotated[
    Path | None, typer.Option("--background", metavar="F.jsonl", help="An unlabelled archive to judge against.")
]
Threshold = Annotated[str, typer.Option(help="precise, balanced, inclusive, a number, or with verdicts 'recall 0.9'.")]
TopicFile = Annotated[Path | None, typer.Option("--topic", metavar="FILE", help="A topic file: its guards and terms.")]
Batch = Annotated[
    int | None,
    typer.Option(min=1, help="Decide in arrival order, so many at a time, each batch seeing what came before."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (entries, extract, score, stories, evaluate):
        app.command()(command)


def entries(inputs: Inputs, root: Root = None) -> None:
    """What source documents list: a JSON line each.

    Example: monitor entries feed.xml https://example.com/sitemap.xml
    """
    from monitor.pipeline import examine

    asyncio.run(_each(examine.entries, inputs, root))


def extract(inputs: Inputs, root: Root = None) -> None:
    """What extraction finds on pages: a JSON line each.

    Pages are HTML, plain or gzipped.

    Example: monitor extract page.html
    """
    from monitor.pipeline import examine

    asyncio.run(_each(examine.documents, inputs, root))


def score(
    seed: Seeds,
    articles: Articles,
    background: Background = None,
    labels: Labels = None,
    threshold: Threshold = "balanced",
    topic: TopicFile = None,
    batch: Batch = None,
) -> None:
    """Score articles against a seed: a JSON line each.

    No store is needed.

    Example: monitor score --seed seeds/ai-competition.md --input articles.jsonl
    """
    from monitor.pipeline.judging import scoring

    request = scoring.Request(tuple(seed), articles, background, labels, threshold, topic, batch)
    judged = scoring.score(request)
    for judgement in judged:
        output.as_json_line(scoring.to_json(judgement))
    if note := scoring.on_unknown(request, judged):
        output.note(note)


def stories(articles: Articles) -> None:
    """Group articles into stories: a JSON line each.

    No store is needed. The window is that of a live run.

    Example: monitor stories --input articles.jsonl
    """
    from monitor.pipeline.judging import scoring

    for identifier, story in scoring.group(articles):
        output.as_json_line({"id": identifier, "story": story})


def evaluate(
    seed: Annotated[list[str] | None, typer.Option("--seed", metavar="FILE", help="A seed document.")] = None,
    articles: Annotated[Path | None, typer.Option("--input", metavar="F.jsonl", help="Labelled articles.")] = None,
    labels: Labels = None,
    topic: Annotated[str, typer.Option("--topic", help="A topic, judged on its verdicts.")] = "",
    threshold: Threshold = "balanced",
    plots: Annotated[Path | None, typer.Option("--plots", metavar="DIR", help="Draw three plots there (SVG).")] = None,
    json: Json = False,
    root: Root = None,
) -> None:
    """How good the judging is: on verdicts, or on a labelled file.

    Precision, recall, average precision and calibration, with intervals.

    Example: monitor evaluate --seed brief.md --input articles.jsonl --labels labels.jsonl --plots plots
    """
    from monitor.pipeline.judging import scoring
    from monitor.pipeline.learning import evaluating

    if articles is not None:
        if not seed or labels is None:
            message = "evaluate: --input needs --seed and --labels beside it"
            raise ConfigurationError(message)
        request = scoring.Request(tuple(seed), articles, None, labels, threshold, None, None)
        made = evaluating.evaluate_file(request)
    elif seed or labels:
        message = "evaluate: --seed and --labels need --input beside them; a topic has its own"
        raise ConfigurationError(message)
    else:
        made = evaluating.evaluate_verdicts(settings_of(root), topic)
    drawn = made.draw(plots, topic or (Path(seed[0]).stem if seed else "evaluation")) if plots else ()
    if json:
        output.as_json({**made.to_json(), "plots": [str(path) for path in drawn]})
        return
    if made.figures:
        output.show("evaluation", ["figure", "value", "from", "to"], [figure.to_row() for figure in made.figures])
    for line in (*made.notes, *(f"drew {path}" for path in drawn)):
        output.say(line)


async def _each(
    stage: "Callable[[Sequence[str], FetchSettings], AsyncIterator[Examined]]", inputs: Sequence[str], root: Path | None
) -> None:
    async for result in stage(inputs, _fetching(root)):
        output.as_json_line(result.to_json())


def _fetching(root: Path | None) -> "FetchSettings":
    """How to fetch: as configured, or the defaults where there is no configuration."""
    from monitor.fetch.settings import FetchSettings

    try:
        root_folder(root)
    except ConfigurationError:
        if root is not None:
            raise
        return FetchSettings()
    return settings_of(root).fetch
