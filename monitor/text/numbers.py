"""Numbers as English, German, French and Spanish write them, and whether one sentence gives others than another."""

from monitor.text.calendar import CALENDAR
from monitor.text.tokens import tokens

NUMBERS = frozenset(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
    millions billion billions trillion half third quarter dozen dozens first second double triple
    eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig sechzig siebzig
    achtzig neunzig hundert tausend million millionen milliarde milliarden halb
    deux trois quatre cinq sept huit neuf dix onze douze vingt trente quarante cinquante soixante cent cents mille
    millions milliard milliards dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cuarenta
    cincuenta sesenta setenta ochenta noventa cien ciento mil millón millones""".split()  # noqa: SIM905 - a list of quoted words is not readable
)
# Of these, what mostly counts nothing: "one of them", "the first time", "half a year on".
_LOOSE = frozenset(
    "one first second third half quarter double triple eins halb un une uno una".split()  # noqa: SIM905 - as above
)
_COUNTING = NUMBERS - _LOOSE


def other_numbers(one: str, other: str, language: str = "") -> bool:
    """Whether in one sentence numbers stand in the place of those of the other: 45 for 12, six for five.

    A number more or less is none in another's place, nor is twelve in that of 12; days of the month are no numbers.
    """
    mine, theirs = _numbers(one, language), _numbers(other, language)
    come, gone = mine - theirs, theirs - mine
    return any(new[0].isdigit() is old[0].isdigit() for new in come for old in gone)


def figures(text: str, language: str = "") -> set[str]:
    """The numbers that a text writes in digits, without days of the month and years."""
    return {word for word in _numbers(text, language) if word[0].isdigit() and not _is_year(word)}


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")


def _numbers(sentence: str, language: str) -> set[str]:
    words = tokens(sentence, language)
    return {
        word
        for at, word in enumerate(words)
        if (word[0].isdigit() or word in _COUNTING) and CALENDAR.isdisjoint(words[max(0, at - 1) : at + 2])
    }
