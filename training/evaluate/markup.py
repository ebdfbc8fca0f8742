"""Pieces of HTML that the pages of results share: one file that needs nothing else, tables, pictures, numbers."""

from __future__ import annotations

import base64
import math
from collections.abc import Collection, Iterable, Sequence
from html import escape

from leukdesk.domain.vocabulary import RESEARCH_USE
from training.evaluate.intervals import Interval

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;margin:.5rem 0}
th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}img{max-width:100%;height:auto}
.banner{border-left:4px solid #D55E00;padding:.4rem .8rem;background:#fdf3ec}.quiet{color:#666;font-size:.85rem}
.plots{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figcaption{font-size:.85rem;color:#444}
"""


def document(title: str, body: Iterable[str]) -> str:
    """A whole page under its title and the research-use banner; `body` is HTML."""
    head = f'<h1>{escape(title)}</h1>\n<p class="banner">{escape(RESEARCH_USE)}</p>\n'
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n{head}"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def table(head: Sequence[str], lines: Iterable[Sequence[str]], *, numeric: Collection[int]) -> str:
    """A table of plain text; columns in `numeric` are set flush right."""
    top = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{_cells(line, numeric)}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cells(line: Sequence[str], numeric: Collection[int]) -> str:
    marks = (' class="n"' if place in numeric else "" for place in range(len(line)))
    return "".join(f"<td{mark}>{escape(one)}</td>" for mark, one in zip(marks, line, strict=True))


def figure(png: bytes, caption: str) -> str:
    """A PNG inside the page, with its caption as the text for who cannot see it."""
    data = base64.b64encode(png).decode()
    said = escape(caption)
    return f'<figure><img alt="{said}" src="data:image/png;base64,{data}"><figcaption>{said}</figcaption></figure>'


def items(sentences: Iterable[str]) -> str:
    """A list of plain sentences; nothing where there are none."""
    found = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f"<ul>{found}</ul>" if found else ""


def number(one: Interval, form: str = ".1%") -> str:
    """A figure with its 95 % limits."""
    if not one.defined:
        return "not defined"
    return f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"


def points(gap: Interval) -> str:
    """A difference of two shares, in percentage points."""
    return f"{100 * gap.value:+.1f} points ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"


def p_value(p: float) -> str:
    """A p-value as it is usually given."""
    if math.isnan(p):
        return "not defined"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
