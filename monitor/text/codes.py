"""Codes of languages, as pages, feeds and detectors write them, in the one form that texts are read by."""

_THREE_LETTERS = {"eng": "en", "fra": "fr", "deu": "de", "spa": "es", "zho": "zh", "jpn": "ja", "por": "pt"}


def two_letters(language: str) -> str:
    """The ISO 639-1 code of a language tag (BCP 47, or a locale as `de_AT`), lower-cased; a code unknown stays."""
    code = language.lower().replace("_", "-").partition("-")[0]
    return _THREE_LETTERS.get(code, code)
