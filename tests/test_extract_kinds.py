"""Kinds of pages that collections of articles hold few of: live blogs, lists, old layouts, AMP, other scripts, consent
boxes, and pages that carry their text in scripts alone. Each is one text in the markup of such a page."""

import json

import pytest
from pipeline_house import CRANES, LOAVES
from test_extract_floor import f1

from monitor.extract import extract
from monitor.models import Document, Grade

TITLE = "Forty cranes at Eastmere"
TEXT = (*CRANES, *LOAVES)
HEADS = ("A crane is moved", "The union speaks", "Rivals order", "Makers worry")
ENTRIES = [TEXT[start : start + 3] for start in range(0, 12, 3)]
UNDER_HEADS = [line for head, entry in zip(HEADS, ENTRIES, strict=True) for line in (head, *entry)]
MENU = "<nav><ul><li><a href=/>Home</a><li><a href=/w>World</a></ul></nav>"


def paragraphs(lines: tuple[str, ...] = TEXT) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def read(body: str, head: str = "") -> Document:
    page = f"<!doctype html><html lang=en><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    return extract(page.encode(), "https://courier.example/cranes")


def entries(template: str) -> str:
    shown = zip(HEADS, ENTRIES, strict=True)
    return "".join(template.format(head=head, text=paragraphs(entry)) for head, entry in shown)


COOKIES = (
    "When you visit our website, we store cookies on your browser to collect information about you or your device. "
)
CONSENT = f"""<div id="onetrust-consent-sdk"><div class="ot-sdk-row"><p>{COOKIES * 8}</p><h3>Strictly necessary</h3>
<p>{COOKIES * 8}</p></div>"""
LAYOUTS = {
    "live blog of articles": (
        f"<main><h1>{TITLE} – live</h1>"
        + entries("<article class=post><time datetime=2026-11-24T10:05Z>10.05</time><h2>{head}</h2>{text}</article>"),
        UNDER_HEADS,
    ),
    "live blog of blocks": (
        f"<main><h1>{TITLE} – live</h1>"
        + entries("<div class=block><h2>{head}</h2><div class=block-elements>{text}</div></div>"),
        UNDER_HEADS,
    ),
    "list under headings": (f"<article><h1>{TITLE}</h1>{entries('<h2>{head}</h2>{text}')}</article>", UNDER_HEADS),
    "list of items": (
        f"<article><h1>{TITLE}</h1><p>{TEXT[0]}</p><ul>{''.join(f'<li>{line}' for line in TEXT[1:])}</ul></article>",
        TEXT,
    ),
    "questions and answers": (
        f"<article><h1>{TITLE}</h1>" + "".join(f"<dl><dt>{n}?</dt><dd>{line}</dd></dl>" for n, line in enumerate(TEXT)),
        [part for n, line in enumerate(TEXT) for part in (f"{n}?", line)],
    ),
    "tables and fonts": (
        f"""<table width=760><tr><td width=140><a href=/>Home</a><br><a href=/w>News of the world</a></td><td>
<font size=5><b>{TITLE}</b></font><br><br><font size=2>{"<br><br>".join(TEXT)}</font></td></tr></table>""",
        [TITLE, *TEXT],
    ),
    "line breaks": (f"{MENU}<div class=t><h1>{TITLE}</h1>{'<br/><br/>'.join(TEXT)}</div>", TEXT),
    "blocks for paragraphs": (
        f"<div class=x1><h1>{TITLE}</h1>{''.join(f'<div class=x9><span>{line}</span></div>' for line in TEXT)}</div>",
        TEXT,
    ),
    "elements of the site's own": (
        f"<news-body><h1>{TITLE}</h1>{''.join(f'<news-line>{line}</news-line>' for line in TEXT)}</news-body>",
        TEXT,
    ),
    "AMP": (
        f"""<amp-sidebar><ul><li><a href=/>Home</a></ul></amp-sidebar><article><h1>{TITLE}</h1>{paragraphs()}</article>
<amp-consent><p>We use cookies to make this site better for you.</p></amp-consent>""",
        TEXT,
    ),
    "consent after": (f"<article><h1>{TITLE}</h1>{paragraphs(CRANES)}</article>{CONSENT}", CRANES),
    "consent before": (f"{CONSENT}</div><article><h1>{TITLE}</h1>{paragraphs(CRANES)}</article>", CRANES),
    "without scripts": (f"<div id=app></div><noscript><h1>{TITLE}</h1>{paragraphs()}</noscript>", TEXT),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_gives_its_text(layout: str) -> None:
    body, expected = LAYOUTS[layout]
    assert f1("\n".join(expected), read(body).text) >= 0.98


SCRIPTS = {
    "ar": "أعلن مدير الميناء يوم الاثنين أن أربعين رافعة بدون سائق ستعمل في الربيع المقبل.",
    "he": "נמל איסטמיר יכניס לשירות ארבעים מנופים ללא נהג באביב הבא, אמר מנהלו ביום שני.",
    "hi": "ईस्टमियर बंदरगाह अगले वसंत में चालीस चालक रहित क्रेनें सेवा में लेगा, इसके निदेशक ने सोमवार को कहा।",
    "th": "ท่าเรืออีสต์เมียร์จะนำปั้นจั่นไร้คนขับสี่สิบตัวเข้าใช้งานในฤดูใบไม้ผลิหน้า ผู้อำนวยการกล่าวเมื่อวันจันทร์",
    "ja": "イーストミア港は来春、運転手のいないクレーン四十基を稼働させると、港の責任者が月曜日に述べた。",
    "zh": "伊斯特米尔港负责人周一表示,该港将于明年春天启用四十台无人驾驶起重机。",
    "ka": "ისტმირის პორტი მომავალ გაზაფხულზე ორმოც უმძღოლო ამწეს ამოქმედებს, განაცხადა მისმა დირექტორმა ორშაბათს.",
}


@pytest.mark.parametrize("code", SCRIPTS)
@pytest.mark.parametrize("between", ["</p><p>", "<br><br>"])
def test_every_script_is_read(code: str, between: str) -> None:
    lines = [f"{number} {SCRIPTS[code]}" for number in range(4)]
    document = read(
        f"{MENU}<div><h1>{SCRIPTS[code][:20]}</h1><div class=story><p>{between.join(lines)}</p></div></div>"
    )
    assert document.text.split("\n") == lines
    assert document.language == code


def script(content: str, attributes: str = "") -> str:
    return f"<div id=root><p>Please enable JavaScript.</p></div><script {attributes}>{content}</script>"


HTML = json.dumps(
    {"page": "/a/[slug]", "article": {"title": TITLE, "deck": "A teaser of it.", "bodyHtml": paragraphs()}}
)
BLOCKS = json.dumps({"id": "7", "content": [{"type": "p", "data": {"text": line}} for line in TEXT], "menu": ["Home"]})
FLAT = json.dumps([["Reactive", 1], {"article": 2}, {"title": 3, "lines": 4}, TITLE, [*range(5, 17)], *TEXT])
STREAM = json.dumps({"body": paragraphs()})
CARRIED = {
    "data of Next.js": script(HTML.replace("</", "<\\/"), 'id="__NEXT_DATA__" type="application/json"'),
    "blocks": script(BLOCKS, 'id="__NEXT_DATA__" type="application/json"'),
    "chunks of a stream": "".join(
        script(f"self.__next_f.push({json.dumps([1, part])})") for part in ("0:{}\n1:", STREAM[:500], STREAM[500:])
    ),
    "flat data of Nuxt": script(FLAT, 'id="__NUXT_DATA__" type="application/json"'),
    "a call of Nuxt": script(
        f"window.__NUXT__=(function(a){{return {{data:[{{html:{json.dumps(paragraphs())}}}]}}}}(1))"
    ),
    "state of Redux": script(f"window.__PRELOADED_STATE__ = {HTML};"),
}


@pytest.mark.parametrize("form", CARRIED)
def test_a_page_drawn_by_scripts_is_read_from_their_data(form: str) -> None:
    document = read(CARRIED[form])
    assert document.text.split("\n") == list(TEXT)
    assert document.grade == Grade.FULL


def test_the_data_of_what_is_paid_for_is_left_alone() -> None:
    wall = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    assert TEXT[1] not in read(f"<p>{TEXT[0]}</p>{CARRIED['data of Next.js']}", wall).text


def test_data_without_prose_gives_nothing() -> None:
    labels = json.dumps({"messages": {str(n): f"Please wait while we load item {n} of many." for n in range(40)}})
    style = json.dumps({"css": ".a { color: red; } .b { margin: 0 1px 2px 3px; } " * 40})
    assert "load item" not in read(script(f"window.__INITIAL_STATE__={labels}")).text
    assert "color" not in read(script(f"window.__INITIAL_STATE__={style}")).text


def test_a_live_blog_drawn_by_scripts_is_read_from_its_linked_data() -> None:
    updates = [
        {"@type": "BlogPosting", "headline": head, "articleBody": "<br>".join(entry)}
        for head, entry in zip(HEADS, ENTRIES, strict=True)
    ]
    data = json.dumps({"@type": "LiveBlogPosting", "headline": TITLE, "liveBlogUpdate": updates})
    document = read("<div id=root></div>", f'<script type="application/ld+json">{data}</script>')
    assert (document.text.split("\n"), document.grade) == (UNDER_HEADS, Grade.LIVE)
