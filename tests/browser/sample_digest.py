"""A digest of the sample newsroom, with all that a digest can show: every section, four languages, what is too long."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.demo.articles import Newsroom, Piece
from monitor.digest.compose import Seen, SourceNews, StoryView, compose, remarked
from monitor.digest.material import FAILING, Alerted, Asked, Remarks
from monitor.digest.reader import ANYBODY, Reader
from monitor.digest.render import render
from monitor.digest.settings import DigestSettings
from monitor.models import Article, Assessment, Story, Topic, Version

TOPIC = Topic(name="ai-competition", title="AI competition", seeds=("seeds/ai-competition.md",))
SETTINGS = DigestSettings(name="morning", title="AI competition, every morning", timezone="Europe/London", max_items=40)
_ARABIC = (
    "علي بابا تفتح أكبر نماذجها للذكاء الاصطناعي أمام الجميع",
    "أعلنت مجموعة علي بابا يوم الاثنين أنها تفتح أكبر نماذجها للذكاء الاصطناعي أمام الجميع. "
    "وقالت الشركة إن النموذج الجديد يضاهي أفضل النماذج في البرمجة.",
    "ar",
)
_CHINESE = (
    "开源模型:谁把权重送给所有人,又为了什么",
    "杭州的一家实验室周一宣布,把最新模型的权重免费送给所有人。分析人士说,此举让竞争对手的价格压力更大。",
    "zh",
)
_ENDLESS = (
    f"Of{'Sehenswürdigkeiten' * 12} and https://long.example/{'a-path-without-end/' * 12}",
    f"Nobody broke the {'unbreakableword' * 20} in two. It was one word, and it stayed one.",
    "en",
)
_CORRECTED = (
    "Fourteen laboratories share their weights",
    "Fourteen laboratories said on Monday that they would share the weights of their models with everybody.",
    "en",
)
_WITHDRAWN = "The ministry had allowed it, one of the laboratories told this newspaper on Sunday evening."
_ADDED = (_ARABIC, _CHINESE, _ENDLESS)


def digest_page(now: datetime, form: str = "daily", reader: Reader = ANYBODY) -> str:
    """The page of a digest that tells of every relevant event of the newsroom, two as updates, and of two changes."""
    settings = replace(SETTINGS, form=form, title="AI competition, the week" if form == "weekly" else SETTINGS.title)
    views = [*_newsroom(now), *(_view([_article(9000 + at, now, *each)], 0.9) for at, each in enumerate(_ADDED))]
    updates = [view for view in views if len(view.articles) > 2][:2]
    views = [_told_before(view) if view in updates else view for view in views]
    views += [_changed(_view([_article(9100 + at, now, *_CORRECTED)], 0.9), gone=now if at else None) for at in (0, 1)]
    seen = Seen(
        since=now - timedelta(days=1),
        articles=1412,
        relevant_articles=31,
        nearest_miss="Huawei folds its phone three times and prices it like a car",
        nearest_miss_url="https://circuit-weekly.example/huawei",
        nearest_miss_score=0.47,
        nearest_miss_threshold=0.5,
        sources_failing=2,
        quiet_since=now - timedelta(days=1),
    )
    news = [
        SourceNews(
            "straits-dispatch",
            "broken",
            now - timedelta(hours=30),
            f"https://straits.example/{'feeds-' * 30}: answered 404 (Not Found), three times running",
            "its address has moved: find the new one",
        ),
        SourceNews("policy-lantern", "recovered", now - timedelta(hours=3)),
        SourceNews(
            *("harbour-post", FAILING, now - timedelta(hours=2)),
            "https://harbour.example/rss: no answer within 20 s",
            "its host does not answer: see in a browser whether the site is still there, or has moved",
        ),
    ]
    made = compose(settings, now.isoformat(), now, views, news, seen)
    assert made is not None
    made = remarked(made, _remarks(now))
    return render(made.digest, made.items, settings, reader).html


def linked(article_id: int, topic: str, probability: float, relevant: bool) -> str:
    """Where a reader answers; as long as a signed link is."""
    return f"https://monitor.example/verdict?token={'W' * 180}.{article_id}&verdict={'yes' if relevant else 'no'}"


def _remarks(now: datetime) -> Remarks:
    return Remarks(
        asked=(
            Asked(
                *(7, TOPIC.name, "What it costs to stay in the race: 612 pages about Zhipu"),
                *("https://ledger-market.example/2026/11/23/zhipu-prospectus-reading?section=companies", "Ledger"),
                why="at the border: 0.48 is just below the threshold 0.50",
            ),
            Asked(
                *(8, TOPIC.name, _ARABIC[0], f"https://akhbar.example/{'a-path-without-end/' * 12}", "Akhbar", "ar"),
                *("drawn at random from what was left out, one in 16: it measures what is missed", 0.0625),
            ),
        ),
        alerted=(
            Alerted(
                *(9, 1, "Senators press Apple over Alibaba's part in the Chinese iPhone"),
                *("https://meridian-courier.example/apple", "The Meridian Courier", "en", now - timedelta(hours=9)),
            ),
        ),
        drift={TOPIC.name: "12.0% of a week's articles were relevant, 3.0% of those before"},
    )


def _newsroom(now: datetime) -> list[StoryView]:
    """Each event of the newsroom that has a relevant report, with all reports of it."""
    events: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in Newsroom.load(now).pieces:
        events[piece.event or piece.key].append(piece)
    told = [sorted(each, key=lambda piece: piece.published) for each in events.values()]
    views = []
    for number, pieces in enumerate([each for each in told if any(piece.label == "on" for piece in each)], 1):
        articles = [_of_piece(100 * number + at, piece) for at, piece in enumerate(pieces)]
        views.append(_view(articles, 0.96 - number / 60))
    return views


def _of_piece(number: int, piece: Piece) -> Article:
    return _article(
        number, piece.published, piece.title, "\n\n".join(piece.paragraphs), piece.language, piece.publisher
    )


def _article(number: int, published: datetime, title: str, text: str, language: str, source: str = "Akhbar") -> Article:
    return Article.model_validate(
        {
            "id": number,
            "canonical_url": f"https://{source.lower()}.example/{number}",
            "source": source,
            "site": source.replace("-", " ").title(),
            "title": title,
            "text": text,
            "language": language,
            "published": published,
            "stored_at": published + timedelta(minutes=20),
        }
    )


def _view(articles: list[Article], score: float) -> StoryView:
    first = articles[0]
    story = {
        "id": first.id,
        "headline": first.title,
        "lead_article_id": first.id,
        "language": first.language,
        "articles": len(articles),
        "sources": len(articles),
        "first_published": first.published,
        "last_published": articles[-1].published,
    }
    reasons = {
        "facet": "Open models: who gives them away, and why",
        "seed_sentence": "Open models: Chinese laboratories give away weights that rivals sell.",
        "terms": [["weights", 0.31], ["laboratories", 0.22], ["export", 0.08]],
    }
    assessments = {
        article.id or 0: Assessment.model_validate(
            {
                "topic": TOPIC.name,
                "article_id": article.id,
                "score": score,
                "relevant": True,
                "reasons": reasons,
                "assessed_at": article.stored_at,
            }
        )
        for article in articles
    }
    return StoryView(Story.model_validate(story), tuple(articles), assessments, TOPIC)


def _told_before(view: StoryView) -> StoryView:
    """The same for a reader who knows all but the last report."""
    *known, last = view.articles
    last.story_revision = view.story.revision = 2
    return replace(view, articles=(*known, last), told_revision=1, told_as=known[0].title)


def _changed(view: StoryView, gone: datetime | None) -> StoryView:
    """The same for a reader who was told of a text that was corrected since, or of a page that is gone."""
    (article,) = view.articles
    article.story_revision = view.story.revision = 2
    article.withdrawn_at = gone
    text = f"{article.text.replace('Fourteen', 'Forty')} {_WITHDRAWN}"
    earlier = Version.model_validate(
        {"article_id": article.id, "content_hash": "", "title": article.title, "text": text}
    )
    told = frozenset({article.canonical_url, _WITHDRAWN})
    return replace(view, told_revision=1, earlier={article.id or 0: earlier}, told=told)
