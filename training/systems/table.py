"""The table of the published systems: what they report, and what recorded runs measured. Nothing in it is typed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from training.published import Reported
from training.record import Figure, Record, YesNo
from training.systems.catalogue import Listed

Status = Literal["works", "partial", "not run"]


@dataclass(frozen=True, slots=True)
class Row:
    """One model of one system; the keys of `leukdesk-train systems --json`."""

    system: str
    model: str
    recipe: str
    status: Status
    full_run: YesNo
    reported: str
    measured: str
    evidence: str

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One record of a recipe: where it is, whether it is of the recipe as it is now, whether all was done."""

    file: str
    record: Record
    current: bool
    done: bool
    figures: Mapping[str, Figure]


def rows(models: Sequence[Listed], records: Mapping[str, Record], folder: Path) -> list[Row]:
    """One row for each model, and one for each model without a network that stands beside one."""
    found = []
    for one in models:
        recipe = one.recipe
        own = [
            _Evidence(_place(folder, name), record, record.recipe_sha256 == one.sha256, record.works, record.metrics)
            for name, record in records.items()
            if record.recipe == recipe.name
        ]
        found.append(_row(one, recipe.model, recipe.reported, own))
        for beside in recipe.beside:
            there = [
                _Evidence(each.file, each.record, each.current, True, each.record.beside[beside.baseline])
                for each in own
                if beside.baseline in each.record.beside
            ]
            found.append(_row(one, beside.model, beside.reported, there))
    return found


def _place(folder: Path, name: str) -> str:
    """The record as a path in the repository, where it is there."""
    parts = folder.resolve().parts
    return "/".join((*parts[parts.index("docs") :], name)) if "docs" in parts else name


def _row(one: Listed, model: str, reported: Sequence[Reported], evidence: Sequence[_Evidence]) -> Row:
    full = [each for each in evidence if each.record.full_run == "yes"]
    shown = full or evidence
    return Row(
        system=one.recipe.system,
        model=model,
        recipe=one.recipe.name,
        status=_status(evidence),
        full_run="yes" if full else "no",
        reported=reported_text(reported),
        measured="; ".join(_measured(each) for each in shown) or "nothing",
        evidence=", ".join(each.file for each in evidence) or "none",
    )


def _status(evidence: Sequence[_Evidence]) -> Status:
    if any(each.done and each.current for each in evidence):
        return "works"
    return "partial" if evidence else "not run"


def reported_text(reported: Sequence[Reported]) -> str:
    """All figures that were published of a model."""
    return "; ".join(map(_reported, reported)) or "no figure"


def _reported(one: Reported) -> str:
    value = f"{one.value:.2%}".replace("%", " %") if one.figure == "accuracy" else f"{one.value:.3f}"
    return f"{one.figure} {value} ({one.of})"


def _measured(each: _Evidence) -> str:
    accuracy, record = each.figures.get("accuracy"), each.record
    stale = "" if each.current else ", with an earlier form of the recipe"
    if accuracy is None or accuracy.value is None:
        return f"not evaluated{stale}"
    if record.full_run == "no":
        images = "synthetic images" if record.data.synthetic else "images"
        return f"short run only: {accuracy.value:.0%} of {accuracy.n} {images}, which says nothing{stale}".replace(
            "%", " %"
        )
    limits = "" if accuracy.low is None else f" ({accuracy.low:.2%} to {accuracy.high:.2%})"
    level = "" if record.split.level == record.split.kind else f", {record.split.level}"
    text = f"accuracy {accuracy.value:.2%}{limits} of {accuracy.n}, split {record.split.kind}{level}{stale}"
    return text.replace("%", " %")


_SHOWN = ("system", "model", "status", "full run", "reported", "measured")


def as_text(table: Sequence[Row]) -> str:
    """The table for a terminal, one row a line, with the totals under it."""
    cells = [
        (one.system, one.model, one.status, one.full_run, one.reported.partition(" (")[0], _first(one.measured))
        for one in table
    ]
    widths = [max(map(len, column)) for column in zip(_SHOWN, *cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (_SHOWN, *cells)
    ]
    counts = {status: sum(one.status == status for one in table) for status in ("works", "partial", "not run")}
    totals = ", ".join(f"{count} {status}" for status, count in counts.items())
    runs = sum(one.full_run == "yes" for one in table)
    return "\n".join([*(line.rstrip() for line in lines), "", f"{len(table)} models: {totals}; {runs} trained in full"])


def _first(text: str) -> str:
    """The first of several figures, with a mark where there are more; `--json` has them all."""
    head, _, more = text.partition("; ")
    return f"{head} ..." if more else head
