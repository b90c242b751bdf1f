"""A site of our own beside the replayed ones: invented events, reported, corrected a day later, followed up after two.

In: the first day, and on each the number of the day. Out: a feed and its pages, on loopback.
"""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = "127.1.250.1"


@dataclass(frozen=True)
class Event:
    """What happened: first reported on a day, followed up two days later; `correction` is what changes after one."""

    name: str
    first: int
    headline: str
    report: str
    later: str
    sequel: str
    correction: tuple[str, str] | tuple[()] = ()


EVENTS = (
    Event(
        "ferry",
        0,
        "Ferry Saltwind runs aground off Merrow Point",
        "The ferry Saltwind ran aground off Merrow Point on Monday with 212 passengers on board. Tugs "
        "from Harrowby tried to pull the vessel free at high tide and failed. Captain Ellen Varga said "
        "that nobody was hurt and that the hull was tight. The coastguard took off forty schoolchildren "
        "from Aldermoor by boat. Divers were to look at the rudder of the Saltwind in the evening. The "
        "owner, Northern Sound Lines, cancelled all sailings to Merrow.",
        "Saltwind afloat again as inquiry looks at rudder",
        "Three tugs freed the ferry Saltwind from the sandbank off Merrow Point before dawn. "
        "Investigators found that a bolt had sheared in the rudder, and told Northern Sound Lines to "
        "check two sister ships. Captain Ellen Varga was praised for keeping her passengers calm. "
        "Sailings to Merrow begin again on Friday with a smaller vessel.",
        ("212 passengers", "247 passengers"),
    ),
    Event(
        "dictionary",
        1,
        "Kestrel Press withdraws dictionary with an invented language",
        "Kestrel Press withdrew its new dictionary of Tavalian after scholars found that half of its "
        "words were made up. The editor, Jonas Brandt, admitted that he had never visited the Tavali "
        "islands. Reviewers had praised the dictionary for its proverbs. Libraries were asked to return "
        "3,000 copies of the dictionary. Kestrel Press said that it would refund every reader. Linguists "
        "in Leuven had noticed verbs that nobody conjugates.",
        "Author of the false Tavalian dictionary turns it into a novel",
        "Jonas Brandt, whose dictionary of Tavalian was pulped, will publish its words as a novel. "
        "Kestrel Press declined to print it, and a rival from Leuven stepped in. Teachers on the Tavali "
        "islands said that they would like to be asked this time. A first chapter explains the verbs "
        "that nobody conjugates.",
    ),
    Event(
        "glacier",
        2,
        "Hut on the Grauhorn glacier to be moved by helicopter",
        "The mountain hut below the Grauhorn will be moved 300 metres because the glacier under it "
        "melts. Its keeper, Lea Moser, has measured a crack in the kitchen floor since 2019. Helicopters "
        "are to carry the walls of the hut in forty flights. The Alpine club of Sernach pays 2.1 million "
        "francs for the move. Climbers must sleep in tents until September. Geologists warned that the "
        "ridge above the Grauhorn thaws as well.",
        "Grauhorn hut stands in its new place, without its oven",
        "The last walls of the hut below the Grauhorn were set down on firm rock by helicopter. The oven "
        "of 1924 proved too heavy and stays behind on the glacier. Lea Moser will bake flat bread for "
        "climbers instead. The Alpine club of Sernach spent less than planned and wants to renew the "
        "path.",
        ("2.1 million francs", "2.6 million francs"),
    ),
    Event(
        "orchestra",
        3,
        "Brightwater orchestra plays on without its conductor",
        "The Brightwater Philharmonic played a whole symphony without a conductor after Pavel Rusnak was "
        "stuck in a lift. The first violin, Amara Obi, gave the beats with her bow. The audience noticed "
        "nothing until the applause. Engineers freed Rusnak from the lift of the concert hall after "
        "ninety minutes. The orchestra wants to repeat the evening without anybody in the lift. Critics "
        "called the slow movement the best of the season.",
        "Rusnak gives up his baton at Brightwater",
        "Pavel Rusnak, who spent a symphony in a lift, leaves the Brightwater Philharmonic. He said that "
        "the orchestra had shown it needs no conductor. Amara Obi will lead the concerts of the spring "
        "from her chair. The lift of the concert hall is to be replaced, and its door shown in the "
        "foyer.",
    ),
)


class OwnSite:
    """Our own site: what it lists on a day, and how its pages read then."""

    def __init__(self, start: datetime) -> None:
        self.day, self._start = 0, start
        self.server = ThreadingHTTPServer((ADDRESS, 0), self._handler())
        self.home = f"http://{ADDRESS}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pages(self) -> dict[str, tuple[str, str, datetime]]:
        """Path, headline, text and moment of what is listed on this day."""
        found = {}
        for event in EVENTS:
            began = self._start + timedelta(days=event.first, hours=3)
            if self.day >= event.first:
                corrected = event.correction and self.day > event.first
                text = event.report.replace(*event.correction) if corrected else event.report
                found[f"/{event.name}/first"] = (event.headline, text, began)
            if self.day >= event.first + 2:
                found[f"/{event.name}/sequel"] = (event.later, event.sequel, began + timedelta(days=2))
        return found

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler below has the other self
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, kind = site.answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler

    def answer(self, path: str) -> tuple[bytes, str]:
        """The body and the type of a page, of the feed, or nothing."""
        pages = self.pages()
        if path == "/rss.xml":
            items = "".join(
                f"<item><title>{title}</title><link>{self.home}{where}</link><pubDate>{format_datetime(moment)}</pubDate>"
                "</item>"
                for where, (title, _, moment) in pages.items()
            )
            return (
                f"<rss version='2.0'><channel><title>Own</title>{items}</channel></rss>".encode(),
                "application/rss+xml",
            )
        if path not in pages:
            return b"", "text/plain"
        title, text, moment = pages[path]
        sentences = re.split(r"(?<=\.) ", text)
        body = "".join(f"<p>{' '.join(sentences[at : at + 2])}</p>" for at in range(0, len(sentences), 2))
        head = f"<title>{title}</title><meta property='article:published_time' content='{moment.isoformat()}'>"
        page = (
            f"<!doctype html><html lang='en'><head>{head}</head><body><article><h1>{title}</h1>{body}</article></body>"
        )
        return page.encode(), "text/html; charset=utf-8"
