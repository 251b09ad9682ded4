"""Names for threads whose first message is all there is to go by."""

from __future__ import annotations

from re import compile as regex

__all__ = ["title_from"]

_LONGEST = 48
_SENTENCE_END = regex(r"(?<=[.!?。！？])\s")
_LEADING_MARKUP = regex(r"^[\s#>*\-`~|]+")


def title_from(text: str) -> str | None:
    """A title of at most 48 characters made of the beginning of `text`; None when there is nothing to make it of."""
    beginning = " ".join(_LEADING_MARKUP.sub("", text[:1000]).split())
    sentence = _SENTENCE_END.split(beginning, maxsplit=1)[0].rstrip(".!。！:;,` ")
    if not sentence:
        return None
    if len(sentence) > _LONGEST:
        cut = sentence[: _LONGEST - 1]
        # A language without spaces is cut where the room ends.
        sentence = (cut.rsplit(" ", 1)[0] if " " in cut[16:] else cut).rstrip(",;:- ") + "…"
    return sentence[0].upper() + sentence[1:]
