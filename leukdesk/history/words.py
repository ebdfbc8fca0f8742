"""Text to the words it is found by: the same when it is written and when it is asked for, on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_NOT_A_WORD = re.compile(r"[\W_]+")


def words_of(*texts: str) -> Iterator[str]:
    """The words of texts: "24-0117" is found as 240117 and as 0117, "Müller" as muller."""
    for text in texts:
        for chunk in _folded(text).split():
            parts = [part for part in _NOT_A_WORD.split(chunk) if part]
            yield from ("".join(parts[at:]) for at in range(len(parts)))


def asked(text: str) -> list[str]:
    """What a query looks for: each of its words as a beginning."""
    joined = ("".join(_NOT_A_WORD.split(chunk)) for chunk in _folded(text).split())
    return list(dict.fromkeys(filter(None, joined)))


def facet(kind: str, value: str) -> str:
    """The whole word that stands for "this case has this label" and the like; no text contains its underscores."""
    return f"_{kind}_" + "".join(_NOT_A_WORD.split(_folded(value)))


def document(words: Iterable[str]) -> str:
    """Words as one text, each once, in a fixed order."""
    return " ".join(sorted(set(words)))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))
