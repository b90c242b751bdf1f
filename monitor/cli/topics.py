"""`monitor new-topic`, `train`, `feedback`, `ask`, `explain`: what the reader cares about, and why not the rest."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.options import Json, Root, settings_of
from monitor.errors import ConfigurationError
from monitor.loading import loading

TopicName = Annotated[str, typer.Option("--topic", metavar="NAME", help="A topic of config/topics.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(name="new-topic")(new_topic)
    for command in (train, feedback, ask, explain):
        app.command()(command)


def new_topic(
    name: Annotated[str, typer.Argument(help="The topic's name: the file will be config/topics/NAME.toml.")],
    seed: Annotated[list[str], typer.Argument(metavar="SEED...", help="Articles or briefs: files or addresses.")],
    title: Annotated[str, typer.Option(help="The title that readers see; the name if not given.")] = "",
    brief: Annotated[
        bool, typer.Option("--brief", help="Make the proposed brief the seed at once; else the article is.")
    ] = False,
    json: Json = False,
    root: Root = None,
) -> None:
    """Write a topic from articles, and a brief to edit.

    Articles are pasted into files, or stand at addresses. Shows its facets, and what the kept days would have given.

    Example: monitor new-topic chips article.txt
    """
    from monitor.pipeline.topics import new_topic as making

    proposal = making.new_topic(settings_of(root), name, tuple(seed), title, as_brief=brief)
    if json:
        output.as_json(proposal.to_json())
        return
    output.say(f"wrote {proposal.path}")
    output.show("facets", ["facet", "heaviest terms"], proposal.facet_rows())
    if proposal.lines:
        output.say("the brief proposed:")
        for line in proposal.lines:
            output.say(line)
    if proposal.articles:
        output.show("the kept days at each threshold", ["threshold", "articles"], proposal.level_rows())
    else:
        output.say("no article of the last days is kept yet to try it on: `monitor collect` reads some")
    for line in proposal.warnings:
        output.note(f"warning: {line}")
    if proposal.told_by:
        output.say(
            f"told by the digest {' and '.join(proposal.told_by)}; to have it in another, write "
            f'"{name}" under topics in its file of config/digests'
        )
    output.say(f"edit {proposal.path} and its seed as you like: the next collect judges by them")
    if proposal.brief and not proposal.chosen:
        output.say(
            f"a brief says it more exactly: strike and add in {proposal.brief}, then write "
            f'seeds = ["{proposal.brief}"] in {proposal.path}'
        )


def train(topic: TopicName = "", json: Json = False, root: Root = None) -> None:
    """Refit the topics' models from verdicts.

    Shows log loss and average precision (AP) on verdicts, before and after.

    Example: monitor train --topic ai-competition
    """
    from monitor.pipeline.train import train as learn

    settings = settings_of(root)
    names = [settings.topic(topic).name] if topic else [each.name for each in settings.topics]
    trained = [learn(settings, name) for name in names]
    if json:
        output.as_json({"topics": [each.to_json() for each in trained]})
    else:
        output.show("training", ["topic", "verdicts", "before", "after", "what was done"], [t.row for t in trained])
        for each in trained:
            if each.drift:
                output.say(f"{each.topic}: the stream changed: {each.drift}")
    if any(each.failed for each in trained):
        raise typer.Exit(1)


def feedback(
    url: Annotated[str, typer.Argument(help="The article's address.")],
    verdict: Annotated[str, typer.Argument(metavar="yes|no", help="Is it relevant?")],
    topic: Annotated[
        str, typer.Option("--topic", metavar="NAME", help="For which topic, where there are several.")
    ] = "",
    root: Root = None,
) -> None:
    """Record a verdict on an article; the latest counts.

    Example: monitor feedback https://example.com/story yes --topic ai-competition
    """
    with loading():
        from monitor.pipeline.learning.feedback import only_topic, record

    if verdict not in ("yes", "no"):
        message = f'feedback: "{verdict}" is no verdict: write yes or no'
        raise ConfigurationError(message)
    settings = settings_of(root)
    name = topic or only_topic(settings).name
    article = record(settings, url, name, relevant=verdict == "yes")
    output.say(f"noted: {article.title!r} is {'relevant' if verdict == 'yes' else 'not relevant'} for {name}")


def ask(
    topic: TopicName = "",
    seed: Annotated[list[str] | None, typer.Option("--seed", metavar="FILE", help="With --input: a seed.")] = None,
    articles: Annotated[
        Path | None, typer.Option("--input", metavar="F.jsonl", help="Articles, with no store.")
    ] = None,
    labels: Annotated[Path | None, typer.Option("--labels", metavar="F.jsonl", help="Verdicts already given.")] = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many to ask about.")] = 5,
    json: Json = False,
    root: Root = None,
) -> None:
    """The few verdicts that would help most.

    Of several, one in five and at least one is drawn from what was left out, to measure what is missed. With --input
    there is no store to draw from: all are asked to learn.

    Example: monitor ask --topic ai-competition --count 5
    """
    from monitor.pipeline.learning import feedback as asking

    if articles is not None:
        if not seed:
            message = "ask: --input needs --seed beside it"
            raise ConfigurationError(message)
        for question in asking.questions_of_file(tuple(seed), articles, labels, count):
            output.as_json_line({"id": question.id, "why": question.why})
        return
    if seed or labels:
        message = "ask: --seed and --labels need --input beside them; a topic has its own"
        raise ConfigurationError(message)
    questions = asking.questions(settings_of(root), topic, count)
    if json:
        output.as_json({"questions": [question.to_json() for question in questions]})
        return
    output.show("worth a verdict", ["score", "title", "url", "why"], [question.row for question in questions])


def explain(
    url: Annotated[str, typer.Argument(help="The article's address.")],
    topic: TopicName = "",
    json: Json = False,
    root: Root = None,
) -> None:
    """Why an article was or was not sent.

    It is taken from the store, or fetched afresh.

    Example: monitor explain https://example.com/story --topic ai-competition
    """
    from monitor.pipeline.judging.explain import explain as explanation

    explained = explanation(settings_of(root), url, topic)
    if json:
        output.as_json(explained.to_json())
    else:
        for line in explained.lines():
            output.say(line)
