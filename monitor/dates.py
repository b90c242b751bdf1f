"""Dates as feeds and pages write them: RFC 822, ISO 8601, and what people make of both.

In: the text of a date. Out: a moment in UTC, or None where none can be made out. A date is never guessed where a
wrong guess would be off by more than a day: `03/04/2026` may be March or April and `2026-11` any day of a month, so
both are None. What is off by less (an unknown time zone, an impossible hour) is taken for UTC, or for midnight: a day
is all that is needed to tell new from old. Nothing is clamped: whether a date lies in the future is for the caller,
who knows the time.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST = 100
"""Characters of a text that may be a date: three times the longest of 300 real feeds (32), for zones in words."""

_MONTHS = {
    1: "jan gen ene ian янв січ ιαν sty led oca saus tamm sij ינו בינו ينا जनव জান มกรา",
    2: "feb fev fév şub фев лют φεβ lut úno vasa helm velj veeb פבר בפבר فبر شبا फरव फ़र ফেব กุมภ",
    3: "mar már mär mrz mrt maa мар бер μαρ bře kovo maal ožuj מרץ במרץ مار آذا मार মার มีนา",
    4: "apr avr abr ápr апр кві απρ kwi dub nis bala huht trav אפר באפר أبر ابر نيس अप्र এপ্ เมษา",
    5: "may mai mei mag maj máj maí maï май мая тра μαϊ μαΐ μάι kvě gegu touk svib מאי במאי ماي أيا พฤษภ",
    6: "jun jún giu juin iun juun июн юни чер ιουν cze haz birž kesä יונ ביונ يون حزي जून জুন มิถุ",
    7: "jul júl lug juil iul juul июл юли лип ιουλ tem liep hein יול ביול يول تمو जुल জুল กรกฎ",
    8: "aug ago agu aou aoû ágú авг сер αυγ sie ağu rugp elok kolo אוג באוג أغس اغس अगस আগস สิงห",
    9: "sep set sze сен вер σεπ wrz zář eyl rugs syys ruj ספט בספט سبت أيل सित সেপ กันย",
    10: "oct okt ott out окт жов οκτ paź říj eki spal loka אוק באוק أكت اكت अक् অক্ ตุลา",
    11: "nov noi ноя ное лис νοέ νοε kas lapk marr stud נוב בנוב نوف नवं नवम নভে พฤศจ",
    12: "dec dez dic des déc dets дек гру δεκ gru gruo pro ara joul דצמ בדצמ ديس दिस ডিস ธันว",
}
"""How months begin in the languages that are seen in feeds and on pages; where two languages mean different months by
the same letters ("lis" is October in Croatian and November in Polish), in none."""
_MONTH = {beginning: number for number, names in _MONTHS.items() for beginning in names.split()}

_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "met": 60, "mez": 60, "wat": 60,
    "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "cat": 120, "sast": 120, "eest": 180, "msk": 180, "eat": 180,
    "trt": 180, "gst": 240, "pkt": 300, "ist": 330, "ict": 420, "wib": 420, "hkt": 480, "sgt": 480, "myt": 480,
    "pht": 480, "awst": 480, "jst": 540, "kst": 540, "acst": 570, "aest": 600, "acdt": 630, "aedt": 660, "nzst": 720,
    "nzdt": 780, "nst": -210, "adt": -180, "brt": -180, "art": -180, "clt": -240, "ast": -240, "edt": -240, "et": -300,
    "est": -300, "cdt": -300, "ct": -360, "cst": -360, "mdt": -360, "mt": -420, "mst": -420, "pdt": -420, "pt": -480,
    "pst": -480, "akdt": -480, "akst": -540, "hst": -600,
}  # fmt: skip
"""Minutes east of Greenwich. RFC 822 names those of North America; a name that several share is the commonest's."""

_ISO = re.compile(r"(?<!\d)(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d\d?(?:\d\d\d)?(?!\d))")
_ORDINAL = re.compile(r"(?<!\d)(\d{4})-(\d{3})(?!\d)")
_EAST_ASIAN = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]?")
_DOTTED = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d\d)(?![\d.])")
_SLASHED = re.compile(r"(?<!\d)(?P<first>\d{1,2})[/-](?P<second>\d{1,2})[/-](?P<year>\d{4})(?!\d)")
_NAME = r"(?P<month>(?:[^\W\d_]|[\u0900-\u0903\u093c-\u094d\u0981-\u0983\u09be-\u09cd\u0e31-\u0e4e]){3,12})"
"""A word; the vowel signs of Devanagari, Bengali and Thai are no letters to Python."""
_DAY_FIRST = re.compile(
    r"(?<![\d:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s/-]*(?:de\s)?" + _NAME + r"\.?"
    r"[\s,،/-]*(?:de\s)?'?(?P<year>\d{4}|\d{2,3})(?![\d:])"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})(?:\.|\sm\.)?\s" + _NAME + r"\.?\s(?P<day>\d{1,2})(?![\d:])")
"""Hungarian and Lithuanian."""
_MONTH_FIRST = re.compile(
    _NAME + r"\.?[\s-]{0,2}(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:])"
    r"(?:[\s,-]{1,3}(?P<year>\d{4}|'\d\d)(?![\d:])|.{1,40}\s(?P<last>\d{4})$)"
)
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})\s?[:.h時时시]\s?(\d{2})(?:\s?[:.m分분]\s?(\d{2}))?(?:[.,]\d{1,9})?(?!\d)", re.IGNORECASE
)
_COMPACT_CLOCK = re.compile(r"T?(\d\d)(\d\d)(\d\d)?(?!\d)")
_MORNING = re.compile(r"\ba\.?m\b|上午|오전|午前|\d\s?ص(?!\w)", re.IGNORECASE)
_AFTERNOON = re.compile(r"\bp\.?m\b|\dpm\b|下午|오후|午後|晚上|\d\s?م(?!\w)", re.IGNORECASE)
_OFFSET = re.compile(r"([+−-])(\d{1,2}):?(\d{2})?(?!\d)")
_REGION = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+-]+){1,2}")
_WORD = re.compile(r"[a-z]{1,5}")

_PLAIN = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(?P<day>\d\d?) (?P<name>[A-Z][a-z]{2}) (?P<year>(?:19|20)\d\d) "
    r"(?P<clock>(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d) (?P<zone>GMT|[+-](?:0\d|1[0-3])[0-5]\d)"
)
"""The date of RFC 822 as programs write it. Most are, and to read any other takes four times as long."""

_NEVER = frozenset({date(1970, 1, 1), date(1969, 12, 31)})
"""What programs write when they have no date: the first day of Unix's calendar, seen from either side."""


def _year(text: str) -> int:
    """The year that two, three or four digits mean, after RFC 5322, section 4.3; `0026` is one of two digits, too.

    Raises ValueError for the years 0 and 1 in four digits: they are what programs write that have no date.
    """
    if text in {"0000", "0001"}:
        raise ValueError("no date")
    year = int(text.strip("'"))
    if 2500 <= year < 2700:  # of the Buddhist era, as Thai pages count
        return year - 543
    if year < 50:
        return year + 2000
    return year + 1900 if year < 1000 else year


def _month(name: str) -> int:
    """The number of a month's name, 0 where it is none."""
    lowered = name.lower()
    return _MONTH.get(lowered[:4]) or _MONTH.get(lowered[:3], 0)


def _numbered(match: re.Match[str]) -> date:
    """Year, month, day in digits; a month beyond 12 can only be the day."""
    month, day = int(match["month"]), int(match["day"])
    return date(_year(match["year"]), *((month, day) if month <= 12 else (day, month)))


def _named(match: re.Match[str]) -> date | None:
    year = match["year"] or match.groupdict().get("last")
    month = _month(match["month"])
    return date(_year(year), month, int(match["day"])) if year and month else None


def _slashed(match: re.Match[str]) -> date | None:
    """Day and month in either order, where only one order is possible."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if first == second or second > 12:
        return date(year, first, second)
    return date(year, second, first) if first > 12 else None


def _ordinal(match: re.Match[str]) -> date | None:
    """ISO 8601's day of the year."""
    day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    return day if day.year == int(match[1]) else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
    (_ISO, _numbered),
    (_DAY_FIRST, _named),
    (_YEAR_FIRST, _named),
    (_MONTH_FIRST, _named),
    (_COMPACT, _numbered),
    (_EAST_ASIAN, _numbered),
    (_DOTTED, _numbered),
    (_SLASHED, _slashed),
    (_ORDINAL, _ordinal),
)


def _days(text: str) -> Iterator[tuple[date, str]]:
    """Each day that the text can be read as, the likeliest first, with what stands after the day's own characters."""
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            try:
                day = read(match)
            except (ValueError, OverflowError):  # a 31 February
                continue
            if day:
                start = match.end() if match.re is not _MONTH_FIRST or match["year"] else match.end("day")
                yield day, text[start:] if _CLOCK.search(text, start) or pattern is _COMPACT else text[: match.start()]


@lru_cache(maxsize=64)
def _region(name: str) -> tzinfo | None:
    """A time zone of the IANA database; None where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # a folder of the database, or a name it refuses to look up
        return None
    except KeyError:  # what ZoneInfoNotFoundError is
        return None


def _zone(text: str) -> tzinfo:
    """The time zone that stands after the clock: an offset, a region or a name; UTC where none is known."""
    offset = _OFFSET.search(text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
        return UTC
    region = _REGION.search(text)
    if region and (zone := _region(region[0])):
        return zone
    words = (word for word in _WORD.findall(text.lower()) if word in _ZONES)
    return timezone(timedelta(minutes=_ZONES[next(words, "utc")]))


def _hour(hour: int, text: str) -> int:
    """The hour of 24 that an hour of 12 means."""
    if hour < 12 and _AFTERNOON.search(text):
        return hour + 12
    return 0 if hour == 12 and _MORNING.search(text) else hour


def _at(day: date, rest: str) -> datetime:
    """The moment on that day which the rest of the text names; midnight in UTC where it names none that exists."""
    clock = _CLOCK.search(rest) or _COMPACT_CLOCK.match(rest)
    if not clock:
        return datetime.combine(day, time(), UTC)
    hour, minute, second = _hour(int(clock[1]), rest), int(clock[2]), int(clock[3] or 0)
    if hour > 24 or minute > 59:
        return datetime.combine(day, time(), UTC)
    midnight = datetime.combine(day, time(), _zone(rest[clock.end() :]))
    return midnight + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _plain(match: re.Match[str]) -> datetime | None:
    """The moment of a plain date; None for a day that does not exist."""
    hour, minute, second = map(int, match["clock"].split(":"))
    east = 0 if match["zone"] == "GMT" else int(match["zone"][1:3]) * 60 + int(match["zone"][3:])
    try:
        there = datetime(int(match["year"]), _month(match["name"]), int(match["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:  # a 31 February, or what begins like a month and is none
        return None
    return there + timedelta(minutes=east if match["zone"][0] == "-" else -east)


def moment(text: str) -> datetime | None:
    """The moment, in UTC, that the text of a date means; None where it means none that exists."""
    folded = " ".join(text[: 2 * _LONGEST].split())
    if len(folded) > _LONGEST:
        return None
    try:
        if plain := _PLAIN.fullmatch(folded):
            found = _plain(plain)
        elif epoch := _EPOCH.fullmatch(folded):
            found = datetime.fromtimestamp(int(epoch[1]), UTC)
        else:
            day, rest = next(_days(folded), (None, ""))
            if day is None:
                return None
            found = _at(day, rest).astimezone(UTC)
    except OverflowError:
        return None
    return None if found is None or found.date() in _NEVER else found
