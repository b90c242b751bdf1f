"""Whether a page is its entry's article, or what a server shows in its place and calls well (200).

An error page, a challenge, a wall that asks for consent. In: the document of the page, and what the feed said of the
entry. Out: yes or no. Asks nothing; what is done about it `fetching.py` says.

A page is a substitute only where its title has no word of the entry's title, its text hardly any of the entry's words,
and it is short besides or has a title that such pages have: headlines are rewritten, and what they tell of is not.
"""

import re

from monitor.models import Document, Entry
from monitor.text import guess_language, read, tokens

_SHORT = 200
"""Words below which a page may be a substitute whatever its title is; pages of such signs have more, with links."""

_HARDLY = 0.1
"""The share of an entry's words that a text about something else has by chance."""

_SOME = 0.5
"""The share of an entry's words that a text has where it is the article under a title that a box put there."""

_FEWEST = 3
"""Words of an entry's title that carry meaning, below which only a sign tells that a page without them is another's."""

_BEGINNING = 200
"""Characters of the text that are looked at for signs where a page has no title."""

_READ = 20_000
"""Characters of a text that are looked at: an article tells by then what it is about."""

_SIGNS = re.compile(
    r"something went wrong|went wrong|an error (?:has )?occurred|page (?:not|cannot be|can't be|could not be) found"
    r"|not found|\b(?:error|fehler|erreur|errore?)\W{0,3}\d{3}\b|^\W*[45]\d\d\b|just a moment|attention required"
    r"|checking your browser|access (?:to this page has been )?denied|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|are you (?:a )?(?:human|robot)|captcha|robot check|security (?:check|verification)|unusual traffic|pardon our"
    r"|enable javascript|javascript (?:is )?(?:disabled|required)|service unavailable|bad gateway"
    r"|temporarily unavailable|forbidden|internal server error|under maintenance|before you continue|cookies?\b"
    r"|your (?:privacy|consent)\b|privacy (?:choices|settings|preferences)|consent|seite (?:wurde )?nicht gefunden"
    r"|datenschutz|einwilligung|page (?:introuvable|non trouv[ée]e)|acc[èe]s (?:refus[ée]|denegado)"
    r"|p[áa]gina (?:no|n[ãa]o) encontrada|acesso negado|pagina non trovata|accesso negato|pagina niet gevonden"
    r"|страница не найдена|доступ (?:запрещ[её]н|ограничен)|页面不存在|頁面不存在|访问被拒绝|ページが見つかりません",
    re.IGNORECASE,
)


def is_substitute(document: Document, entry: Entry) -> bool:
    """Whether this document is not the article of the entry; False where its title says too little to tell."""
    summary = (entry.content or entry.summary)[:_READ]
    language = guess_language(f"{entry.title}\n{summary}")
    headline = set(read(entry.title, language).terms)
    if not headline or headline & set(read(document.title, language).terms) or _is_part(document.title, entry.title):
        return False
    told = headline | set(read(summary, language).terms)
    share = len(told & set(read(document.text[:_READ], language).terms)) / len(told)
    if _SIGNS.search(document.title or document.text[:_BEGINNING]):
        return share < _SOME
    is_short = len(document.text) < _READ and len(document.text.split()) < _SHORT
    return is_short and len(headline) >= _FEWEST and share < _HARDLY and document.language in ("", language)


def _is_part(title: str, whole: str) -> bool:
    """Whether a title is made of words of the other, though none of them may carry meaning ("What was that?")."""
    return bool(title) and set(tokens(title)) <= set(tokens(whole))
