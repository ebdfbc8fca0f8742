"""`leukdesk models compare`: two models on one folder, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.cli import exit_status
from leukdesk.cli.progress import progress
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.prediction import percent

if TYPE_CHECKING:
    from leukdesk.bootstrap import Workbench
    from leukdesk.domain.model_comparison import BothSaid, ModelComparison
    from leukdesk.domain.proportions import Limits

_UNKNOWN = "Which of them is right is not known: no folder is named after a class, and there is no manifest.csv."
_NOTHING_SHARED = "Which of them is right is not said: they know no class in common."
_SHOWN = 20  # disagreements on the screen; all are in the file


def add_compare(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The action, below `leukdesk models`."""
    one = actions.add_parser("compare", help="classify a folder with two models: where they disagree, which is right")
    one.add_argument("first", metavar="A")
    one.add_argument("second", metavar="B")
    one.add_argument(
        "folder", type=Path, metavar="DIR", help="images; folders of class names or a manifest.csv say more"
    )
    one.add_argument("--recursive", action="store_true", help="look into folders inside folders")
    one.add_argument("--out", type=_table_file, metavar="FILE.{csv,json,xlsx}", help="write one line an image here")
    one.set_defaults(act=_compare)


def _table_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".csv", ".json", ".xlsx"):
        raise argparse.ArgumentTypeError("the name must end in .csv, .json or .xlsx")
    return path


def _compare(bench: Workbench, arguments: argparse.Namespace) -> int:
    from leukdesk.comparing import open_comparison, table_columns, table_rows
    from leukdesk.report.atomic import require_writable
    from leukdesk.report.batch_table import write_rows

    if arguments.out:
        require_writable(arguments.out)
    names = (arguments.first, arguments.second)
    with open_comparison(bench, *names, arguments.folder, recursive=arguments.recursive) as asked:
        rows = list(progress(asked.rows(), total=len(asked.images) + len(asked.failures)))
        if asked.skipped:
            note(f"{asked.skipped} folders inside were not entered: --recursive looks into them.")
        found = asked.result(rows)
    _write(found)
    if arguments.out:
        write_rows(table_rows(found), table_columns(), arguments.out)
        note(f"Written: {plain(arguments.out)}")
    return exit_status.DONE if len(found.answered) == len(found.rows) else exit_status.SOME_FAILED


def _write(found: ModelComparison) -> None:
    out(f"A is {found.first}, B is {found.second}.")
    count = len(found.answered)
    out(f"They agree on {found.agreed} of {count} images{_limits(found.agreed, count, found.agreement)}.")
    if failed := len(found.rows) - count:
        out(f"{failed} images could not be classified.")
    _write_truth(found)
    _write_pairs(found)
    _write_disagreements(found)


def _limits(part: int, whole: int, limits: Limits) -> str:
    return f", {part / whole:.1%} (95 % limits {limits.low:.1%} to {limits.high:.1%})" if whole else ""


def _write_truth(found: ModelComparison) -> None:
    from leukdesk.domain.proportions import wilson

    if not found.labelled:
        note(_UNKNOWN if found.known else _NOTHING_SHARED)
        return
    pairs, limits = found.paired, found.limits
    for name, right in (("A", pairs.first), ("B", pairs.second)):
        share = _limits(right, pairs.images, wilson(right, pairs.images))
        out(f"{name} is right about {right} of {pairs.images}{share}.")
    over = "over groups" if found.grouped else "each image taken as independent"
    reach = f"95 % limits {100 * limits.low:+.1f} to {100 * limits.high:+.1f}, {over}"
    out(f"B minus A: {100 * pairs.difference:+.1f} points ({reach}); McNemar p = {found.p:.2g}.")
    rows = [["CLASS", "IMAGES", "A RIGHT", "B RIGHT", "ONLY A", "ONLY B"]]
    for name, one in found.by_class():
        rows.append([plain(name), *map(str, (one.images, one.first, one.second, one.only_first, one.only_second))])
    _write_table(rows)


def _write_pairs(found: ModelComparison) -> None:
    rows = [["A SAYS", "B SAYS", "IMAGES"]]
    rows += [[plain(one), plain(other), str(count)] for (one, other), count in found.pairs.most_common()]
    _write_table(rows)


def _write_disagreements(found: ModelComparison) -> None:
    from leukdesk.domain.model_comparison import disagreements_first

    apart = [one for one in disagreements_first(found.answered) if not one.agree]
    if not apart:
        return
    _write_table([["DISAGREE", "A", "", "B", "", "KNOWN"], *(_line(one) for one in apart[:_SHOWN])])
    if len(apart) > _SHOWN:
        note(f"{len(apart) - _SHOWN} more; --out FILE.csv writes them all.")


def _line(one: BothSaid) -> list[str]:
    answers = [cell for said in (one.first, one.second) for cell in (plain(said.label), percent(said.probability))]
    return [plain(one.path), *answers, plain(one.truth)]


def _write_table(rows: list[list[str]]) -> None:
    out()
    for line in columns(rows):
        out(line)
